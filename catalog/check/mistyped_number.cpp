#include "catalog/check/mistyped_number.hpp"

#include "catalog/identifiers/number_text.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/identifiers/typed_number.hpp"
#include "catalog/text/normalise.hpp"

namespace minglu {

std::optional<MistypedPatent> mistyped_patent(std::string_view typed) {
    const std::string bare = without_number_label(tidy_cell(typed));
    const auto parsed = parse_patent_number(bare);
    if (parsed || parsed.error().code != ErrorCode::bad_check_digit) return std::nullopt;
    std::string_view rest = std::string_view(bare).substr(0, bare.size() - 1);
    take_suffix(rest, ".");
    const auto should_be = parse_patent_number(rest);
    return MistypedPatent{should_be ? should_be->number : std::string()};
}

}  // namespace minglu
