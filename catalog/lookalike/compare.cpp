#include "catalog/lookalike/compare.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "catalog/lookalike/alignment.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {
namespace {

struct RuleText {
    std::string_view name;
    std::string_view zh;
};
constexpr std::array<RuleText, 11> rule_texts{{
    {"same_units", "文字构成相同，仅字体、字形写法不同"},
    {"reordered", "汉字构成相同，仅排列顺序不同"},
    {"notation", "汉字构成相同，仅注音不同"},
    {"one_differs", "三个以上汉字，仅个别汉字不同，且首字无明显区别"},
    {"letters_differ", "四个以上字母，仅个别字母不同，且首字母无明显区别"},
    {"shape", "文字字形近似"},
    {"sound", "文字读音相同或者近似"},
    {"repeated", "由字、词重叠而成"},
    {"weak_addition", "在他人商标中加上表示场所、修饰等显著性较弱的文字"},
    {"contains", "完整包含他人商标"},
    {"goods_addition", "在他人商标后加上商品名称等文字"},
}};

/// The first unit decides much: one that differs clearly tells two signs apart (Guidelines, exception to both rules of
/// single characters and letters).
constexpr int first_differs_percent = 85;
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

std::vector<SimilarityRule> rules_of(const Tally& sum, const std::vector<AlignmentStep>& steps,
                                     std::u32string_view sign, std::u32string_view mark) {
    std::vector<SimilarityRule> rules;
    const bool whole = sum.pairs > 0 && sum.different + sum.added + sum.omitted == 0;
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
};

Judged judge(const SignComparer& comparer, std::u32string_view mark) {
    const std::u32string_view sign = comparer.sign().units;
    const Alignment alignment(comparer, mark);
    Judged judged{alignment.share(), alignment.steps(), {}};
    judged.sum = tally(judged.steps, sign, alignment.moved());
    const auto single = single_difference(judged.sum, sign, mark);
    if (single == SimilarityRule::one_differs) judged.score = std::max(judged.score, lookalike_score_default);
    if (judged.sum.first_differs) judged.score = judged.score * first_differs_percent / 100;
    return judged;
}

std::string joined(const Sign& sign, std::size_t begin, std::size_t count) {
    std::string text;
    for (std::size_t i = begin; i < begin + count; ++i) text += sign.written[i];
    return text;
}

/// Of two that are the same to the eye: how they are written otherwise.
void refine(Correspondence& unit, const AlignmentStep& step, const Sign& sign) {
    if (!has(unit.likeness.reasons, Reason::same) || unit.sign == unit.mark) return;
    const auto same = static_cast<Reasons>(Reason::same);
    const bool chinese = is_cjk(sign.units[step.sign]);
    if (!chinese && fold_text(unit.sign) == fold_text(unit.mark)) return;  // upper and lower case
    unit.likeness.reasons = static_cast<Reasons>(unit.likeness.reasons & ~same);
    unit.likeness.reasons = unit.likeness.reasons | (chinese ? Reason::variant : Reason::homoglyph);
}

}  // namespace

std::string_view name(SimilarityRule rule) {
    return rule_texts[static_cast<std::size_t>(rule)].name;
}

std::string_view text_zh(SimilarityRule rule) {
    return rule_texts[static_cast<std::size_t>(rule)].zh;
}

SignComparer::SignComparer(Sign sign) : sign_(std::move(sign)) {
    like_.reserve(sign_.units.size());
    for (const char32_t unit : sign_.units) like_.push_back(units_like(unit));
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
    Comparison out{judged.score, {}, rules_of(judged.sum, judged.steps, sign_.units, mark.units)};
    for (const AlignmentStep& step : judged.steps) {
        Correspondence unit{joined(sign_, step.sign, step.sign_count), joined(mark, step.mark, step.mark_count),
                            step.likeness};
        if (step.sign_count == 0) unit.likeness.reasons = Reasons{} | Reason::omitted;
        if (step.mark_count == 0) unit.likeness.reasons = Reasons{} | Reason::added;
        if (step.is_pair()) refine(unit, step, sign_);
        out.units.push_back(std::move(unit));
    }
    return out;
}

Comparison compare_signs(std::string_view sign, std::string_view mark) {
    return SignComparer(sign_of(sign)).compare(sign_of(mark));
}

}  // namespace minglu
