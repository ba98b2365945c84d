#pragma once
/// What an export says of an entry beside its fields: members of JSON, or columns behind the key, which an import
/// skips.
#include <array>
#include <string_view>

namespace minglu {

/// As it is to be written: codes in JSON, labels in tables.
struct ExportAnswer {
    std::string_view verdict;
    std::string_view right;          ///< state of the right itself
    std::string_view as_known_then;  ///< verdict at the end of the day; empty where none is told
};

struct ExportAnswerColumn {
    std::string_view name;
    std::string_view label_zh;
    std::string_view ExportAnswer::*value;
};
inline constexpr std::array<ExportAnswerColumn, 3> export_answer_columns{{
    {"verdict", "名录结论", &ExportAnswer::verdict},
    {"right", "权利本身", &ExportAnswer::right},
    {"as_known_then", "当时所知结论", &ExportAnswer::as_known_then},
}};

}  // namespace minglu
