#pragma once
/// The bundle: the one byte format that carries records and heads (HTTP body, file, fixture). docs/PROTOCOL.md §4.
///
/// Line 1 is a JSON object: the sender, its vector, and per log what the bundle brings and how it is proved. Then come
/// the records in the sender's order of arrival: the header line, then as many op lines as the header says. Every line
/// ends with LF.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/record.hpp"
#include "minglu/store.hpp"

namespace minglu {

constexpr std::uint32_t bundle_version = 1;
constexpr std::size_t bundle_first_line_max = 4u * 1024 * 1024;
/// One bundle: at most this much beside a single record, which may be as large as a record can be.
constexpr std::size_t bundle_bytes_max = 8u * 1024 * 1024;
/// What a receiver takes at most, decompressed: a bundle and the record that overshot it.
constexpr std::size_t bundle_bytes_limit = bundle_bytes_max + record_bytes_max + 1024u * 1024;

/// What a bundle brings of one log: records `from`..`to` (none when from = to + 1), and the head that proves them.
struct Segment {
    LogId log;
    Seq from;
    Seq to;
    std::vector<ProofStep> steps;  ///< from `to` to the head, empty when to = head size
    /// Consistency proof from the head size that the receiver named to this head; empty when not asked for or equal.
    Seq head_from;
    std::vector<Hash> head_path;
    std::string head;  ///< C2SP signed note
    friend bool operator==(const Segment&, const Segment&) = default;
};

/// Logs that one bundle names at most: brings, has in its vector, says to be damaged.
constexpr std::size_t bundle_logs_max = vector_logs_max;
/// Proofs of forks in one bundle at most; what does not fit comes with the next one.
constexpr std::size_t bundle_forks_max = 16;
/// Cosigned heads in one bundle at most, all notes together: each costs the receiver a signature or more, while others
/// wait for its writer.
constexpr std::size_t bundle_cosigned_bytes_max = 1024u * 1024;

struct BundleInfo {
    NodeId node;
    Vector vector;  ///< what the sender holds of what counts
    std::vector<Segment> segments;
    std::vector<std::string> forks = {};  ///< proofs of forks that the receiver lacks; see ForkProof
    std::vector<std::string> keys = {};   ///< changes of key of the nodes whose logs it brings; see KeyChange
    /// Heads with cosignatures, signed notes, of logs that the receiver then holds up to there.
    std::vector<std::string> cosigned = {};
    /// The receiver names this next time and is told what came here later: the sender's own log, and a number.
    std::optional<Dot> cosigned_upto = {};
    /// For each log whose stored bytes are not what was signed the record from which on none comes.
    Vector damaged = {};
    friend bool operator==(const BundleInfo&, const BundleInfo&) = default;
};

/// A record inside a bundle's bytes.
struct RecordLines {
    Header header;
    std::string_view header_line;
    std::vector<std::string_view> op_lines;
};

struct Bundle {
    BundleInfo info;
    std::vector<RecordLines> records;  ///< views into the bytes that were parsed
};

[[nodiscard]] std::string serialise(const BundleInfo& info);

/// Framing, header syntax, and that the records are exactly those that the segments announce. Hashes and signatures are
/// the business of `ingest`. `bytes` must outlive the bundle; `reads` as for parse_header. Errors: malformed,
/// unsupported_version, too_large.
[[nodiscard]] Result<Bundle> parse_bundle(std::string_view bytes, std::uint32_t reads = record_version);

/// The first line of a bundle alone, without its LF. Errors: malformed, unsupported_version, too_large.
[[nodiscard]] Result<BundleInfo> parse_bundle_info(std::string_view first_line);
/// How many records follow the first line.
[[nodiscard]] std::uint64_t records_of(const BundleInfo& info);

/// Which head sizes a receiver has: `log:size@ms.counter` items, comma-separated, sorted by log, each log once.
struct HeldHead {
    LogId log;
    Seq size;
    HybridTime time;
    friend bool operator==(const HeldHead&, const HeldHead&) = default;
};
[[nodiscard]] std::string to_string(const std::vector<HeldHead>& heads);
[[nodiscard]] Result<std::vector<HeldHead>> parse_held_heads(std::string_view text);

}  // namespace minglu
