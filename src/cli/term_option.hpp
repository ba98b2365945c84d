#pragma once
/// Options that take a code of a closed list: for a person its label does as well.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "catalog/terms.hpp"

namespace minglu::cli {

/// Lets one of `codes` through, and puts it in the place of its label: "商标" becomes "trademark".
[[nodiscard]] inline CLI::Validator code_of(const std::string& list, const std::vector<std::string>& codes) {
    std::string offered;
    for (const std::string& code : codes) {
        const Term* const term = find_term(list, code);
        offered += (offered.empty() ? "" : ", ") + code + (term == nullptr ? "" : " " + term->label_zh);
    }
    const auto take = [=](std::string& text) {
        const Term* const term = find_term(list, text);
        if (term == nullptr || std::find(codes.begin(), codes.end(), term->code) == codes.end())
            return text + " not in {" + offered + "}";
        text = term->code;
        return std::string();
    };
    return CLI::Validator(take, "{" + offered + "}", list);
}

}  // namespace minglu::cli
