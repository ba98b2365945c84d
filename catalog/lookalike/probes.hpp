#pragma once
/// The ways in which a sign looks for marks: as it is written, with its letters as the characters that they spell, and
/// all in pinyin. A mark that mixes both is found as it is written only.
#include <cstdint>
#include <string_view>
#include <vector>

#include "catalog/lookalike/compare.hpp"

namespace minglu {

/// What a mark is filed under: a Chinese character, a digit, or two letters or digits that stand side by side (or at an
/// end).
using Feature = std::uint32_t;
[[nodiscard]] std::vector<Feature> features_of(std::u32string_view units);

/// A mark that has the feature may share `worth` (weight of both sides times hundredths) with the sign.
struct Wish {
    Feature feature = 0;
    int worth = 0;
};
struct Probe {
    std::vector<std::vector<Wish>> positions;  ///< of each the best wish that a mark meets counts; best first
    int weight = 0;                            ///< the least that the sign can weigh
};
[[nodiscard]] std::vector<Probe> probes_of(const SignComparer& sign);
[[nodiscard]] int least_weight_of(std::u32string_view units);

/// Ways to read letters as whole syllables, at most four, those with the longest syllables first.
[[nodiscard]] std::vector<std::vector<std::string>> syllables_of(std::string_view letters);

}  // namespace minglu
