#include "src/http/api/json_entry.hpp"

#include <span>

#include "catalog/protection_json.hpp"
#include "src/http/api/asked.hpp"

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

void write_scheduled(JsonWriter& json, std::span<const Period> ahead) {
    if (ahead.empty()) return;
    json.key("scheduled").begin_array();
    for (const Period& period : ahead) {
        json.begin_object().member("from", to_string(period.from));
        json.member_raw("fields", period.view).end_object();
    }
    json.end_array();
}

}  // namespace

std::string entry_json(const ReadTx& tx, const EntryAt& entry, const Asked& asked) {
    const std::span<const Period> periods = entry.periods;
    std::size_t ahead = 0;  // first period after as_of
    while (ahead < periods.size() && periods[ahead].from <= asked.as_of) ++ahead;
    const EntryRow& row = entry.row;
    JsonWriter json = begin_entry({row.key, ahead == 0 ? nullptr : &periods[ahead - 1], row.etag, row.open_conflicts});
    write_protection(json, protection_of(row.key, periods, asked.as_of, asked.known_on()));
    if (const auto then = as_known_then(tx, row.key, asked)) {
        json.key("as_known_then").begin_object();
        write_protection(json, *then);
        json.end_object();
    }
    write_scheduled(json, periods.subspan(ahead));
    return std::move(json.end_object()).take();
}

std::string entry_json(const EntryHit& hit, const HitAnswer& answer) {
    JsonWriter json = begin_entry({hit.key, &hit.period, hit.etag, hit.open_conflicts});
    json.member("verdict", name(answer.verdict)).member_raw("right", right_json(answer.right));
    if (answer.as_known_then)
        json.key("as_known_then").begin_object().member("verdict", name(*answer.as_known_then)).end_object();
    return std::move(json.end_object()).take();
}

}  // namespace minglu
