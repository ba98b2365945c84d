#include "src/lookalikes/lookalike_search.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "catalog/lookalike/beginnings.hpp"

namespace minglu {

namespace {

/// The entry on the day, if it is listed under these units then and is what the question asks for.
std::optional<EntryHit> wanted_entry(const CatalogueAt& catalogue, const LookalikeCandidate& candidate,
                                     const LookalikeQuestion& question) {
    auto hit = catalogue.hit_of(candidate.entry);
    if (!hit || hit->period.listing != "listed" || sign_of(hit->period.name).units != candidate.units)
        return std::nullopt;
    if (!question.nice_class.empty() && parts_of(hit->key).nice_class != question.nice_class) return std::nullopt;
    if (question.is_wanted && !question.is_wanted(*hit)) return std::nullopt;
    return hit;
}

bool is_better(const LookalikeHit& a, const LookalikeHit& b) {
    return std::make_tuple(-a.comparison.score, a.entry.no) < std::make_tuple(-b.comparison.score, b.entry.no);
}

}  // namespace

LookalikeSearch::LookalikeSearch(const Lookalikes& names, const CatalogueAt& catalogue)
    : names_(names), catalogue_(catalogue) {
    catalogue.visit_touched([this](const TouchedEntry& entry, std::span<const Period> periods) {
        const Kind kind = parts_of(entry.key).kind;
        if (!is_sign(kind)) return;
        for (const Period& period : periods) earlier_.add(entry.no, kind, period.name);
    });
}

Result<std::vector<LookalikeHit>> LookalikeSearch::find(std::string_view sign,
                                                        const LookalikeQuestion& question) const {
    const SignComparer comparer(sign_of(sign));
    if (comparer.sign().empty())
        return fail({ErrorCode::bad_request, "nothing to compare in '" + std::string(sign) + "'", "sign",
                     "give the words of the sign: Chinese characters, letters or digits"});
    std::vector<LookalikeHit> hits;
    bool is_like_some = false;  // wanted or not
    LookalikeQuestion of_whole = question;
    of_whole.is_wanted = [&](const EntryHit& entry) {
        is_like_some = true;
        return !question.is_wanted || question.is_wanted(entry);
    };
    add_hits(hits, comparer, of_whole, [](Comparison comparison) { return comparison; });
    if (is_like_some) return hits;
    LookalikeQuestion of_beginning = question;
    for (const Beginning& beginning : beginnings_of(sign)) {
        of_beginning.query.score_min = beginning.score_min(question.query.score_min);
        add_hits(hits, SignComparer(beginning.sign), of_beginning,
                 [&beginning](Comparison comparison) { return with_rest(std::move(comparison), beginning.rest); });
    }
    return hits;
}

void LookalikeSearch::add_hits(std::vector<LookalikeHit>& hits, const SignComparer& sign,
                               const LookalikeQuestion& question, const Adapt& adapt) const {
    const std::size_t before = hits.size();
    const auto take = [&](const LookalikeCandidate& candidate) {
        auto entry = wanted_entry(catalogue_, candidate, question);
        if (!entry) return false;
        Comparison comparison = adapt(sign.compare(sign_of(entry->period.name)));
        const auto known = std::find_if(hits.begin(), hits.end(),
                                        [&](const LookalikeHit& hit) { return hit.entry.no == candidate.entry; });
        if (known == hits.end())
            hits.push_back({*std::move(entry), std::move(comparison)});
        else if (comparison.score > known->comparison.score)
            known->comparison = std::move(comparison);
        return true;
    };
    names_.find(sign, question.query, [&](const LookalikeCandidate& candidate) {
        return !catalogue_.is_touched(candidate.entry) && take(candidate);
    });
    if (earlier_.size() > 0) earlier_.find(sign, question.query, take);
    if (before == 0 && earlier_.size() == 0) return;  // in their order already
    std::sort(hits.begin(), hits.end(), is_better);
    if (hits.size() > question.query.limit) hits.resize(question.query.limit);
}

}  // namespace minglu
