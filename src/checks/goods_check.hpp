#pragma once
/// One row of a market's list against the catalogue as of a day: is there such a right, and did it hold.
///
/// By number first, in any spelling; else by exactly the same name; else by the longest name of an entry that the name
/// of the row has in it, and the answer says why. A name that is only a part of an entry's is not found: a note tells
/// of the longer one. What the row says beside that (class, holder, name) chooses among several, and where it
/// contradicts the entry, a note says so, as it does where the entry was listed only later.
#include <string>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"
#include "src/checks/goods_answer.hpp"
#include "sync/catalogue_at.hpp"

namespace minglu {

class GoodsCheck {
public:
    /// `catalogue` outlives it.
    explicit GoodsCheck(const CatalogueAt& catalogue) : catalogue_(catalogue), as_of_(catalogue.asked().as_of) {}

    /// The columns of the match.
    [[nodiscard]] Answer check(const GoodsRow& row) const;

private:
    /// What was found, the best first, and how.
    struct Found {
        std::vector<EntryHit> hits;
        std::string_view match;
        std::string reason;
    };
    [[nodiscard]] Found by_number(const GoodsRow& row, std::string& note) const;
    [[nodiscard]] Found numbered(std::string_view text, const GoodsRow& row, Day as_of) const;
    /// Why a number finds nothing.
    [[nodiscard]] std::string fault_of_number(std::string_view text, const GoodsRow& row) const;
    [[nodiscard]] std::string later_names(const GoodsRow& row) const;
    [[nodiscard]] Found by_name(const GoodsRow& row) const;
    [[nodiscard]] Found by_text(const GoodsRow& row) const;
    [[nodiscard]] Found contained_in(std::string_view folded) const;
    [[nodiscard]] std::string longer_names(const GoodsRow& row) const;
    [[nodiscard]] std::string longer_names(std::string_view folded) const;
    [[nodiscard]] std::vector<EntryHit> named(std::string_view folded, Day as_of) const;

    const CatalogueAt& catalogue_;
    Day as_of_;
};

}  // namespace minglu
