#include "src/http/api/entry_search.hpp"

#include <algorithm>
#include <set>

#include "catalog/area_filter.hpp"
#include "catalog/check/mistyped_number.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/identifiers/typed_number.hpp"
#include "catalog/identifiers/uscc.hpp"
#include "catalog/search/number_hint.hpp"
#include "catalog/terms.hpp"
#include "catalog/text/normalise.hpp"
#include "src/http/api/asked.hpp"
#include "src/http/api/asked_key.hpp"
#include "src/http/api/batches_named.hpp"

namespace minglu {

namespace {

constexpr std::size_t query_bytes_max = 1'000;

tl::unexpected<Error> refuse(const std::string& parameter, std::string what, std::string cure) {
    return fail({ErrorCode::bad_request, std::move(what), "query parameter " + parameter, std::move(cure)});
}

/// A code of a closed list, given as code or label.
Result<std::string> code_of(const std::string& list, const std::string& text, std::optional<Kind> kind) {
    if (text.empty()) return text;
    // The same word can be another code for each kind: 有效 of a patent, and of a mark.
    std::set<std::string> codes;
    for (const Kind one : {Kind::patent, Kind::trademark, Kind::gi})
        if (const Term* const term = find_term(list, text, one); term != nullptr && kind.value_or(one) == one)
            codes.insert(term->code);
    if (codes.size() == 1) return *codes.begin();
    if (codes.size() > 1) {
        std::string several;
        for (const std::string& code : codes) several += (several.empty() ? "" : ", ") + code;
        return refuse(list, text + " is another " + list + " for each kind", "give the kind too, or one of " + several);
    }
    std::string known;
    std::set<std::string> said;
    for (const Term* const term : terms_of(list, kind))
        if (said.insert(term->code).second) known += (known.empty() ? "" : ", ") + term->code;
    const std::string of_kind = kind ? " of a " + std::string(name(*kind)) : "";
    return refuse(list, "no such " + list + of_kind + ": " + text, "give one of " + known);
}

Result<void> read_conditions(const HttpRequest& request, EntryQuery& query) {
    std::string listing;
    for (const auto& [name, target] : {std::pair{"class", &query.nice_class}, std::pair{"listing", &listing},
                                       std::pair{"status", &query.legal_status}, std::pair{"category", &query.category},
                                       std::pair{"subtype", &query.subtype}, std::pair{"home", &query.home}}) {
        auto value = text_parameter(request, name);
        if (!value) return fail(value.error());
        *target = *std::move(value);
    }
    if (!listing.empty()) {
        const Term* const term = find_term("listing", listing);
        if (term == nullptr) return refuse("listing", "no such listing: " + listing, "give listed or removed");
        query.listing = term->code;
    }
    if (!query.nice_class.empty()) {
        auto nice_class = parse_nice_class(query.nice_class);
        if (!nice_class) return refuse("class", nice_class.error().what, nice_class.error().cure);
        query.nice_class = *std::move(nice_class);
    }
    if (!query.home.empty() && !parse_node_id(query.home))
        return refuse("home", "not a node: " + query.home, "give a node id such as cq");
    return {};
}

Result<void> read_references(const HttpRequest& request, EntryQuery& query) {
    const auto kind = text_parameter(request, "kind");
    const auto batch = text_parameter(request, "batch");
    const auto conflict = text_parameter(request, "conflict");
    for (const auto* value : {&kind, &batch, &conflict})
        if (!*value) return fail(value->error());
    if (!kind->empty()) {
        const auto parsed = find_kind(*kind);
        if (!parsed) return refuse("kind", "no such kind: " + *kind, "give patent, trademark or gi");
        query.kind = *parsed;
    }
    if (!batch->empty()) {
        const auto dot = asked_dot(*batch);
        if (!dot) return refuse("batch", dot.error().what, "give the dot of a batch, as in GET /v1/batches");
        query.batch = *dot;
    }
    if (!conflict->empty() && *conflict != "open") return refuse("conflict", "only open is known", "give open");
    query.with_open_conflict = !conflict->empty();
    return {};
}

Result<std::optional<Verdict>> read_verdict(const HttpRequest& request) {
    const auto text = text_parameter(request, "verdict");
    if (!text) return fail(text.error());
    if (text->empty()) return std::nullopt;
    std::string known;
    for (const Verdict verdict : all_verdicts) {
        if (*text == name(verdict) || *text == label_zh(verdict)) return verdict;
        known += (known.empty() ? "" : ", ") + std::string(name(verdict));
    }
    return refuse("verdict", "no such verdict of an entry: " + *text, "give one of " + known);
}

Result<Sorting> read_sorting(const HttpRequest& request) {
    const auto text = text_parameter(request, "sort", "relevance");
    if (!text) return fail(text.error());
    const bool descending = text->starts_with('-');
    const std::string name = text->substr(descending ? 1 : 0);
    for (const auto& [known, order] :
         {std::pair{"relevance", Order::relevance}, std::pair{"arrival", Order::arrival},
          std::pair{"name", Order::name}, std::pair{"date", Order::date}, std::pair{"expiry", Order::expiry}}) {
        const bool turns = order != Order::relevance && order != Order::arrival;
        if (name == known && (turns || !descending)) return Sorting{order, descending};
    }
    return refuse("sort", "no such order: " + *text,
                  "give relevance, arrival, name, date or expiry; -name, … turns it");
}

}  // namespace

std::vector<std::string> search_parameters() {
    return {"q",        "kind",     "class",   "listing", "status", "verdict",  "region", "as_of",
            "known_at", "category", "subtype", "home",    "batch",  "conflict", "fuzzy"};
}

std::int64_t fingerprint_of(const HttpRequest& request) {
    std::string asked;
    std::vector<std::string> parameters = search_parameters();
    parameters.emplace_back("sort");
    for (const std::string& parameter : parameters)
        asked += parameter + "=" + text_parameter(request, parameter).value_or("") + "\n";
    const Hash hash = sha256({asked});
    std::int64_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = number << 8 | hash[i];
    return number;
}

Result<EntrySearch> EntrySearch::from_request(const HttpRequest& request, UnixMs now) {
    EntrySearch search;
    EntryQuery& query = search.filters_;
    const auto asked = asked_from(request, now);
    if (!asked) return fail(asked.error());
    search.asked_ = *asked;
    query.as_of = asked->as_of;
    if (auto read = read_conditions(request, query); !read) return fail(read.error());
    if (auto read = read_references(request, query); !read) return fail(read.error());
    const auto region = text_parameter(request, "region");
    if (!region) return fail(region.error());
    auto area = area_asked(*region, query.as_of);
    if (!area) return refuse("region", area.error().what, area.error().cure);
    query.region_prefix = std::move(area->area);
    search.note_ = std::move(area->note);
    auto status = code_of("status", query.legal_status, query.kind);
    auto subtype = code_of("subtype", query.subtype, query.kind);
    if (!status) return fail(status.error());
    if (!subtype) return fail(subtype.error());
    query.legal_status = *std::move(status);
    query.subtype = *std::move(subtype);
    const auto text = text_parameter(request, "q");
    const auto fuzzy = flag_parameter(request, "fuzzy");
    const auto sorting = read_sorting(request);
    const auto verdict = read_verdict(request);
    if (!text) return fail(text.error());
    if (!fuzzy) return fail(fuzzy.error());
    if (!sorting) return fail(sorting.error());
    if (!verdict) return fail(verdict.error());
    if (text->size() > query_bytes_max)
        return refuse("q", "too long to search for", "give at most " + std::to_string(query_bytes_max) + " bytes");
    search.text_ = tidy_cell(*text);
    search.sorting_ = *sorting;
    search.verdict_ = *verdict;
    search.ranked_ = search.ranked(SearchPlan(*text, *fuzzy));
    return search;
}

void EntrySearch::look_up(const ReadTx& tx) {
    const std::vector<Dot> batches = batches_named(text_, tx, filters_.as_of);
    if (!batches.empty()) ranked_ = ranked(SearchPlan::of_batches(batches));
}

void EntrySearch::walk_everything() {
    sorting_ = {Order::arrival, false};
    ranked_ = ranked(ranked_.plan());
}

SearchPage EntrySearch::page(const CatalogueAt& catalogue, const SearchPosition& after, std::uint32_t limit) const {
    return ranked_.page(catalogue.source(), after, limit);
}

Facets EntrySearch::facets(const CatalogueAt& catalogue) const {
    return count_facets(ranked_, catalogue.source());
}

std::string EntrySearch::hint(const CatalogueAt& catalogue) const {
    if (const auto mistyped = mistyped_patent(text_))
        return "校验位不符" + (mistyped->should_be.empty() ? "" : "，按前面各位应为 " + mistyped->should_be);
    const auto code = read_uscc(without_number_label(text_));
    if (!code && code.error().code == ErrorCode::bad_check_digit) return "统一社会信用代码的校验位不符";
    return number_hint(text_, catalogue.source(), filters_.as_of);
}

}  // namespace minglu
