#include "src/http/api/batch_state.hpp"

#include <algorithm>

namespace minglu {

std::string_view name(BatchState state) {
    switch (state) {
        case BatchState::published:
            return "published";
        case BatchState::proposed:
            return "proposed";
        case BatchState::rejected:
            return "rejected";
        case BatchState::withdrawn:
            return "withdrawn";
    }
    return "proposed";
}

bool counts(const Dot& dot, bool valid, const std::vector<LogRow>& logs) {
    return valid && std::none_of(logs.begin(), logs.end(), [&](const LogRow& log) {
               return log.id == dot.log && log.cut && dot.seq > log.cut->at;
           });
}

BatchStanding standing_of(const RecordRow& batch, const Header& header, const std::vector<BatchMark>& marks,
                          const std::vector<LogRow>& logs) {
    BatchStanding standing;
    if (batch.kind != RecordKind::batch_propose) {
        standing.state = BatchState::published;
        return standing;
    }
    const NodeId proposer = node_of(batch.dot.log);
    const auto is_needed = [&](const NodeId& node) {
        return std::find(header.needs.begin(), header.needs.end(), node) != header.needs.end();
    };
    for (const BatchMark& mark : marks) {
        const NodeId node = node_of(mark.by.log);
        if (mark.proposal_leaf != batch.leaf || !counts(mark.by, mark.valid, logs)) continue;
        if (mark.kind == RecordKind::batch_approve && is_needed(node)) standing.approvals.push_back(mark);
        if (mark.kind == RecordKind::batch_close && (is_needed(node) || node == proposer))
            standing.closes.push_back(mark);
    }
    const bool approved = std::all_of(header.needs.begin(), header.needs.end(), [&](const NodeId& node) {
        return std::any_of(standing.approvals.begin(), standing.approvals.end(),
                           [&](const BatchMark& mark) { return node_of(mark.by.log) == node; });
    });
    if (approved) {
        standing.state = BatchState::published;
    } else if (!standing.closes.empty()) {
        const bool by_proposer = std::any_of(standing.closes.begin(), standing.closes.end(),
                                             [&](const BatchMark& mark) { return node_of(mark.by.log) == proposer; });
        standing.state = by_proposer ? BatchState::withdrawn : BatchState::rejected;
    }
    return standing;
}

}  // namespace minglu
