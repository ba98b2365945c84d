// Working off conflicts: who takes care of one, and what was decided.
#include "catalog/resolution.hpp"
#include "minglu/json_text.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/json_conflict.hpp"
#include "src/http/api/write_body.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/api/written.hpp"
#include "src/http/problem.hpp"
#include "sync/refold.hpp"

namespace minglu {

namespace {

Result<ConflictRow> find_conflict(const ReadTx& tx, const std::string& text) {
    const auto bytes = from_hex(text);
    const auto id = bytes ? to_hash(*bytes) : Result<Hash>(tl::unexpected(bytes.error()));
    auto row = id ? tx.conflict(*id) : std::nullopt;
    if (row) return *std::move(row);
    return fail({ErrorCode::not_found, "there is no conflict " + text, "", "GET /v1/conflicts lists them"});
}

HttpResponse answer(const Call& call, int status, const std::string& begun) {
    const auto tx = call.services.store.read();
    const auto row = find_conflict(*tx, call.path.at("id"));
    if (!row) return problem(row.error());
    return with_vector(
        json_answer(status, begun + "\"conflict\":" + conflict_json(*tx, *row, call.services.node) + "}"), *tx);
}

/// The resolution stands: a fault in reading the conflict back must not make it look as if it did not.
HttpResponse answer_committed(const Call& call, const Written& written) {
    try {
        return answer(call, written.status, written.json + ",");
    } catch (const StoreFault&) {
        return json_answer(written.status, written.json + "}");
    }
}

HttpResponse claim(Call& call, const std::shared_ptr<KeysInUse>& in_use) {
    const Once once(call, in_use);
    if (once.refused()) return *once.refused();
    if (once.earlier()) return Once::replayed(answer(call, once.earlier()->status, "{"));
    const auto body = WriteBody::parse(call.request.body, {"release"});
    const auto release = body ? body->flag("release") : fail(body.error());
    if (!release) return problem(release.error());
    const std::string& actor = call.principal.actor;
    std::optional<Error> error;
    call.services.replica.write_local([&](WriteTx& tx) {
        const auto row = find_conflict(tx, call.path.at("id"));
        if (!row) {
            error = row.error();
        } else if (!row->claimed_by.empty() && row->claimed_by != actor &&
                   !(*release && may_approve(call.principal.role))) {
            error = Error{ErrorCode::already_exists, row->claimed_by + " works on this conflict",
                          "conflict " + call.path.at("id"), "ask them, or an approver, to release it"};
        } else {
            tx.claim(row->view.id, *release ? std::string_view{} : std::string_view(actor), call.services.clock.now());
            once.keep(tx, 200, "{}");
        }
    });
    return error ? problem(*error) : answer(call, 200, "{");
}

/// "ours", "theirs", or {"value":{field:value}}.
Result<GroupChoice> choice_of(const std::string& group, const std::string& json, const ConflictSides& sides) {
    if (json == "\"ours\"") return sides.ours;
    if (json == "\"theirs\"") return sides.theirs;
    if (json.starts_with('{')) {
        const auto given = WriteBody::parse(json, {"value"});
        if (!given) return fail(given.error());
        auto fields = given->fields("value");
        if (!fields) return fail(std::move(fields.error()));
        return *std::move(fields);
    }
    return fail({ErrorCode::bad_request, "neither a side nor a value", "group " + group,
                 "give \"ours\", \"theirs\" or {\"value\":{…}}"});
}

Result<Choice> read_choice(const WriteBody& body, const ConflictSides& sides) {
    const auto take = body.text("take");
    const auto groups = body.object("groups");
    if (!take) return fail(take.error());
    if (!groups) return fail(groups.error());
    Choice choice;
    if (*take == "ours") choice.side = sides.ours;
    if (*take == "theirs") choice.side = sides.theirs;
    if ((!take->empty() && !choice.side) || (take->empty() && groups->empty()))
        return fail({ErrorCode::bad_request, take->empty() ? "nothing is decided" : "no such side: " + *take,
                     "member take of the body", R"(give "ours" or "theirs", or decide each group in groups)"});
    for (const auto& group : *groups) {
        auto decided = choice_of(group.first, group.second, sides);
        if (!decided) return fail(std::move(decided.error()));
        choice.groups.emplace(group.first, *std::move(decided));
    }
    return choice;
}

Result<Draft> read_resolution(const Call& call, const WriteBody& body) {
    const auto tx = call.services.store.read();
    const auto row = find_conflict(*tx, call.path.at("id"));
    if (!row) return fail(row.error());
    if (row->view.state != ConflictState::open)
        return fail({ErrorCode::already_exists, "the conflict is " + std::string(name(row->view.state)) + " already",
                     "conflict " + call.path.at("id"), "edit the entry if it shall say something else"});
    auto reason = required_text(body, "reason", "say why, for the history of the entry");
    if (!reason) return fail(std::move(reason.error()));
    const auto on = body.day("effective_on");
    if (!on) return fail(on.error());
    const auto choice = read_choice(body, sides_of(row->view, call.services.node));
    if (!choice) return fail(choice.error());
    auto op = resolve_conflict(row->key, counted_ops(*tx, row->key).ops, row->view.a, row->view.b, *choice, *on);
    if (!op) return fail(std::move(op.error()));
    Draft draft;
    draft.actor = call.principal.actor;
    draft.reason = *std::move(reason);
    draft.label = resolve_label;
    draft.ops.push_back(*std::move(op));
    return draft;
}

HttpResponse resolve(Call& call, const std::shared_ptr<KeysInUse>& in_use) {
    const Once once(call, in_use);
    if (once.refused()) return *once.refused();
    if (once.earlier()) return Once::replayed(answer(call, once.earlier()->status, once.earlier()->body + ","));
    const auto body = WriteBody::parse(call.request.body, {"take", "groups", "reason", "effective_on"});
    if (!body) return problem(body.error());
    auto draft = read_resolution(call, *body);
    if (!draft) return problem(draft.error());
    const auto written = publish_once(call, once, *std::move(draft), 200);
    return written ? answer_committed(call, *written) : problem(written.error());
}

}  // namespace

void add_conflict_write_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use) {
    router.add("POST", "/v1/conflicts/{id}/claim", Access::write, {},
               [in_use](Call& call) { return claim(call, in_use); });
    router.add("POST", "/v1/conflicts/{id}/resolution", Access::write, {},
               [in_use](Call& call) { return resolve(call, in_use); });
}

}  // namespace minglu
