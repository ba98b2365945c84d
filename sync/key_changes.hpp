#pragma once
/// Changes of a node's signing key within a log, and how far each key counts. docs/PROTOCOL.md §3. Keys that were given
/// up by hand: revocations.hpp.
///
/// A `key` record is the last of its group. The head at its size is signed with both keys, and is handed on for ever
/// with what proves the record to be in it: whoever trusts one of the keys can follow to the other. Larger heads need
/// the new key. Of the node's other logs the old key signs no more than the author had in its vector then.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/store.hpp"
#include "sync/head.hpp"

namespace minglu {

constexpr std::size_t bundle_key_changes_max = 1'024;

struct KeyChange {
    LogId log;
    Seq at;                  ///< the `key` record, and the size of the head
    std::string from;        ///< raw public keys
    std::string to;          ///< as the record says
    std::string record;      ///< its header line
    std::vector<Hash> path;  ///< RFC 9162 inclusion proof: it is the last leaf of the tree of size `at`
    std::string head;        ///< signed note
    /// As the record says: of the node's other logs, the roots where the vector of the head stands.
    std::map<LogId, Hash> roots{};
    friend bool operator==(const KeyChange&, const KeyChange&) = default;
};

/// By its length: 65 octets are a point of SM2, uncompressed.
[[nodiscard]] Suite suite_of_key(std::string_view raw_public_key);

/// The header line of a `key` record with its member `roots`.
[[nodiscard]] std::string with_roots(std::string header_line, const std::map<LogId, Hash>& roots);

/// {"from":base64,"record":header line,"path":[base64],"head":note}
[[nodiscard]] std::string serialise(const KeyChange& change);
/// Form only. Errors: malformed.
[[nodiscard]] Result<KeyChange> parse_key_change(std::string_view text);
/// The record stands in the head, and both keys have signed it. The head. Errors: malformed, bad_signature, bad_proof.
[[nodiscard]] Result<Head> check_key_change(const KeyChange& change, Suite suite);

/// Those that were accepted here, in that order. Kept for ever, unless disproved.
[[nodiscard]] std::vector<KeyChange> key_changes(const ReadTx& tx);
void add_key_change(WriteTx& tx, const KeyChange& change);
/// For one that turned out not to be of its log.
void remove_key_change(WriteTx& tx, const KeyChange& change);

/// Which key signs the heads of one log.
struct LogKeys {
    Suite suite = Suite::ed25519_sha256;
    std::string last;                ///< of heads beyond all changes
    std::vector<KeyChange> changes;  ///< of this log, ascending: one leads on from the other, to `last`

    /// From a change on the new key, before it the old one.
    [[nodiscard]] const std::string& key_at(Seq size) const;
    [[nodiscard]] const std::string& first() const { return changes.empty() ? last : changes.front().from; }
};
/// `log.signing_key` is the last one.
[[nodiscard]] LogKeys keys_of_log(const ReadTx& tx, const LogRow& log);

/// Parses and checks the signature of the log's node. Errors: malformed, too_large, bad_signature.
[[nodiscard]] Result<Head> open_head(std::string_view note, const LogKeys& keys);
[[nodiscard]] bool is_signed_by_author(const SignedHead& head, const LogKeys& keys);
/// What is kept of a head that was proved: its author's lines, each once, without those that a key of the log is said
/// to have made and has not. One may be of a key that is not known here, as one that it is changed to there.
[[nodiscard]] SignedHead kept_of(SignedHead head, const LogKeys& keys);
/// The same with any key that the log has had: of two branches one may go on under a key that was given up.
[[nodiscard]] Result<Head> open_branch_head(std::string_view note, const LogKeys& keys);

}  // namespace minglu
