#include "src/checks/goods_answer.hpp"

namespace minglu {

void add_imitated(Answer& answer, std::span<const Imitated> imitated) {
    if (imitated.empty()) return;
    const Imitated& best = imitated.front();
    answer[answer_place("lookalike_score")] = std::to_string(best.score);
    answer[answer_place("lookalike_name")] = best.name;
    answer[answer_place("lookalike_key")] = best.key;
    answer[answer_place("lookalike_verdict")] = best.verdict;
    answer[answer_place("lookalike_holders")] = best.holders;
    answer[answer_place("lookalike_text")] = best.text;
    std::string more;
    for (const Imitated& other : imitated.subspan(1))
        more += (more.empty() ? "" : "；") + other.name + " " + std::to_string(other.score) + "（" + other.key + "）";
    answer[answer_place("lookalike_more")] = more;
}

}  // namespace minglu
