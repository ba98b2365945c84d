#include "catalog/text/han_fold.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "catalog/text/utf8.hpp"
#include "embedded/han_fold.hpp"

namespace minglu {
namespace {

/// CJK Unified Ideographs and Extension A, where nearly all of the table lies.
constexpr char32_t dense_first = 0x3400;
constexpr char32_t dense_end = 0xA000;

class Table {
public:
    Table() : dense_(dense_end - dense_first) {
        for (char32_t code = dense_first; code < dense_end; ++code) dense_[code - dense_first] = code;
        for (std::size_t at = 0; at < embedded::han_fold.size();) {
            const Utf8Step from = utf8_at(embedded::han_fold, at);
            const Utf8Step to = utf8_at(embedded::han_fold, at + from.size);
            at += from.size + to.size;
            if (is_dense(from.code)) {
                dense_[from.code - dense_first] = to.code;
            } else {
                others_.emplace_back(from.code, to.code);
            }
        }
    }
    [[nodiscard]] char32_t find(char32_t code) const {
        if (is_dense(code)) return dense_[code - dense_first];
        const auto found = std::lower_bound(others_.begin(), others_.end(), std::pair<char32_t, char32_t>{code, 0});
        return found != others_.end() && found->first == code ? found->second : code;
    }

private:
    static bool is_dense(char32_t code) { return code >= dense_first && code < dense_end; }
    std::vector<char32_t> dense_;
    std::vector<std::pair<char32_t, char32_t>> others_;  ///< ascending, as in the file
};

}  // namespace

char32_t standard_character(char32_t code) {
    static const Table table;
    return table.find(code);
}

std::string_view han_fold_table() {
    return embedded::han_fold;
}

}  // namespace minglu
