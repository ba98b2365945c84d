#pragma once
/// Which units of a sign stand for which of a mark: the pairs that weigh most together, found by dynamic programming in
/// the order of both, or else regardless of order.
#include <string_view>
#include <vector>

#include "catalog/lookalike/compare.hpp"

namespace minglu {

/// Units [sign, sign + sign_count) stand for [mark, mark + mark_count); a count of 0 = nothing stands there. More than
/// one on a side: letters that spell a character.
struct AlignmentStep {
    std::size_t sign = 0;
    std::size_t sign_count = 0;
    std::size_t mark = 0;
    std::size_t mark_count = 0;
    Likeness likeness;

    [[nodiscard]] bool is_pair() const { return sign_count > 0 && mark_count > 0; }
};

class Alignment {
public:
    Alignment(const SignComparer& sign, std::u32string_view mark);

    [[nodiscard]] const std::vector<AlignmentStep>& steps() const { return steps_; }
    [[nodiscard]] bool moved() const { return moved_; }
    /// Shared weight as a part of all weight, in hundredths.
    [[nodiscard]] int share() const { return share_; }

private:
    void align();
    void consider_order();
    [[nodiscard]] std::vector<AlignmentStep> regardless_of_order() const;
    [[nodiscard]] int share_of(const std::vector<AlignmentStep>& steps) const;
    [[nodiscard]] int weight(const AlignmentStep& step) const;

    const SignComparer& sign_;
    std::u32string_view units_;
    std::u32string_view mark_;
    std::vector<AlignmentStep> steps_;
    bool moved_ = false;
    int share_ = 0;
};

}  // namespace minglu
