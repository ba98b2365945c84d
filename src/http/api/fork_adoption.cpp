// Writes behind the cut of a log whose machine is gone: a node that holds them writes them again as its own.
#include <algorithm>
#include <memory>
#include <mutex>

#include "src/http/api/json_answer.hpp"
#include "src/http/api/json_record.hpp"
#include "src/http/api/write_body.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/problem.hpp"
#include "sync/refold.hpp"
#include "sync/reissue.hpp"

namespace minglu {

namespace {

struct Wanted {
    LogRow log;
    std::optional<Dot> record;  ///< this one alone
    std::string reason;
    bool dry_run = false;
};

/// What becomes of one record of the branch.
struct Step {
    RecordRow record;
    Header header;
    std::string outcome;         ///< write, stands, not_a_change, refused
    std::size_t ops = 0;         ///< to be written, or written
    std::size_t changed = 0;     ///< of these: others have written to the entry since, so there may be conflicts
    std::optional<Dot> dot;      ///< that it was written as
    std::optional<Error> error;  ///< why it was refused
};

Result<LogRow> cut_log(const ReadTx& tx, const WriteBody& body) {
    const auto text = required_text(body, "log", "GET /v1/forks names them");
    if (!text) return fail(text.error());
    const auto id = parse_log_id(*text);
    auto log = id ? tx.log(*id) : std::nullopt;
    if (!log || !log->cut)
        return fail(
            {ErrorCode::not_found, "there is no log " + *text + " that has been cut", "member log of the body",
             "GET /v1/forks lists those that have forked; what is behind a fork can be adopted once it is cut"});
    return *std::move(log);
}

Result<Wanted> read_wanted(const Call& call) {
    const auto body = WriteBody::parse(call.request.body, {"log", "record", "reason", "dry_run"});
    if (!body) return fail(body.error());
    auto log = cut_log(*call.services.store.read(), *body);
    if (!log) return fail(std::move(log.error()));
    auto reason = required_text(*body, "reason", "say why these writes shall stand, for the history of the entries");
    const auto record = body->text("record");
    const auto dry_run = body->flag("dry_run");
    if (!reason) return fail(std::move(reason.error()));
    if (!record) return fail(record.error());
    if (!dry_run) return fail(dry_run.error());
    Wanted wanted{*std::move(log), std::nullopt, *std::move(reason), *dry_run};
    if (record->empty()) return wanted;
    const auto dot = parse_dot(*record);
    if (!dot || dot->log != wanted.log.id || dot->seq <= wanted.log.cut->at || dot->seq > wanted.log.size)
        return fail({ErrorCode::not_found, *record + " is not held here behind the cut of " + wanted.log.id.value(),
                     "member record of the body", "GET /v1/forks/records lists those that are"});
    wanted.record = *dot;
    return wanted;
}

/// The writer's reason stays with what they wrote.
std::string reason_of(const Wanted& wanted, const Step& step) {
    return wanted.reason + "（原 " + to_string(step.record.dot) + " " + step.header.actor + "：" + step.header.reason +
           "）";
}

std::size_t changed_since(const ReadTx& tx, const Draft& draft) {
    return static_cast<std::size_t>(std::count_if(draft.ops.begin(), draft.ops.end(), [&](const Op& op) {
        const auto entry = tx.entry(op.key);
        return entry && !op.seen.covers(entry->etag);
    }));
}

/// The draft of what is left to write; none with the outcome that says why.
std::optional<Draft> look(const ReadTx& tx, const Vector& held, Reissue& again, Step& step) {
    auto draft = step.record.kind == RecordKind::change ? again.draft_of(tx, step.record, held) : std::nullopt;
    step.outcome = "not_a_change";
    if (!draft) return std::nullopt;
    step.outcome = "stands";
    if (!again.leave_out_standing(tx, step.record.dot.seq, *draft)) return std::nullopt;
    step.outcome = "write";
    step.ops = draft->ops.size();
    step.changed = changed_since(tx, *draft);
    return draft;
}

Step take(const Call& call, const Wanted& wanted, Seq seq, Reissue& again) {
    const auto tx = call.services.store.read();
    Step step;
    step.record = stored_record(*tx, {wanted.log.id, seq});
    step.header = stored_header(step.record);
    auto draft = look(*tx, call.services.replica.standing().vector, again, step);
    const bool is_wanted = !wanted.record || wanted.record->seq == seq;
    if (!draft || !is_wanted || wanted.dry_run) return step;
    draft->actor = call.principal.actor;
    draft->reason = reason_of(wanted, step);
    const auto written = call.services.replica.publish(*std::move(draft));
    if (!written) {
        step.outcome = "refused";
        step.error = written.error();
        return step;
    }
    again.note(seq, written->dot, written->leaf);
    step.dot = written->dot;
    return step;
}

void write_step(JsonWriter& json, const Step& step) {
    json.begin_object();
    write_origin(json, step.record, step.header);
    json.member("outcome", step.outcome).member_number("ops", std::uint64_t{step.ops});
    json.member_number("changed_since", std::uint64_t{step.changed});
    if (step.dot) json.member("written_as", to_string(*step.dot));
    if (step.error) json.member("detail", step.error->what).member("cure", step.error->cure);
    json.end_object();
}

/// Repeating it is safe: what stands is left alone. So is breaking it off: each record is written as a whole.
HttpResponse adopt(Call& call, std::mutex& one_at_a_time) {
    const std::scoped_lock lock(one_at_a_time);
    const auto wanted = read_wanted(call);
    if (!wanted) return problem(wanted.error());
    Reissue again(*wanted->log.cut, std::nullopt);
    std::uint64_t ops = 0;
    JsonWriter json;
    json.begin_object().member("log", wanted->log.id.value()).member_boolean("dry_run", wanted->dry_run);
    json.key("items").begin_array();
    for (Seq seq{wanted->log.cut->at.value() + 1}; seq <= wanted->log.size; seq = Seq{seq.value() + 1}) {
        const Step step = take(call, *wanted, seq, again);
        if (wanted->record && wanted->record->seq != seq) continue;
        write_step(json, step);
        if (step.outcome == "write") ops += step.ops;
    }
    json.end_array().member_number("ops", ops);
    return json_answer(200, std::move(json.end_object()).take());
}

}  // namespace

void add_fork_adoption_route(Router& router) {
    const auto one_at_a_time = std::make_shared<std::mutex>();
    router.add("POST", "/v1/forks/adoption", Access::admin, {},
               [one_at_a_time](Call& call) { return adopt(call, *one_at_a_time); });
}

}  // namespace minglu
