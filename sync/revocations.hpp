#pragma once
/// Keys that were given up by hand: stolen, lost, or of a node that has left. People agree how far such a key counts; a
/// node that holds all of that tells the others, in a file, what stands there. docs/PROTOCOL.md §3.
///
///     {"minglu_revocations":1, "node":"cq", "revoked":[{"key":base64, "upto":{log:size}, "roots":{log:base64},
///     "at":ms,
///      "reason":"密钥被盗"}], "changes":[change of key, …]}
///
/// Nobody signs it. Whoever takes it over compares its fingerprint with those who made it, as that of a card.
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/key_changes.hpp"

namespace minglu {

constexpr std::size_t revocation_file_bytes_max = 1024u * 1024;

/// It signs nothing beyond `upto`.
struct Revocation {
    NodeId node;
    std::string key;  ///< raw public key; of 65 bytes: SM2, else Ed25519
    Vector upto;      ///< of each log the last size that counts; others not at all
    UnixMs at;
    std::string reason;
    std::map<LogId, Hash> roots{};  ///< of logs in `upto` the root there, as far as it is known
    friend bool operator==(const Revocation&, const Revocation&) = default;
};

[[nodiscard]] std::vector<Revocation> revocations(const ReadTx& tx);
/// In place of the one of the same node and key.
void put_revocation(WriteTx& tx, const Revocation& revocation);

/// What people agreed on of a log whose key was revoked.
struct Agreed {
    Seq size;
    std::optional<Hash> root;
};
/// Which history of the log counts is known: by its root, or all of it is held.
[[nodiscard]] inline bool is_told(const Agreed& agreed, Seq held) {
    return agreed.root.has_value() || held >= agreed.size;
}
[[nodiscard]] std::optional<Agreed> agreed_on(std::span<const Revocation> revocations, const LogId& log);

/// What one node tells others of another node's keys.
struct RevocationFile {
    NodeId node;
    std::vector<Revocation> revoked;  ///< not empty; each with the roots of all that it counts for
    std::vector<KeyChange> changes;   ///< those that led to the revoked keys
};
/// Pretty-printed JSON.
[[nodiscard]] std::string serialise(const RevocationFile& file);
/// Form only. Errors: too_large, malformed, unsupported_version.
[[nodiscard]] Result<RevocationFile> parse_revocation_file(std::string_view text);
/// What people compare by telephone: 96 bits of a hash over all of the file.
[[nodiscard]] std::string fingerprint(const RevocationFile& file);

}  // namespace minglu
