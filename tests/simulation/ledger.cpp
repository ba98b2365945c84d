#include "tests/simulation/ledger.hpp"

#include <stdexcept>

namespace minglu::simulation {

std::string told(const Findings& findings) {
    std::string text;
    for (const std::string& finding : findings) text += finding + "\n";
    return text;
}

void Ledger::note_acknowledged(const Dot& dot, const Hash& leaf) {
    leaves.emplace(dot, leaf);
    acknowledged.emplace(dot, leaf);
}

void Ledger::note(Act act) {
    note_acknowledged(act.dot, act.leaf);
    acts.push_back(std::move(act));
}

Draft draft_of(const ReadTx& tx, const RecordRow& record, std::uint32_t reads) {
    const auto header = parse_header(record.header, reads);
    if (!header) throw std::logic_error(to_string(record.dot) + ": " + describe(header.error()));
    Draft draft;
    draft.version = header->version;
    draft.kind = header->kind;
    draft.actor = header->actor;
    draft.reason = header->reason;
    draft.label = header->label;
    draft.batch = header->batch;
    draft.needs = header->needs;
    draft.of = header->of;
    for (const std::string& line : tx.ops_of_record(record.no)) draft.ops.push_back(parse_op(line).value());
    return draft;
}

std::string difference(const Draft& asked, const Draft& written, Positions positions) {
    if (written.version != asked.version || written.kind != asked.kind) return "another kind";
    if (written.actor != asked.actor || written.reason != asked.reason || written.label != asked.label ||
        written.batch != asked.batch || written.needs != asked.needs)
        return "another header";
    if (positions == Positions::are_equal && written.of != asked.of) return "another batch that it is of";
    if (written.ops.size() != asked.ops.size()) return std::to_string(written.ops.size()) + " ops";
    for (std::size_t i = 0; i < asked.ops.size(); ++i) {
        Op op = written.ops[i];
        if (positions == Positions::may_differ) op.seen = asked.ops[i].seen;
        if (op != asked.ops[i]) return "another op on " + asked.ops[i].key.value();
    }
    return "";
}

}  // namespace minglu::simulation
