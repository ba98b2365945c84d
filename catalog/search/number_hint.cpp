#include "catalog/search/number_hint.hpp"

#include <algorithm>

#include "catalog/identifiers/number_text.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/identifiers/typed_number.hpp"
#include "catalog/identifiers/uscc.hpp"
#include "catalog/search/within.hpp"
#include "catalog/text/terms.hpp"

namespace minglu {
namespace {

/// A mark that is registered in more classes is one of all 45.
constexpr std::uint32_t classes_max = 45;

std::vector<EntryHit> with_number(std::string_view number, const EntrySource& entries, Day as_of) {
    EntryQuery query;
    query.as_of = as_of;
    query.terms = {{number_term(number), false}};
    query.limit = classes_max;
    return entries.query(query).hits;
}

std::string corrected_code(std::string_view typed) {
    const std::string bare = without_number_label(typed);
    if (bare.find_first_of("OI") == std::string::npos) return {};
    const auto code = read_uscc(bare);
    return code ? "统一社会信用代码中没有字母 O、I，已按 " + *code + " 查找" : std::string();
}

/// "30、33", ascending.
std::string classes_of(const std::vector<EntryHit>& hits) {
    std::vector<std::string> classes;
    for (const EntryHit& hit : hits)
        if (const std::string_view one = parts_of(hit.key).nice_class; !one.empty()) classes.emplace_back(one);
    std::sort(classes.begin(), classes.end(), [](const std::string& a, const std::string& b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    std::string text;
    for (const std::string& one : classes) text += (text.empty() ? "" : "、") + one;
    return text;
}

std::string other_classes(std::string_view number, const EntrySource& entries, Day as_of) {
    const std::size_t slash = number.find('/');
    if (slash == std::string_view::npos) return {};
    const std::string alone(number.substr(0, slash));
    const std::string classes = classes_of(with_number(alone, entries, as_of));
    if (classes.empty()) return {};
    return alone + " 不在第" + std::string(number.substr(slash + 1)) + "类，名录中在第" + classes + "类";
}

}  // namespace

std::string number_hint(std::string_view typed, const EntrySource& entries, Day as_of) {
    if (!may_have_number(typed)) return {};
    if (std::string corrected = corrected_code(typed); !corrected.empty()) return corrected;
    const std::vector<std::string> numbers = typed_numbers(typed);
    // Nothing is said of other numbers, which are most.
    const auto is_doubtful = [](const std::string& number) {
        return number.find('/') != std::string::npos || with_left_out_g(number).has_value();
    };
    if (std::none_of(numbers.begin(), numbers.end(), is_doubtful)) return {};
    for (const std::string& number : numbers)
        if (!with_number(number, entries, as_of).empty()) return {};
    for (const std::string& number : numbers) {
        const auto international = with_left_out_g(number);
        if (international && !with_number(*international, entries, as_of).empty())
            return "名录中有国际注册 " + *international + "，请核对是否漏写 G";
    }
    for (const std::string& number : numbers)
        if (std::string classes = other_classes(number, entries, as_of); !classes.empty()) return classes;
    return {};
}

}  // namespace minglu
