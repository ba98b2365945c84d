#pragma once
/// Writes a log as any program with the node's key could: also what no honest one would. For tests.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "minglu/ports.hpp"
#include "sync/bundle.hpp"
#include "sync/head.hpp"
#include "sync/merkle.hpp"

namespace minglu::test {

class LogForge {
public:
    /// Begins with a proper `open` record dated `time`. Copy a forge to let its log fork.
    LogForge(LogId log, const Signer& signer, HybridTime time, std::optional<Cut> cut = {},
             std::uint32_t version = record_version);

    /// Fills in log, seq, ops, ops_root, and a time one millisecond after the last when `header` has none. `more` is
    /// put before the closing brace, e.g. a member that no version knows yet.
    Dot append(Header header, std::vector<std::string> op_lines, std::string_view more = {});
    /// A `change` by "forger".
    Dot change(const std::vector<Op>& ops);
    /// Any header line, e.g. of a newer version; `op_lines` must be as many as it says.
    Dot append_line(std::string header_line, std::vector<std::string> op_lines);

    [[nodiscard]] const LogId& log() const { return log_; }
    [[nodiscard]] Seq size() const { return Seq{records_.size()}; }
    [[nodiscard]] HybridTime time() const { return time_; }
    [[nodiscard]] Hash leaf(Seq seq) const;
    [[nodiscard]] Hash root(Seq size) const;

    /// The head at `size`, dated and stating what is given.
    [[nodiscard]] Head head(Seq size, HybridTime time) const;
    [[nodiscard]] std::string signed_head(Seq size, HybridTime time) const;
    /// Records `from`..`to` proved by the head at `head_size`; with the proof from the receiver's head when one is
    /// named.
    [[nodiscard]] Segment segment(Seq from, Seq to, Seq head_size, Seq receiver_head = {}) const;
    /// RFC 9162 inclusion proof of the last record.
    [[nodiscard]] std::vector<Hash> path_to_last() const;
    [[nodiscard]] std::string lines(Seq from, Seq to) const;
    [[nodiscard]] std::string bundle(Seq from, Seq to, Seq head_size, Seq receiver_head = {}) const;
    /// All after `have`, proved by the last head.
    [[nodiscard]] std::string rest(Seq have = {}) const { return bundle(Seq{have.value() + 1}, size(), size()); }

    /// What its heads state of a catalogue: its own position alone when none. The log's position is filled in.
    struct Stated {
        Vector vector;
        std::uint32_t fold;
        Hash state;
    };
    std::optional<Stated> stated;

private:
    [[nodiscard]] NodeReader nodes() const;

    struct Written {
        std::string header;
        std::vector<std::string> ops;
    };
    LogId log_;
    const Signer* signer_;
    HybridTime time_;
    TreeFrontier tree_;
    std::vector<Written> records_;
    std::map<std::pair<std::uint32_t, std::uint64_t>, Hash> nodes_;
};

/// One bundle of several forges' segments, their records one log after the other.
struct ForgedPart {
    const LogForge* forge = nullptr;
    Seq from;
    Seq to;
    Seq head_size;
};
[[nodiscard]] std::string forged_bundle(const NodeId& sender, const std::vector<ForgedPart>& parts);

/// {"key": key, "set": {field: text}} that saw `seen`, effective on 2026-01-01.
[[nodiscard]] Op write_op(std::string key, std::string_view field, std::string_view text, Vector seen = {});
/// Appends changes until the log has `size` records. Each names an entry of its own, gi/AGI and the size before it.
void grow(LogForge& log, std::uint64_t size, std::string_view value);

}  // namespace minglu::test
