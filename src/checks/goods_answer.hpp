#pragma once
/// What a row of a market's list is answered with: the columns of a result, in words.
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minglu {

/// The cells of a row that say what it is, as they stand in the list.
struct GoodsRow {
    std::vector<std::string_view> numbers;
    std::vector<std::string_view> names;
    std::vector<std::string_view> holders;
    std::string_view nice_class;
};

struct AnswerColumn {
    std::string_view member;  ///< in JSON; those about look-alikes stand together in one member there
    std::string_view header;  ///< in tables
};
/// In the order of a result. Every answer is text; "" = nothing to say.
inline constexpr std::array<AnswerColumn, 20> answer_columns{{
    {"match", "匹配方式"},
    {"reason", "匹配依据"},
    {"key", "名录条目"},
    {"verdict", "结论"},
    {"right", "权利本身"},
    {"as_known_then", "当时所知结论"},
    {"listing", "名录状态"},
    {"status", "法律状态"},
    {"name", "名录名称"},
    {"holders", "权利人"},
    {"from", "此状态自"},
    {"conflicts", "未决冲突"},
    {"note", "提示"},
    {"lookalike_score", "近似度"},
    {"lookalike_name", "近似名称"},
    {"lookalike_key", "近似条目"},
    {"lookalike_verdict", "近似名称结论"},
    {"lookalike_holders", "近似名称权利人"},
    {"lookalike_text", "近似理由"},
    {"lookalike_more", "其他近似名称"},
}};
using Answer = std::array<std::string, answer_columns.size()>;

/// Place of a column by its member.
[[nodiscard]] consteval std::size_t answer_place(std::string_view member) {
    for (std::size_t i = 0; i < answer_columns.size(); ++i)
        if (answer_columns[i].member == member) return i;
    throw "no such column";
}

using AnswerColumns = std::span<const AnswerColumn>;
/// Of a result: whether the row is in the catalogue; and as well what it could be meant to imitate.
inline constexpr AnswerColumns match_columns{answer_columns.data(), answer_place("lookalike_score")};
inline constexpr AnswerColumns all_columns{answer_columns};

/// Where nothing of the catalogue matches; else the verdict is one of catalog/protection.hpp.
inline constexpr std::string_view verdict_not_found = "not_found";

/// A protected mark that the sign of a row could be meant to imitate.
struct Imitated {
    int score = 0;  ///< see catalog/lookalike/compare.hpp
    std::string key;
    std::string name;
    std::string verdict;
    std::string holders;
    std::string text;  ///< what stands for what, and the rules that call it similar
};
/// Fills the columns about look-alikes; the best first.
void add_imitated(Answer& answer, std::span<const Imitated> imitated);

}  // namespace minglu
