#pragma once
/// Issues evidence in the name of this node.
#include <optional>
#include <string>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/op_trees.hpp"

namespace minglu {

class Replica;

/// Thread-safe. What it is given outlives it.
class EvidenceOffice {
public:
    /// `card`: this node's, as it is handed out.
    EvidenceOffice(Replica& replica, Store& store, const Signer& signer, const Clock& clock, std::string card);

    /// The bytes of a file that proves what is known of the key; see sync/evidence.hpp. Errors: those of
    /// gather_evidence.
    [[nodiscard]] Result<std::string> issue(const EntryKey& key, Day as_of, std::optional<UnixMs> known_at);

private:
    Replica& replica_;
    Store& store_;
    const Signer& signer_;
    const Clock& clock_;
    std::string card_;
    OpTrees op_trees_;
};

}  // namespace minglu
