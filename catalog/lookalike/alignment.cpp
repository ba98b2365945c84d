#include "catalog/lookalike/alignment.hpp"

#include <algorithm>
#include <array>

#include "catalog/text/utf8.hpp"

namespace minglu {
namespace {

constexpr std::size_t syllable_letters_max = 6;
/// A pair that stands at another place counts a little less.
constexpr int moved_percent = 95;
/// What is less alike than this is not looked for at another place.
constexpr int moved_likeness_min = 70;

/// The way to a cell: units taken of the sign and of the mark, and whether two neighbours are swapped.
struct Way {
    std::uint8_t sign = 0;
    std::uint8_t mark = 0;
    Likeness likeness;
};

/// Not cleared: `align` writes each cell before it reads it.
struct Grid {  // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::array<std::array<int, sign_units_max + 1>, sign_units_max + 1> best;
    std::array<std::array<Way, sign_units_max + 1>, sign_units_max + 1> way;
};

/// Puts what only the sign has and what only the mark has side by side where they stand for each other.
std::vector<AlignmentStep> with_replacements(const std::vector<AlignmentStep>& steps) {
    std::vector<AlignmentStep> out;
    for (const AlignmentStep& step : steps) {
        const bool replaces = !out.empty() && !step.is_pair() && !out.back().is_pair() &&
                              (out.back().sign_count == 0) != (step.sign_count == 0);
        if (!replaces) {
            out.push_back(step);
            continue;
        }
        AlignmentStep& before = out.back();
        const AlignmentStep& sign = step.sign_count == 0 ? before : step;
        const AlignmentStep& mark = step.sign_count == 0 ? step : before;
        before = {sign.sign, 1, mark.mark, 1, {0, Reasons{} | Reason::different}};
    }
    return out;
}

int weight_of_all(std::u32string_view units) {
    int weight = 0;
    for (const char32_t unit : units) weight += weight_of(unit);
    return weight;
}

}  // namespace

Alignment::Alignment(const SignComparer& sign, std::u32string_view mark)
    : sign_(sign), units_(sign.sign().units), mark_(mark) {
    align();
    share_ = share_of(steps_);
    consider_order();
}

void Alignment::align() {
    Grid grid;
    const auto offer = [&](std::size_t i, std::size_t j, Way way) {
        const int gain = way.likeness.hundredths * (weight_of_all(units_.substr(i - way.sign, way.sign)) +
                                                    weight_of_all(mark_.substr(j - way.mark, way.mark)));
        const int sum = grid.best[i - way.sign][j - way.mark] + gain;
        if (sum <= grid.best[i][j]) return;
        grid.best[i][j] = sum;
        grid.way[i][j] = way;
    };
    const auto offer_spelled = [&](std::size_t i, std::size_t j) {
        const Likeness pinyin{likeness_of_pinyin, Reasons{} | Reason::pinyin};
        if (is_cjk(units_[i - 1]) && !is_cjk(mark_[j - 1])) {
            for (std::size_t k = 1; k <= std::min(j, syllable_letters_max); ++k)
                if (spells(mark_.substr(j - k, k), units_[i - 1]))
                    offer(i, j, {1, static_cast<std::uint8_t>(k), pinyin});
        } else if (!is_cjk(units_[i - 1]) && is_cjk(mark_[j - 1])) {
            for (std::size_t k = 1; k <= std::min(i, syllable_letters_max); ++k)
                if (spells(units_.substr(i - k, k), mark_[j - 1]))
                    offer(i, j, {static_cast<std::uint8_t>(k), 1, pinyin});
        }
    };
    for (std::size_t i = 0; i <= units_.size(); ++i) {
        for (std::size_t j = 0; j <= mark_.size(); ++j) {
            grid.best[i][j] = i == 0 && j == 0 ? 0 : -1;
            if (i > 0) offer(i, j, {1, 0, {}});
            if (j > 0) offer(i, j, {0, 1, {}});
            if (i == 0 || j == 0) continue;
            if (const Likeness like = sign_.likeness(i - 1, mark_[j - 1]); like.hundredths > 0)
                offer(i, j, {1, 1, like});
            offer_spelled(i, j);
        }
    }
    for (std::size_t i = units_.size(), j = mark_.size(); i > 0 || j > 0;) {
        const Way way = grid.way[i][j];
        i -= way.sign;
        j -= way.mark;
        steps_.push_back({i, way.sign, j, way.mark, way.likeness});
    }
    std::reverse(steps_.begin(), steps_.end());
    steps_ = with_replacements(steps_);
}

int Alignment::weight(const AlignmentStep& step) const {
    const auto sign = units_.substr(step.sign, step.sign_count);
    const auto mark = mark_.substr(step.mark, step.mark_count);
    if (step.is_pair()) return weight_of_all(sign) + weight_of_all(mark);
    const char32_t alone = sign.empty() ? mark.front() : sign.front();
    return is_weak(alone) ? weight_of_letter : weight_of(alone);
}

int Alignment::share_of(const std::vector<AlignmentStep>& steps) const {
    int shared = 0;
    int all = 0;
    for (const AlignmentStep& step : steps) {
        const int weight_here = weight(step);
        all += weight_here;
        shared += weight_here * step.likeness.hundredths;
    }
    return all == 0 ? 0 : shared / all;
}

/// Anagrams of letters are other words; those of characters are how imitations are made (干老妈).
void Alignment::consider_order() {
    const auto chinese = [](std::u32string_view units) { return std::all_of(units.begin(), units.end(), is_cjk); };
    if (share_ >= moved_percent || units_.size() < 2 || !chinese(units_) || !chinese(mark_)) return;
    std::vector<AlignmentStep> steps = regardless_of_order();
    const bool moved = std::any_of(steps.begin(), steps.end(),
                                   [](const AlignmentStep& step) { return has(step.likeness.reasons, Reason::moved); });
    const int share = share_of(steps);
    if (!moved || share <= share_) return;
    steps_ = std::move(steps);
    share_ = share;
    moved_ = true;
}

std::vector<AlignmentStep> Alignment::regardless_of_order() const {
    std::vector<AlignmentStep> steps;
    std::vector<bool> taken(mark_.size(), false);
    std::size_t last = 0;
    for (std::size_t i = 0; i < units_.size(); ++i) {
        AlignmentStep step{i, 1, 0, 0, {}};
        for (std::size_t j = 0; j < mark_.size(); ++j) {
            const Likeness like = taken[j] ? Likeness{} : sign_.likeness(i, mark_[j]);
            if (like.hundredths < moved_likeness_min || like.hundredths <= step.likeness.hundredths) continue;
            step.mark = j;
            step.mark_count = 1;
            step.likeness = like;
        }
        if (step.is_pair()) {
            taken[step.mark] = true;
            const bool moved = step.mark < last || step.mark != i;
            last = step.mark;
            if (moved) step.likeness.reasons = step.likeness.reasons | Reason::moved;
            if (moved)
                step.likeness.hundredths = static_cast<std::uint8_t>(step.likeness.hundredths * moved_percent / 100);
        }
        steps.push_back(step);
    }
    for (std::size_t j = 0; j < mark_.size(); ++j)
        if (!taken[j]) steps.push_back({units_.size(), 0, j, 1, {}});
    return with_replacements(steps);
}

}  // namespace minglu
