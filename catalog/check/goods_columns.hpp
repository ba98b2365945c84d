#pragma once
/// What the columns of a market's list of goods mean, so that its rows can be looked up in the catalogue. Headers come
/// in Chinese or English, in the words of published lists or of shops.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "minglu/error.hpp"

namespace minglu {

/// Columns by their place from 0; several of one kind stand in the order of the list.
struct GoodsColumns {
    std::vector<std::size_t> numbers;
    std::vector<std::size_t> names;
    std::vector<std::size_t> holders;
    std::optional<std::size_t> nice_class;

    /// Whether a row can be looked up at all.
    [[nodiscard]] bool identifies() const { return !numbers.empty() || !names.empty(); }
    [[nodiscard]] std::size_t known() const {
        return numbers.size() + names.size() + holders.size() + (nice_class ? 1 : 0);
    }
};

[[nodiscard]] GoodsColumns find_goods_columns(const std::vector<std::string>& headers);

/// Lists begin with a title now and then: of the first rows the one with the most known headers, and its columns.
/// Errors: missing_value (no row at all), bad_request (no header is known), both with what would be.
struct GoodsHeader {
    std::size_t row = 0;  ///< place among `rows`
    GoodsColumns columns;
};
[[nodiscard]] Result<GoodsHeader> find_goods_header(const std::vector<std::vector<std::string>>& rows);

constexpr std::size_t goods_header_rows = 10;  ///< looked at for a header

}  // namespace minglu
