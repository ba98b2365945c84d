#pragma once
/// One row of a market's list against the names of the catalogue: which protected marks could it be meant to imitate?
///
/// Marks that carry the very name of the row are not look-alikes: those the match by name finds; nor does a holder
/// imitate a mark of its own. Lists repeat their brands, so what was answered for a sign is kept, for some thousand
/// signs.
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/checks/goods_answer.hpp"
#include "src/lookalikes/lookalike_search.hpp"

namespace minglu {

class ImitationCheck {
public:
    /// Both outlive it; see LookalikeSearch.
    ImitationCheck(const Lookalikes& names, const CatalogueAt& catalogue)
        : catalogue_(catalogue), search_(names, catalogue) {}

    /// Of all names of the row, best first, three at most, no name twice; of entries with one name the one in the class
    /// of the row.
    [[nodiscard]] std::vector<Imitated> check(const GoodsRow& row);

private:
    using Signs = std::unordered_map<std::string, std::vector<Imitated>>;
    [[nodiscard]] const std::vector<Imitated>& imitated_by(std::string_view sign, const std::string& nice_class,
                                                           std::span<const std::string_view> holders);
    [[nodiscard]] std::vector<Imitated> compare(std::string_view sign, const std::string& nice_class,
                                                std::span<const std::string_view> holders);

    const CatalogueAt& catalogue_;
    LookalikeSearch search_;
    Signs answered_;  ///< by class, holders and sign
};

}  // namespace minglu
