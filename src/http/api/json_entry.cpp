#include "src/http/api/json_entry.hpp"

#include "src/http/api/json_answer.hpp"

namespace minglu {

namespace {

struct Shown {
    const EntryKey& key;
    const Period* period = nullptr;  ///< null: before the first one
    const Vector& etag;
    std::uint32_t open_conflicts = 0;
};

JsonWriter begin_entry(const Shown& entry) {
    const KeyParts parts = parts_of(entry.key);
    const Period* const period = entry.period;
    JsonWriter json;
    json.begin_object().member("key", entry.key.value()).member("kind", name(parts.kind));
    json.member("number", parts.number).member_if("class", parts.nice_class);
    json.member_boolean("listed", period != nullptr && period->listing == "listed");
    json.member_raw("fields", period == nullptr ? "{}" : std::string_view(period->view));
    if (period != nullptr) json.member("from", to_string(period->from));
    if (period != nullptr && period->until) json.member("until", to_string(*period->until));
    json.member("etag", to_string(entry.etag));
    json.member_number("open_conflicts", std::uint64_t{entry.open_conflicts});
    return json;
}

}  // namespace

std::string entry_json(const ReadTx& tx, const EntryRow& entry, Day as_of) {
    const std::vector<Period> periods = tx.periods(entry.no);
    const Period* today = nullptr;
    std::size_t ahead = 0;  // first period after as_of
    while (ahead < periods.size() && periods[ahead].from <= as_of) today = &periods[ahead++];
    JsonWriter json = begin_entry({entry.key, today, entry.etag, entry.open_conflicts});
    if (ahead < periods.size()) {
        json.key("scheduled").begin_array();
        for (; ahead < periods.size(); ++ahead) {
            json.begin_object().member("from", to_string(periods[ahead].from));
            json.member_raw("fields", periods[ahead].view).end_object();
        }
        json.end_array();
    }
    return std::move(json.end_object()).take();
}

std::string entry_json(const EntryHit& hit) {
    JsonWriter json = begin_entry({hit.key, &hit.period, hit.etag, hit.open_conflicts});
    return std::move(json.end_object()).take();
}

}  // namespace minglu
