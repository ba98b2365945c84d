#include "src/http/api/lookalikes.hpp"

#include "catalog/identifiers/trademark.hpp"
#include "catalog/lookalike/wording.hpp"
#include "src/http/api/asked.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/json_entry.hpp"
#include "src/http/problem.hpp"
#include "src/lookalikes/lookalike_search.hpp"

namespace minglu {

namespace {

constexpr std::int64_t limit_max = 100;
/// Below this nearly everything is like everything.
constexpr std::int64_t score_least = 60;
constexpr std::size_t sign_bytes_max = 400;
constexpr std::string_view guidelines = "商标审查审理指南";

Result<std::optional<Kind>> kind_parameter(const HttpRequest& request) {
    const auto text = text_parameter(request, "kind");
    if (!text) return fail(text.error());
    if (text->empty()) return std::optional<Kind>{};
    if (*text == "trademark") return std::optional<Kind>{Kind::trademark};
    if (*text == "gi") return std::optional<Kind>{Kind::gi};
    return fail({ErrorCode::bad_request, "names of this kind are not compared: " + *text, "query parameter kind",
                 "give trademark or gi, or leave it out for both"});
}

Result<std::string> sign_parameter(const HttpRequest& request) {
    auto sign = text_parameter(request, "sign");
    if (!sign) return sign;
    if (sign->empty())
        return fail({ErrorCode::bad_request, "there is no sign to compare", "query parameter sign",
                     "give the words of the sign, e.g. sign=康帅傅"});
    if (sign->size() > sign_bytes_max)
        return fail({ErrorCode::bad_request, "too long for a sign", "query parameter sign",
                     "give at most " + std::to_string(sign_bytes_max) + " bytes"});
    return sign;
}

Result<LookalikeQuestion> question_of(const Call& call) {
    LookalikeQuestion question;
    const auto kind = kind_parameter(call.request);
    if (!kind) return fail(kind.error());
    question.query.kind = *kind;
    const auto nice_class = text_parameter(call.request, "class");
    if (!nice_class) return fail(nice_class.error());
    if (!nice_class->empty()) {
        auto parsed = parse_nice_class(*nice_class);
        if (!parsed)
            return fail({ErrorCode::bad_request, parsed.error().what, "query parameter class", parsed.error().cure});
        question.nice_class = *std::move(parsed);
    }
    const auto score = integer_parameter(call.request, "min_score", lookalike_score_default, score_least, 100);
    if (!score) return fail(score.error());
    question.query.score_min = static_cast<int>(*score);
    const auto limit = integer_parameter(call.request, "limit", 20, 1, limit_max);
    if (!limit) return fail(limit.error());
    question.query.limit = static_cast<std::size_t>(*limit);
    return question;
}

void write_hit(JsonWriter& json, const LookalikeHit& hit, const HitAnswer& answer) {
    json.begin_object().member_number("score", std::int64_t{hit.comparison.score});
    json.key("units").begin_array();
    for (const Correspondence& unit : hit.comparison.units) {
        json.begin_object().member("sign", unit.sign).member("mark", unit.mark).key("reasons").begin_array();
        for (const std::string_view reason : names(unit.likeness.reasons)) json.text(reason);
        json.end_array().member_number("likeness", std::int64_t{unit.likeness.hundredths}).end_object();
    }
    json.end_array().member("text", wording_of(hit.comparison.units)).key("rules").begin_array();
    for (const SimilarityRule rule : hit.comparison.rules)
        json.begin_object().member("rule", name(rule)).member("text", text_zh(rule)).end_object();
    json.end_array().member_raw("entry", entry_json(hit.entry, answer)).end_object();
}

HttpResponse lookalikes(Call& call) {
    const auto sign = sign_parameter(call.request);
    if (!sign) return problem(sign.error());
    const auto asked = asked_from(call.request, call.services.clock.now());
    if (!asked) return problem(asked.error());
    const auto question = question_of(call);
    if (!question) return problem(question.error());
    call.services.lookalikes.follow();
    const auto tx = call.services.store.read();
    const CatalogueAt catalogue(*tx, *asked);
    const auto hits = LookalikeSearch(call.services.lookalikes, catalogue).find(*sign, *question);
    if (!hits) return problem(hits.error());

    call.tally->hits = hits->size();
    JsonWriter json;
    json.begin_object().member("sign", *sign);
    json.member_number("min_score", std::int64_t{question->query.score_min}).member("guidelines", guidelines);
    json.key("items").begin_array();
    for (const LookalikeHit& hit : *hits) write_hit(json, hit, catalogue.answer_about(hit.entry));
    json.end_array().member_boolean("complete", call.services.lookalikes.size().complete);
    json.member_raw("freshness", freshness_json(call.services, *tx, *asked)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

}  // namespace

void add_lookalike_route(Router& router) {
    router.add("GET", "/v1/lookalikes", Access::read,
               {"sign", "kind", "class", "as_of", "known_at", "min_score", "limit"}, lookalikes);
}

}  // namespace minglu
