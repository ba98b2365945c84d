#include "catalog/lookalike/compare.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "catalog/lookalike/alignment.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {
namespace {

/// The first unit decides much: one that differs clearly tells two signs apart (Guidelines, exception to both rules of
/// single characters and letters).
constexpr int first_differs_percent = 85;
/// What is like one part only of a mark, or has its two parts the other way round, is a little less like it.
constexpr int part_percent = 90;
constexpr int swapped_percent = 95;
constexpr std::size_t characters_for_one_differs = 3;
constexpr std::size_t letters_for_letters_differ = 4;

/// What an alignment says in sum.
struct Tally {
    std::size_t pairs = 0, same = 0, shape = 0, sound = 0, pinyin = 0, different = 0, added = 0, added_strong = 0,
                omitted = 0;
    bool first_differs = false;
    bool moved = false;
};

Tally tally(const std::vector<AlignmentStep>& steps, std::u32string_view sign, bool moved) {
    Tally sum;
    sum.moved = moved;
    for (const AlignmentStep& step : steps) {
        const Reasons reasons = step.likeness.reasons;
        if (has(reasons, Reason::different)) {
            ++sum.different;
            sum.first_differs = sum.first_differs || (step.sign == 0 && step.mark == 0);
        } else if (step.is_pair()) {
            ++sum.pairs;
            sum.same += has(reasons, Reason::same) ? 1u : 0u;
            sum.shape += has(reasons, Reason::shape) || has(reasons, Reason::homoglyph) ? 1u : 0u;
            sum.sound += has(reasons, Reason::sound) || has(reasons, Reason::near_sound) ? 1u : 0u;
            sum.pinyin += has(reasons, Reason::pinyin) ? 1u : 0u;
        } else if (step.sign_count > 0) {
            const char32_t unit = sign[step.sign];
            ++sum.added;
            sum.added_strong += is_weak(unit) ? 0u : 1u;
        } else {
            ++sum.omitted;
        }
    }
    return sum;
}

std::size_t characters(std::u32string_view units) {
    return static_cast<std::size_t>(std::count_if(units.begin(), units.end(), is_cjk));
}

/// Letters of which one was put in or left out.
bool one_letter_more(const Tally& sum, std::u32string_view sign, std::u32string_view mark) {
    const std::size_t shared = std::min(sign.size(), mark.size());
    return sum.added + sum.omitted == 1 && sum.different == 0 && sum.same == shared && sum.pairs == shared &&
           shared >= letters_for_letters_differ && characters(sign) + characters(mark) == 0 &&
           sign.front() == mark.front();
}

/// Of the rules on single characters and letters: everything stands in its place, and all but one are the same.
std::optional<SimilarityRule> single_difference(const Tally& sum, std::u32string_view sign, std::u32string_view mark) {
    if (one_letter_more(sum, sign, mark)) return SimilarityRule::letters_differ;
    if (sign.size() != mark.size() || sum.moved || sum.first_differs) return std::nullopt;
    if (sum.same + 1 != sign.size() || sum.added + sum.omitted > 0) return std::nullopt;
    const std::size_t chinese = characters(sign);
    if (chinese != characters(mark)) return std::nullopt;
    if (chinese == sign.size() && chinese >= characters_for_one_differs) return SimilarityRule::one_differs;
    if (chinese == 0 && sign.size() >= letters_for_letters_differ) return SimilarityRule::letters_differ;
    return std::nullopt;
}

/// Whether units [begin, end) of a sign say again, once or more, what stands before or behind them: characters, or the
/// whole mark. A letter alone says nothing.
bool says_again(std::u32string_view sign, std::size_t begin, std::size_t end, std::size_t mark_size) {
    const std::size_t size = end - begin;
    const std::u32string_view added = sign.substr(begin, size);
    const bool chinese = characters(added) == size;
    for (std::size_t apart = 1; apart <= size; ++apart) {
        if (size % apart != 0 || (!chinese && apart != mark_size)) continue;
        if (begin >= apart && sign.substr(begin - apart, size) == added) return true;
        if (end + apart <= sign.size() && sign.substr(begin + apart, size) == added) return true;
    }
    return false;
}

/// Calls `visit(begin, end)` for each unbroken run of units that the sign adds, in order.
template <class Visit>
void for_each_addition(const std::vector<AlignmentStep>& steps, Visit&& visit) {
    for (auto step = steps.begin(); step != steps.end();) {
        const auto end = std::find_if(step, steps.end(), [](const AlignmentStep& one) { return one.is_pair(); });
        if (step != end) visit(step->sign, std::prev(end)->sign + 1);
        step = end == steps.end() ? end : std::next(end);
    }
}

/// Of signs that have all of the mark in its order and add to it.
std::optional<SimilarityRule> rule_of_additions(const Tally& sum, const std::vector<AlignmentStep>& steps,
                                                std::u32string_view sign, std::u32string_view mark) {
    bool again = true;
    bool unbroken = true;
    for_each_addition(steps, [&](std::size_t begin, std::size_t end) {
        again = again && says_again(sign, begin, end, mark.size());
        unbroken = unbroken && (begin == 0 || end == sign.size());
    });
    if (again) return SimilarityRule::repeated;
    if (sum.added_strong == 0) return SimilarityRule::weak_addition;
    if (unbroken || sign.find(mark) != std::u32string_view::npos) return SimilarityRule::contains;
    return std::nullopt;
}

/// Everything on either side has a counterpart.
bool is_whole(const Tally& sum) {
    return sum.pairs > 0 && sum.added + sum.omitted == 0;
}

std::vector<SimilarityRule> rules_of(const Tally& sum, const std::vector<AlignmentStep>& steps,
                                     std::u32string_view sign, std::u32string_view mark) {
    std::vector<SimilarityRule> rules;
    const bool whole = is_whole(sum) && sum.different == 0;
    if (whole && sum.same == sum.pairs)
        rules.push_back(sum.moved ? SimilarityRule::reordered : SimilarityRule::same_units);
    if (whole && sum.pinyin > 0 && sum.pinyin + sum.same == sum.pairs) rules.push_back(SimilarityRule::notation);
    if (const auto single = single_difference(sum, sign, mark)) rules.push_back(*single);
    if (sum.shape > 0) rules.push_back(SimilarityRule::shape);
    if (whole && sum.sound > 0 && sum.sound + sum.same == sum.pairs) rules.push_back(SimilarityRule::sound);
    const bool adds = sum.added > 0 && sum.omitted + sum.different == 0 && sum.same + sum.pinyin == sum.pairs;
    if (adds && !sum.moved)
        if (const auto rule = rule_of_additions(sum, steps, sign, mark)) rules.push_back(*rule);
    return rules;
}

struct Judged {
    int score = 0;
    std::vector<AlignmentStep> steps;
    Tally sum;
    std::u32string_view compared;  ///< the mark, or a part of it
};

Judged judge_in_order(const SignComparer& comparer, std::u32string_view mark) {
    const std::u32string_view sign = comparer.sign().units;
    const Alignment alignment(comparer, mark);
    Judged judged{alignment.share(), alignment.steps(), {}, mark};
    judged.sum = tally(judged.steps, sign, alignment.moved());
    const auto single = single_difference(judged.sum, sign, mark);
    if (single == SimilarityRule::one_differs) judged.score = std::max(judged.score, lookalike_score_default);
    if (judged.sum.first_differs) judged.score = judged.score * first_differs_percent / 100;
    return judged;
}

/// The sign against units [begin, begin + count) of the mark.
Judged judge_part(const SignComparer& comparer, std::u32string_view mark, std::size_t begin, std::size_t count) {
    Judged judged = judge_in_order(comparer, mark.substr(begin, count));
    judged.score = is_whole(judged.sum) ? judged.score * part_percent / 100 : 0;
    for (AlignmentStep& step : judged.steps) step.mark += begin;
    for (std::size_t i = 0; i < mark.size() - count; ++i)
        judged.steps.push_back({comparer.sign().units.size(), 0, begin == 0 ? count + i : i, 1, {}});
    if (begin > 0)
        std::rotate(judged.steps.begin(), judged.steps.end() - static_cast<std::ptrdiff_t>(begin), judged.steps.end());
    return judged;
}

/// The sign against the mark with its two parts the other way round.
Judged judge_swapped(const SignComparer& comparer, std::u32string_view mark, std::size_t meet) {
    std::u32string swapped(mark.substr(meet));
    swapped += mark.substr(0, meet);
    Judged judged = judge_in_order(comparer, swapped);
    judged.score = is_whole(judged.sum) ? judged.score * swapped_percent / 100 : 0;
    judged.sum.moved = true;
    judged.compared = mark;
    for (AlignmentStep& step : judged.steps) {
        step.mark = (step.mark + meet) % mark.size();
        step.likeness.reasons = step.likeness.reasons | Reason::moved;
    }
    return judged;
}

Judged judge(const SignComparer& comparer, std::u32string_view mark) {
    Judged best = judge_in_order(comparer, mark);
    const std::size_t meet = parts_meet(mark);
    if (meet == 0) return best;
    const auto offer = [&](Judged other) {
        if (other.score > best.score) best = std::move(other);
    };
    offer(judge_part(comparer, mark, 0, meet));
    offer(judge_part(comparer, mark, meet, mark.size() - meet));
    if (parts_meet(comparer.sign().units) > 0) offer(judge_swapped(comparer, mark, meet));
    return best;
}

/// What holds of the sign and the whole mark, not of a part of it, is left out.
std::vector<SimilarityRule> rules_of(const Judged& judged, const Sign& sign, const Sign& mark) {
    std::vector<SimilarityRule> rules = rules_of(judged.sum, judged.steps, sign.units, judged.compared);
    const auto same = std::find(rules.begin(), rules.end(), SimilarityRule::same_units);
    const bool of_part = judged.compared.size() < mark.units.size();
    if (of_part) {
        if (same != rules.end()) rules.erase(same);
        rules.push_back(SimilarityRule::independent_part);
    } else if (same != rules.end() && sign.written == mark.written) {
        *same = SimilarityRule::identical;
    }
    return rules;
}

std::string joined(const Sign& sign, std::size_t begin, std::size_t count) {
    std::string text;
    for (std::size_t i = begin; i < begin + count; ++i) text += sign.written[i];
    return text;
}

bool is_written_chinese(std::string_view written) {
    return is_cjk(utf8_at(written, 0).code);
}

/// How two are alike that are the same to the eye but written otherwise. O stands for 〇, and 零 is read like it.
Reason how_written(const Correspondence& unit) {
    const bool chinese = is_written_chinese(unit.sign);
    if (chinese && is_written_chinese(unit.mark)) return Reason::variant;
    return unit.sign == "零" || unit.mark == "零" ? Reason::sound : Reason::homoglyph;
}

void refine(Correspondence& unit) {
    constexpr std::string_view zero = "〇";
    Reasons& reasons = unit.likeness.reasons;
    if ((unit.sign == zero && unit.mark == "0") || (unit.sign == "0" && unit.mark == zero))
        reasons = reasons | Reason::homoglyph;
    if (!has(reasons, Reason::same) || unit.sign == unit.mark) return;
    if (fold_text(unit.sign) == fold_text(unit.mark)) return;  // upper and lower case
    reasons = static_cast<Reasons>(reasons & ~static_cast<Reasons>(Reason::same)) | how_written(unit);
}

}  // namespace

