#pragma once
/// Issues evidence in the name of this node.
#include <mutex>
#include <optional>
#include <string>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"

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
    /// After a change of keys. What is issued from now on is signed with the new one and carries its card.
    void sign_with(const Signer& signer, std::string card);

private:
    Replica& replica_;
    Store& store_;
    const Clock& clock_;
    std::mutex identity_mutex_;  ///< held for a copy only
    const Signer* signer_;
    std::string card_;
};

}  // namespace minglu
