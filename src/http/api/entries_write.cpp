// Edits of one entry. What the editor was shown decides what the op says; the catalogue of today does not.
#include <algorithm>
#include <functional>

#include "catalog/edit.hpp"
#include "minglu/json_text.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/json_entry.hpp"
#include "src/http/api/write_body.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/api/written.hpp"
#include "src/http/problem.hpp"
#include "sync/refold.hpp"

namespace minglu {

namespace {

tl::unexpected<HttpResponse> refuse(int status, const Error& error) {
    return tl::unexpected<HttpResponse>(problem(status, error));
}
tl::unexpected<HttpResponse> refuse(const Error& error) {
    return tl::unexpected<HttpResponse>(problem(error));
}

constexpr std::string_view removed_in_force =
    "it is taken off because its right has ended, but its status says that the right is in force: write status and"
    " status_on too, or everybody is still told that the right is valid";

template <class T>
using Answered = tl::expected<T, HttpResponse>;

/// An edit that can be made: everything read, nothing decided.
struct Edit {
    EditFrame frame;
    std::optional<ShownEntry> shown;  ///< none: a new entry
    std::string reason;
    std::optional<BatchInfo> batch;
};

/// The text of one entity tag (RFC 9110 §8.8.3); none without the header.
Result<std::optional<std::string>> tag_in(const HttpRequest& request, const char* name) {
    if (!request.headers.contains(name)) return std::nullopt;
    const std::string_view text = header(request, name);
    if (text == "*") return std::string("*");
    if (text.size() < 2 || text.front() != '"' || text.find('"', 1) != text.size() - 1)
        return fail({ErrorCode::bad_request, "not one entity tag", "header " + std::string(name),
                     "send the ETag that came with the entry, in its quotes"});
    return std::string(text.substr(1, text.size() - 2));
}

/// The ETag that the editor was shown, "" for a new entry; none when they do not say.
Result<std::optional<std::string>> seen_text(const HttpRequest& request, const WriteBody& body) {
    auto match = tag_in(request, "if-match");
    const auto none_match = tag_in(request, "if-none-match");
    const auto seen = body.text("seen");
    if (!match) return fail(match.error());
    if (!none_match) return fail(none_match.error());
    if (!seen) return fail(seen.error());
    if (*match == "*")
        return fail({ErrorCode::bad_request, "If-Match: * does not say what you were shown", "header If-Match",
                     "send the ETag that came with the entry"});
    if (*none_match && **none_match != "*")
        return fail({ErrorCode::bad_request, "only * is taken", "header If-None-Match", "send If-None-Match: *"});
    if (*none_match) *match = *match ? *match : std::string();
    if (*match && body.has("seen") && *seen != **match)
        return fail({ErrorCode::bad_request, "differs from the header", "member seen of the body", "send one of them"});
    if (body.has("seen")) return *seen;
    return *match;
}

Answered<Vector> seen_vector(const std::string& text, const Vector& held) {
    auto seen = parse_vector(text);
    if (!seen)
        return refuse(400,
                      {ErrorCode::bad_request, seen.error().what, "seen", "send the etag that came with the entry"});
    if (!held.covers(*seen))
        return refuse({ErrorCode::stale, "you were shown a state that this node does not hold", "seen",
                       "look at the entry again and repeat the change"});
    return *std::move(seen);
}

Answered<Vector> seen_of(const Call& call, const WriteBody& body, bool exists, const EntryKey& key) {
    const auto text = seen_text(call.request, body);
    if (!text) return refuse(text.error());
    if (!*text && exists)
        return refuse(428, {ErrorCode::missing_value, "the edit does not say which state it is based on", key.value(),
                            "send If-Match with the ETag that came with the entry, or member seen"});
    if ((!*text || (*text)->empty()) && !exists) return Vector{};
    if ((*text)->empty())
        return refuse({ErrorCode::stale, "the entry exists already", key.value(), "look at it, and edit it"});
    auto seen = seen_vector(**text, call.services.replica.standing().vector);
    if (seen && !exists)
        return refuse({ErrorCode::stale, "there is no such entry any more", key.value(),
                       "search for it; to make it anew, send If-None-Match: *"});
    return seen;
}

Answered<Edit> read_edit(const Call& call, const WriteBody& body) {
    Edit edit;
    const auto key = parse_entry_key(call.path.at("key"));
    auto reason = required_text(body, "reason", "say why, for the history of the entry");
    const auto on = body.day("effective_on");
    auto batch = body.batch("batch");
    const auto over = body.flag("override_scheduled");
    if (!key) return refuse(400, key.error());
    if (!reason) return refuse(reason.error());
    if (!on) return refuse(on.error());
    if (!batch) return refuse(batch.error());
    if (!over) return refuse(over.error());
    if (*batch && !may_approve(call.principal.role))
        return refuse({ErrorCode::not_allowed, "only an approver may publish a batch", "member batch of the body",
                       "leave the batch out, or ask an approver"});
    const Day today = day_of(call.services.clock.now());
    edit.frame.key = *key;
    edit.frame.effective_on = on->value_or(today);
    edit.frame.over_scheduled = *over ? OverScheduled::override : OverScheduled::refuse;
    edit.reason = *std::move(reason);
    edit.batch = *std::move(batch);

    const auto tx = call.services.store.read();
    auto seen = seen_of(call, body, tx->entry(*key).has_value(), *key);
    if (!seen) return tl::unexpected<HttpResponse>(std::move(seen.error()));
    edit.frame.seen = *std::move(seen);
    const auto ops = shown_ops(counted_ops(*tx, *key).ops, edit.frame.seen);
    edit.shown = shown_entry(ops, std::max(today, edit.frame.effective_on));
    if (!edit.shown && tx->entry(*key))
        return refuse({ErrorCode::stale, "that is not an etag of this entry", key->value(), "look at the entry again"});
    return edit;
}

HttpResponse answer(const Call& call, const Written& written) {
    const auto tx = call.services.store.read();
    const auto key = parse_entry_key(call.path.at("key"));
    const auto entry = entry_at(*tx, *key, std::nullopt);
    const Day today = day_of(call.services.clock.now());
    std::string body = written.json;
    if (entry) body += ",\"entry\":" + entry_json(*tx, *entry, {today, std::nullopt, today});
    if (entry && contradicts_itself(*key, entry->periods))
        body += ",\"warnings\":[" + json_string(removed_in_force) + "]";
    HttpResponse response = json_answer(written.status, body + "}");
    if (entry) response.headers.emplace("ETag", "\"" + to_string(entry->row.etag) + "\"");
    return with_vector(std::move(response), *tx);
}

/// The write stands: a fault in reading the entry back must not make it look as if it did not.
HttpResponse answer_committed(const Call& call, const Written& written) {
    try {
        return answer(call, written);
    } catch (const StoreFault&) {
        return json_answer(written.status, written.json + "}");
    }
}

using MakeOp = std::function<Result<Op>(const Edit&, const WriteBody&)>;

HttpResponse write(Call& call, const std::shared_ptr<KeysInUse>& in_use, std::initializer_list<std::string_view> known,
                   const MakeOp& make_op) {
    const Once once(call, in_use);
    if (once.refused()) return *once.refused();
    if (once.earlier()) return Once::replayed(answer(call, written_earlier(*once.earlier())));
    const auto body = WriteBody::parse(call.request.body, known);
    if (!body) return problem(body.error());
    auto edit = read_edit(call, *body);
    if (!edit) return std::move(edit.error());
    auto op = make_op(*edit, *body);
    // Of these, only an edit that would override what is scheduled is stale; that is no failed precondition.
    if (!op) return problem(op.error().code == ErrorCode::stale ? 409 : status_of(op.error().code), op.error());
    Draft draft;
    draft.actor = call.principal.actor;
    draft.reason = edit->reason;
    draft.batch = edit->batch;
    draft.ops.push_back(*std::move(op));
    const auto written = publish_once(call, once, std::move(draft), edit->shown ? 200 : 201);
    return written ? answer_committed(call, *written) : problem(written.error());
}

HttpResponse put(Call& call, const std::shared_ptr<KeysInUse>& in_use) {
    return write(call, in_use, {"fields", "reason", "effective_on", "batch", "seen", "override_scheduled"},
                 [&](const Edit& edit, const WriteBody& body) -> Result<Op> {
                     const auto fields = body.fields("fields");
                     if (!fields) return fail(fields.error());
                     return edit_entry(edit.frame, edit.shown, *fields, call.services.node);
                 });
}

Result<ShownEntry> existing(const Edit& edit) {
    if (edit.shown) return *edit.shown;
    return fail({ErrorCode::not_found, "there is no such entry", edit.frame.key.value(), "search for its number"});
}

HttpResponse remove(Call& call, const std::shared_ptr<KeysInUse>& in_use) {
    return write(call, in_use, {"ground", "reason", "effective_on", "batch", "seen", "override_scheduled"},
                 [](const Edit& edit, const WriteBody& body) -> Result<Op> {
                     const auto ground = required_text(body, "ground", "give one of the closed list, e.g. expired");
                     if (!ground) return fail(ground.error());
                     return existing(edit).and_then([&](const ShownEntry& shown) {
                         return remove_entry(edit.frame, shown, *ground, edit.reason);
                     });
                 });
}

HttpResponse restore(Call& call, const std::shared_ptr<KeysInUse>& in_use) {
    return write(
        call, in_use, {"reason", "effective_on", "batch", "seen", "override_scheduled"},
        [](const Edit& edit, const WriteBody&) -> Result<Op> {
            return existing(edit).and_then([&](const ShownEntry& shown) { return restore_entry(edit.frame, shown); });
        });
}

}  // namespace

void add_entry_write_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use) {
    router.add("PUT", "/v1/entries/{key...}", Access::write, {}, [in_use](Call& call) { return put(call, in_use); });
    router.add("POST", "/v1/entries/{key...}/removal", Access::write, {},
               [in_use](Call& call) { return remove(call, in_use); });
    router.add("POST", "/v1/entries/{key...}/restoration", Access::write, {},
               [in_use](Call& call) { return restore(call, in_use); });
}

}  // namespace minglu