SignComparer::SignComparer(Sign sign) : sign_(std::move(sign)) {
    like_.reserve(sign_.units.size());
    for (std::size_t i = 0; i < sign_.units.size(); ++i)
        like_.push_back(units_like(sign_.units[i], utf8_at(sign_.written[i], 0).code));
}

Likeness SignComparer::likeness(std::size_t unit, char32_t other) const {
    const std::vector<LikeUnit>& like = like_[unit];
    const auto found = std::lower_bound(like.begin(), like.end(), other,
                                        [](const LikeUnit& one, char32_t wanted) { return one.unit < wanted; });
    return found == like.end() || found->unit != other ? Likeness{} : found->likeness;
}

int SignComparer::score(std::u32string_view mark) const {
    return judge(*this, mark).score;
}

Comparison SignComparer::compare(const Sign& mark) const {
    const Judged judged = judge(*this, mark.units);
    Comparison out{judged.score, {}, rules_of(judged, sign_, mark)};
    for (const AlignmentStep& step : judged.steps) {
        Correspondence unit{joined(sign_, step.sign, step.sign_count), joined(mark, step.mark, step.mark_count),
                            step.likeness};
        if (step.sign_count == 0) unit.likeness.reasons = Reasons{} | Reason::omitted;
        if (step.mark_count == 0) unit.likeness.reasons = Reasons{} | Reason::added;
        if (step.is_pair()) refine(unit);
        out.units.push_back(std::move(unit));
    }
    return out;
}

Comparison compare_signs(std::string_view sign, std::string_view mark) {
    return SignComparer(sign_of(sign)).compare(sign_of(mark));
}

}  // namespace minglu
