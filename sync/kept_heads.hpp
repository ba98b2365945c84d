#pragma once
/// Checks the heads that are kept beside those of the logs: cosigned ones, and the pairs that prove a fork. Of these
/// their author's signatures count; who cosigned them is not checked.
///
/// What came before the present card of its signer was pinned may be signed with a key that nobody knows any more; that
/// cannot be checked, and is no finding.
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "minglu/store.hpp"
#include "sync/findings.hpp"
#include "sync/head.hpp"
#include "sync/known_keys.hpp"

namespace minglu {

/// In one snapshot. Refers to all that it is given.
class KeptHeadsCheck {
public:
    KeptHeadsCheck(const ReadTx& tx, Findings& findings);

    void check(const CosignatureRow& row);
    void check(const ForkRow& row);
    /// Whether it can go to others.
    [[nodiscard]] bool is_sound(const CosignatureRow& row);

private:
    using Keys = std::set<std::pair<Suite, std::string>>;
    enum class Signature : std::uint8_t { holds, fails, unknown };

    [[nodiscard]] const Keys& keys_of(const NodeId& node);
    [[nodiscard]] std::optional<UnixMs> known_since(const NodeId& node) const;
    [[nodiscard]] Signature signature_of(const SignedHead& head, const NodeId& by);
    [[nodiscard]] bool is_signed(const SignedHead& head, const NodeId& by, UnixMs at);
    [[nodiscard]] std::string fault_of(const CosignatureRow& row);
    [[nodiscard]] std::string fault_of(const ForkRow& row);
    [[nodiscard]] std::string fault_of_proof(const ForkRow& row, const Head& a, const Head& b);

    const ReadTx& tx_;
    Findings& findings_;
    KnownKeys known_;
    std::map<LogId, LogRow> logs_;
    std::map<NodeId, Keys> keys_;
};

}  // namespace minglu
