#include "sync/evidence.hpp"

#include <algorithm>

#include "catalog/effective.hpp"
#include "catalog/entry_views.hpp"
#include "catalog/protection_json.hpp"
#include "minglu/json_text.hpp"
#include "minglu/moment.hpp"

namespace minglu {

namespace {

tl::unexpected<Error> unreadable(const std::string& what, std::size_t index) {
    return fail({ErrorCode::malformed, what, "op " + std::to_string(index), "ask for the evidence again"});
}

/// None: it had not arrived by then, or lacks an approval.
Result<std::optional<EffectiveOp>> effective_op(const ProvedOp& proved, std::size_t index,
                                                std::optional<UnixMs> known_at) {
    const auto known = [&](const ProvedRecord& record) { return !known_at || record.arrived <= *known_at; };
    const auto header = parse_header(proved.record.header);
    if (!header) return unreadable(header.error().what, index);
    const auto op = parse_op(proved.line);
    if (!op) return unreadable(op.error().what, index);
    std::vector<Approval> approvals;
    for (const ProvedRecord& record : proved.approvals) {
        const auto approval = parse_header(record.header);
        if (!approval) return unreadable(approval.error().what, index);
        if (known(record))
            approvals.push_back({node_of(approval->log), {approval->log, approval->seq}, approval->time});
    }
    if (!known(proved.record)) return std::nullopt;
    return make_effective({header->log, header->seq}, header->time, header->label == "resolve", *op, header->needs,
                          approvals);
}

std::string view_on(std::span<const Period> periods, Day as_of) {
    std::string view = "{}";
    for (const Period& period : periods)
        if (period.from <= as_of) view = period.view;
    return canonical_json(view).value_or("{}");
}

std::string protection_text(const Protection& protection) {
    return R"("listing":)" + listing_json(protection.listing) + ",\"right\":" + right_json(protection.right) +
           ",\"verdict\":\"" + std::string(name(protection.verdict)) + "\"}";
}

Result<EntryViews> views_known(const Evidence& evidence, std::optional<UnixMs> known_at) {
    const auto ops = effective_ops(evidence, known_at);
    if (!ops) return fail(ops.error());
    return make_views(evidence.key, *ops);
}

}  // namespace

Result<std::vector<EffectiveOp>> effective_ops(const Evidence& evidence, std::optional<UnixMs> known_at) {
    std::vector<EffectiveOp> ops;
    for (std::size_t i = 0; i < evidence.ops.size(); ++i) {
        auto op = effective_op(evidence.ops[i], i, known_at);
        if (!op) return fail(op.error());
        if (*op) ops.push_back(**std::move(op));
    }
    return ops;
}

Result<std::string> answer_of(const Evidence& evidence) {
    const auto views = views_known(evidence, evidence.known_at);
    if (!views) return fail(views.error());
    const Day known_on = day_of(evidence.known_at.value_or(evidence.made));
    std::string answer = "{";
    if (evidence.as_of < known_on) {
        const auto then = views_known(evidence, end_of(evidence.as_of));
        if (!then) return fail(then.error());
        if (!then->periods.empty())
            answer += "\"as_known_then\":{" +
                      protection_text(
                          protection_of(evidence.key, then->periods, evidence.as_of, evidence.as_of, evidence.law)) +
                      ",";
    }
    return answer + "\"fields\":" + view_on(views->periods, evidence.as_of) + "," +
           protection_text(protection_of(evidence.key, views->periods, evidence.as_of, known_on, evidence.law));
}

Result<std::vector<ConflictView>> open_conflicts(const Evidence& evidence) {
    auto views = views_known(evidence, evidence.known_at);
    if (!views) return fail(views.error());
    std::erase_if(views->conflicts, [](const ConflictView& conflict) { return conflict.state != ConflictState::open; });
    return std::move(views->conflicts);
}

}  // namespace minglu
