#include "src/http/api/search_answer.hpp"

#include <algorithm>

#include "catalog/identifiers/number_text.hpp"
#include "catalog/protection.hpp"
#include "catalog/regions.hpp"
#include "catalog/terms.hpp"
#include "src/http/api/json_record.hpp"

namespace minglu {

namespace {

/// More than two provinces have counties.
constexpr std::size_t values_max = 400;

std::string title_of(const ReadTx& tx, const std::string& batch) {
    const auto dot = parse_dot(batch);
    const auto record = dot ? tx.record(*dot) : std::nullopt;
    return record && record->is_batch ? stored_header(*record).batch.value_or(BatchInfo{}).title : std::string();
}

std::string area_of(std::string code, Day on) {
    if (!is_digits(code)) return {};  // an area without a code is written by its name
    code.resize(6, '0');
    const Region* const region = find_region(code, on);
    if (region != nullptr) return region->level == RegionLevel::grouping ? region_path(code, on) : region->name;
    // Entries go on naming districts that were merged.
    const auto once = regions_of_code(code);
    return once.empty() ? std::string() : once.back()->name + "（曾用）";
}

std::string verdict_label(std::string_view code) {
    const auto verdict =
        std::find_if(all_verdicts.begin(), all_verdicts.end(), [&](Verdict known) { return name(known) == code; });
    return verdict == all_verdicts.end() ? std::string() : std::string(label_zh(*verdict));
}

/// As it is called of each kind that was counted: of patents and trademarks "全部无效／宣告无效".
std::string term_label(const Facets& facets, const std::string& list, const std::string& value) {
    std::vector<std::string> labels;
    const auto kinds = facets.by.find("kind");
    for (const Kind kind : {Kind::patent, Kind::trademark, Kind::gi}) {
        if (kinds == facets.by.end() || kinds->second.count(std::string(name(kind))) == 0) continue;
        const Term* const term = find_term(list, value, kind);
        if (term != nullptr && std::find(labels.begin(), labels.end(), term->label_zh) == labels.end())
            labels.push_back(term->label_zh);
    }
    std::string joined;
    for (const std::string& label : labels) joined += (joined.empty() ? "" : "／") + label;
    return joined;
}

std::string label_of(const ReadTx& tx, const Facets& facets, const std::string& filter, const std::string& value,
                     Day on) {
    if (filter == "region") return area_of(value, on);
    if (filter == "batch") return title_of(tx, value);
    if (filter == "verdict") return verdict_label(value);
    const bool is_term = filter == "kind" || filter == "listing" || filter == "status" || filter == "subtype";
    return is_term ? term_label(facets, filter, value) : std::string();
}

void write_counts(JsonWriter& json, const std::string& filter, const Facets& facets, const ReadTx& tx, Day on) {
    const Facets::Counts& counts = facets.by.at(filter);
    std::vector<std::pair<std::string, std::uint32_t>> values(counts.begin(), counts.end());
    std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    if (values.size() > values_max) values.resize(values_max);
    json.key(filter).begin_array();
    for (const auto& [value, count] : values) {
        json.begin_object().member("value", value).member_number("count", std::uint64_t{count});
        json.member_if("label", label_of(tx, facets, filter, value, on)).end_object();
    }
    json.end_array();
}

}  // namespace

std::string reason_json(const Reason& reason) {
    JsonWriter json;
    json.begin_object().member("match", name(reason.match)).key("highlights").begin_array();
    for (const Highlight& highlight : reason.highlights) {
        json.begin_object().member("field", highlight.field);
        if (highlight.item) json.member_number("item", std::uint64_t{*highlight.item});
        json.member("text", highlight.text).key("ranges").begin_array();
        for (const auto& [first, end] : highlight.ranges)
            json.begin_array().number(std::uint64_t{first}).number(std::uint64_t{end}).end_array();
        json.end_array().end_object();
    }
    return std::move(json.end_array().end_object()).take();
}

std::string facets_json(const Facets& facets, const ReadTx& tx, Day on) {
    JsonWriter json;
    json.begin_object().member_number("entries", std::uint64_t{facets.entries});
    json.member_boolean("bounded", facets.bounded).key("by").begin_object();
    for (const auto& one : facets.by) write_counts(json, one.first, facets, tx, on);
    return std::move(json.end_object().end_object()).take();
}

}  // namespace minglu
