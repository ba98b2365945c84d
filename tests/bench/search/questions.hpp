#pragma once
/// What is typed into the search box, row by row of the benchmark.
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/bench/search/rival.hpp"

namespace minglu::bench {

struct Question {
    std::string name;
    Ask ask = Ask::nothing;  ///< of the rivals
    std::function<std::string(std::mt19937_64&)> text;
};

/// `entries`: how many were generated.
[[nodiscard]] std::vector<Question> usual_questions(std::size_t entries);
/// Named worst cases.
[[nodiscard]] std::vector<Question> worst_questions(std::size_t entries);

}  // namespace minglu::bench
