#pragma once
/// Records and ops: what nodes sign, exchange and store. Byte form: docs/PROTOCOL.md §2.
///
/// A record travels as one header line and one line per op. The author serialises once; everybody else stores,
/// hashes and forwards those bytes verbatim, so the parsed structs here are views beside the bytes, never instead
/// of them.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "minglu/hash.hpp"
#include "minglu/ids.hpp"
#include "minglu/time.hpp"
#include "minglu/vector.hpp"

namespace minglu {

/// Header field `v` that is written here, and the highest that is read. A program that reads another one, or further
/// kinds, states another `fold_version`: it makes something else of the same records.
constexpr std::uint32_t record_version = 1;
constexpr std::size_t record_bytes_max = 16u * 1024 * 1024;  ///< header and op lines with their newlines
constexpr std::size_t record_ops_max = 20'000;
constexpr std::int64_t json_integer_max = (std::int64_t{1} << 53) - 1;

enum class RecordKind {
    open,           ///< record 1 of every log: node, suite, keys, predecessor, cut
    change,         ///< effective at once
    batch_propose,  ///< effective once every node in `needs` has approved
    batch_approve,
    batch_close,  ///< reject or withdraw; the author tells which
    key,          ///< signing key rotation
    unknown,      ///< a kind of a newer version: kept, forwarded, folded after the upgrade
};
/// All that are read here.
inline constexpr std::array record_kinds{RecordKind::open,          RecordKind::change,      RecordKind::batch_propose,
                                         RecordKind::batch_approve, RecordKind::batch_close, RecordKind::key};
[[nodiscard]] std::string_view name(RecordKind kind);  ///< "batch.propose"
[[nodiscard]] RecordKind parse_record_kind(std::string_view text);

/// One field of an op: the name, and its value as canonical JSON text (see `canonical_json`); "null" unsets it.
struct FieldValue {
    std::string field;
    std::string json;
    friend bool operator==(const FieldValue&, const FieldValue&) = default;
};

/// One op: a write to one entry. Line: {"key","seen","effective_on","set"}.
struct Op {
    EntryKey key;
    Vector seen;  ///< the ETag of the entry that the editor was shown
    Day effective_on;
    std::vector<FieldValue> set;  ///< sorted by field
    friend bool operator==(const Op&, const Op&) = default;
};

/// Title and number under which a batch was published. All may be empty.
struct BatchInfo {
    std::string title;
    std::string document_number;  ///< 文号, e.g. 渝知发〔2012〕47号
    std::string published_on;     ///< YYYY-MM-DD on the notice
    friend bool operator==(const BatchInfo&, const BatchInfo&) = default;
};

/// The record that an approve, close refers to: its dot and, against substitution, its leaf hash.
struct RecordRef {
    Dot dot;
    Hash leaf{};
    friend bool operator==(const RecordRef&, const RecordRef&) = default;
};

/// A log cut at its last position before a fork.
struct Cut {
    LogId log;
    Seq at;
    Hash root{};
    friend bool operator==(const Cut&, const Cut&) = default;
};

/// What record 1 says of its log.
struct OpenInfo {
    NodeId node;
    Suite suite = Suite::ed25519_sha256;
    std::string signing_key;  ///< raw public key bytes (Ed25519: 32, SM2: 65 uncompressed)
    std::optional<LogId> predecessor;
    std::optional<Cut> cut;
    friend bool operator==(const OpenInfo&, const OpenInfo&) = default;
};

struct Header {
    std::uint32_t version = record_version;
    LogId log;
    Seq seq;
    HybridTime time;
    RecordKind kind = RecordKind::change;
    std::string kind_text;  ///< as written, for kinds unknown here
    std::string actor;      ///< who did it, e.g. "li.wei"
    std::string reason;
    std::string label;  ///< "resolve" marks a resolution; else free or empty
    std::optional<BatchInfo> batch;
    Vector seen;  ///< positions that grew since the previous record of this log, own log excluded
    std::uint32_t ops = 0;
    Hash ops_root{};
    std::vector<NodeId> needs;     ///< batch.propose
    std::optional<RecordRef> of;   ///< batch.approve, batch.close
    std::optional<OpenInfo> open;  ///< open
    std::string new_signing_key;   ///< key: raw bytes
    /// What is wrong with a member that is missing or has another form; such a record is kept and has no effect. Empty
    /// for a sound header, and for one of a version that is not read. Never written.
    std::string fault;
    friend bool operator==(const Header&, const Header&) = default;
};

/// Of a version or kind that is not read: its record is kept and forwarded, and not judged.
[[nodiscard]] inline bool is_unread(const Header& header) {
    return header.kind == RecordKind::unknown && header.fault.empty();
}

/// A record's bytes, without newlines. `ops` has header.ops lines.
struct RecordBytes {
    std::string header;
    std::vector<std::string> ops;
    friend bool operator==(const RecordBytes&, const RecordBytes&) = default;
};
[[nodiscard]] std::size_t size_of(const RecordBytes& record);

/// The author's one serialisation. Field order fixed, no white space, empty optionals left out.
[[nodiscard]] std::string serialise(const Header& header);
[[nodiscard]] std::string serialise(const Op& op);

/// Strict: UTF-8, no duplicate keys, strings and integers ≤ 2^53−1 only, depth ≤ 64. Unknown fields are accepted (they
/// stay in the bytes). Errors: malformed. A header needs `log`, `seq`, `ops` and `ops_root`, by which it is framed and
/// proved; whatever else is wrong with it stands in `fault`. Of a version beyond `reads` the kind stays unknown, and
/// the members of a kind are left alone: it may mean anything by them.
[[nodiscard]] Result<Header> parse_header(std::string_view line, std::uint32_t reads = record_version);
[[nodiscard]] Result<Op> parse_op(std::string_view line);

}  // namespace minglu
