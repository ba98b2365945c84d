#include "src/http/api/changes.hpp"

#include <atomic>
#include <limits>
#include <memory>

#include "src/http/api/cursor.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_record.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr std::size_t keys_shown_max = 100;
constexpr std::int64_t wait_max_s = 60;
/// Each waiting client costs a thread of the listener, and people must not queue behind programs.
constexpr int waiting_max = 4;

class WaitingRoom {
public:
    /// False when it is full.
    [[nodiscard]] bool enter() {
        if (waiting_.fetch_add(1) < waiting_max) return true;
        leave();
        return false;
    }
    void leave() { waiting_.fetch_sub(1); }

private:
    std::atomic<int> waiting_{0};
};

void write_change(JsonWriter& json, const ReadTx& tx, const RecordRow& record) {
    const Header header = stored_header(record);
    const std::vector<EntryKey> keys = tx.keys_of_record(record.no);
    json.begin_object().member_number("no", record.no.value());
    write_origin(json, record, header);
    json.member("kind", header.kind_text).member_if("label", header.label).member("arrived", to_string(record.arrived));
    json.key("keys").begin_array();
    for (std::size_t i = 0; i < keys.size() && i < keys_shown_max; ++i) json.text(keys[i].value());
    json.end_array().member_number("ops", std::uint64_t{record.ops}).end_object();
}

HttpResponse answer(const Services& services, RecordNo after, std::int64_t limit) {
    const auto tx = services.store.read();
    std::int64_t next = after.value();
    std::int64_t count = 0;
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    tx->visit_records(after, [&](const RecordRow& record) {
        write_change(json, *tx, record);
        next = record.no.value();
        return ++count < limit;
    });
    json.end_array().member_number("next", next);
    json.member_raw("freshness", freshness_json(services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

/// Until a record stands after `after`, or time is up.
void wait_for(const Services& services, RecordNo after, std::int64_t wait_s, const HttpRequest& request) {
    const std::int64_t deadline_ms = services.clock.steady_ms() + wait_s * 1000;
    for (;;) {
        const std::uint64_t revision = services.replica.standing().revision;
        if (services.store.read()->last_record() > after) return;
        const std::int64_t left_ms = deadline_ms - services.clock.steady_ms();
        if (left_ms <= 0 || is_gone(request)) return;
        services.replica.wait_beyond(revision, left_ms, [&request] { return is_gone(request); });
        if (services.replica.standing().revision == revision) return;
    }
}

HttpResponse changes(Call& call, WaitingRoom& room) {
    const auto after = integer_parameter(call.request, "after", 0, 0, std::numeric_limits<std::int64_t>::max());
    const auto limit = integer_parameter(call.request, "limit", page_limit_default, 1, page_limit_max);
    const auto wait_s = integer_parameter(call.request, "wait_s", 0, 0, wait_max_s);
    for (const auto* value : {&after, &limit, &wait_s})
        if (!*value) return problem(value->error());
    const RecordNo from{*after};
    if (*wait_s > 0 && call.services.store.read()->last_record() <= from) {
        if (!room.enter()) {
            HttpResponse response =
                problem({ErrorCode::busy, "too many clients wait for changes", "query parameter wait_s",
                         "ask again in a few seconds, or without wait_s"});
            response.headers.emplace("Retry-After", "5");
            return response;
        }
        const std::unique_ptr<WaitingRoom, void (*)(WaitingRoom*)> leave(&room, [](WaitingRoom* r) { r->leave(); });
        wait_for(call.services, from, *wait_s, call.request);
    }
    return answer(call.services, from, *limit);
}

}  // namespace

void add_change_routes(Router& router) {
    const auto room = std::make_shared<WaitingRoom>();
    router.add("GET", "/v1/changes", Access::read, {"after", "limit", "wait_s"},
               [room](Call& call) { return changes(call, *room); });
}

}  // namespace minglu
