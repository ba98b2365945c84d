#include "tests/support/log_forge.hpp"

#include "minglu/json_text.hpp"

namespace minglu::test {

LogForge::LogForge(LogId log, const Signer& signer, HybridTime time, std::optional<Cut> cut, std::uint32_t version)
    : log_(std::move(log)), signer_(&signer), time_(time), tree_(hash_of(signer.suite())) {
    Header header;
    header.version = version;
    header.kind = RecordKind::open;
    header.time = time;
    header.open = OpenInfo{node_of(log_), signer.suite(), signer.public_key(), std::nullopt, std::move(cut)};
    append(std::move(header), {});
}

Dot LogForge::append(Header header, std::vector<std::string> op_lines, std::string_view more) {
    header.log = log_;
    header.seq = Seq{records_.size() + 1};
    if (header.time == HybridTime{}) header.time = {time_.ms + 1, 0};
    time_ = std::max(time_, header.time);
    header.ops = static_cast<std::uint32_t>(op_lines.size());
    std::vector<Hash> leaves;
    for (const std::string& line : op_lines) leaves.push_back(leaf_hash(HashAlgorithm::sha256, line));
    header.ops_root = root_of(HashAlgorithm::sha256, leaves);
    std::string line = serialise(header);
    line.insert(line.size() - 1, more);
    return append_line(std::move(line), std::move(op_lines));
}

Dot LogForge::change(const std::vector<Op>& ops) {
    Header header;
    header.actor = "forger";
    std::vector<std::string> lines;
    for (const Op& op : ops) {
        lines.push_back(serialise(op));
        for (const Vector::Item& item : op.seen.items())
            if (item.first != log_) header.seen.raise(item.first, item.second);
    }
    return append(std::move(header), std::move(lines));
}

Dot LogForge::append_line(std::string header_line, std::vector<std::string> op_lines) {
    std::vector<TreeNode> completed;
    tree_.append(leaf_hash(hash_of(signer_->suite()), header_line), &completed);
    for (const TreeNode& node : completed) nodes_[{node.level, node.index}] = node.hash;
    records_.push_back({std::move(header_line), std::move(op_lines)});
    return {log_, Seq{records_.size()}};
}

NodeReader LogForge::nodes() const {
    return [this](std::uint32_t level, std::uint64_t index) { return nodes_.at({level, index}); };
}

Hash LogForge::leaf(Seq seq) const {
    return nodes_.at({0, seq.value() - 1});
}

Hash LogForge::root(Seq size) const {
    return root_at(hash_of(signer_->suite()), size.value(), nodes());
}

Head LogForge::head(Seq size, HybridTime time) const {
    Head head;
    head.log = log_;
    head.size = size;
    head.root = root(size);
    head.time = time;
    if (stated) {
        head.vector = stated->vector;
        head.fold = stated->fold;
        head.state = stated->state;
    }
    head.vector.set(log_, size);
    return head;
}

std::string LogForge::signed_head(Seq size, HybridTime time) const {
    return sign_head(head(size, time), node_of(log_), *signer_);
}

Segment LogForge::segment(Seq from, Seq to, Seq head_size, Seq receiver_head) const {
    const HashAlgorithm algorithm = hash_of(signer_->suite());
    Segment segment{log_, from, to, {}, {}, {}, signed_head(head_size, time_)};
    if (to < head_size)
        segment.steps.push_back({to, root(to), consistency_proof(algorithm, to.value(), head_size.value(), nodes())});
    if (receiver_head != Seq{}) {
        segment.head_from = receiver_head;
        segment.head_path = consistency_proof(algorithm, receiver_head.value(), head_size.value(), nodes());
    }
    return segment;
}

std::vector<Hash> LogForge::path_to_last() const {
    return inclusion_proof(hash_of(signer_->suite()), size().value() - 1, size().value(), nodes());
}

std::string LogForge::lines(Seq from, Seq to) const {
    std::string text;
    for (std::uint64_t seq = from.value(); seq <= to.value(); ++seq) {
        const Written& record = records_[static_cast<std::size_t>(seq - 1)];
        text += record.header + "\n";
        for (const std::string& op : record.ops) text += op + "\n";
    }
    return text;
}

std::string LogForge::bundle(Seq from, Seq to, Seq head_size, Seq receiver_head) const {
    BundleInfo info{node_of(log_), {}, {segment(from, to, head_size, receiver_head)}};
    info.vector.set(log_, size());
    return serialise(info) + lines(from, to);
}

std::string forged_bundle(const NodeId& sender, const std::vector<ForgedPart>& parts) {
    BundleInfo info{sender, {}, {}};
    std::string lines;
    for (const ForgedPart& part : parts) {
        info.vector.set(part.forge->log(), part.forge->size());
        info.segments.push_back(part.forge->segment(part.from, part.to, part.head_size));
        lines += part.forge->lines(part.from, part.to);
    }
    return serialise(info) + lines;
}

Op write_op(std::string key, std::string_view field, std::string_view text, Vector seen) {
    Op op;
    op.key = EntryKey{std::move(key)};
    op.seen = std::move(seen);
    op.effective_on = parse_day("2026-01-01").value();
    op.set = {{std::string(field), json_string(text)}};
    return op;
}

void grow(LogForge& log, std::uint64_t size, std::string_view value) {
    while (log.size().value() < size)
        log.change({write_op("gi/AGI" + std::to_string(log.size().value()), "name", value)});
}

}  // namespace minglu::test
