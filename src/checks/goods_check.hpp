#pragma once
/// One row of a market's list against the catalogue as of a day: is there such a right, and did it hold.
///
/// By number first, in any spelling; else by exactly the same name; else by the name that comes nearest, and the answer
/// says why. What the row says beside that (class, holder, name) chooses among several, and where it contradicts the
/// entry, a note says so.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"
#include "sync/catalogue_at.hpp"

namespace minglu {

/// The cells of a row that say what it is, as they stand in the list.
struct GoodsRow {
    std::vector<std::string_view> numbers;
    std::vector<std::string_view> names;
    std::vector<std::string_view> holders;
    std::string_view nice_class;
};

/// What a row is answered with, in the order of the columns of a result. Every answer is text; "" = nothing to say.
struct AnswerColumn {
    std::string_view member;  ///< in JSON
    std::string_view header;  ///< in tables
};
inline constexpr std::array<AnswerColumn, 11> answer_columns{{
    {"match", "匹配方式"},
    {"reason", "匹配依据"},
    {"key", "名录条目"},
    {"verdict", "结论"},
    {"listing", "名录状态"},
    {"status", "法律状态"},
    {"name", "名录名称"},
    {"holders", "权利人"},
    {"from", "此状态自"},
    {"conflicts", "未决冲突"},
    {"note", "提示"},
}};
using Answer = std::array<std::string, answer_columns.size()>;

/// Where nothing of the catalogue matches; else the verdict is one of catalog/protection.hpp.
inline constexpr std::string_view verdict_not_found = "not_found";

/// Place of a column by its member.
[[nodiscard]] consteval std::size_t answer_place(std::string_view member) {
    for (std::size_t i = 0; i < answer_columns.size(); ++i)
        if (answer_columns[i].member == member) return i;
    throw "no such column";
}

class GoodsCheck {
public:
    /// `tx` outlives it.
    GoodsCheck(const ReadTx& tx, const Asked& asked) : catalogue_(tx, asked), as_of_(asked.as_of) {}

    [[nodiscard]] Answer check(const GoodsRow& row) const;

private:
    /// What was found, the best first, and how.
    struct Found {
        std::vector<EntryHit> hits;
        std::string_view match;
        std::string reason;
    };
    [[nodiscard]] Found by_number(const GoodsRow& row, std::string& note) const;
    [[nodiscard]] Found by_name(const GoodsRow& row) const;
    [[nodiscard]] Found by_text(const GoodsRow& row) const;
    [[nodiscard]] Found containing(std::string_view folded) const;
    [[nodiscard]] Found contained_in(std::string_view folded) const;
    [[nodiscard]] std::vector<EntryHit> with_number(std::string_view number) const;
    [[nodiscard]] std::vector<EntryHit> named(std::string_view folded) const;

    CatalogueAt catalogue_;
    Day as_of_;
};

}  // namespace minglu
