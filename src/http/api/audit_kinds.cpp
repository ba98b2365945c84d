#include "src/http/api/audit_kinds.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace minglu {

namespace {

struct KindOf {
    std::string_view pattern;  ///< or its beginning; the longer one first where one begins another
    std::string_view kind;
};

/// Whatever the method.
constexpr std::array<KindOf, 4> questions{{
    {"/v1/checks", "check"},
    {"/v1/evidence", "evidence"},
    {"/v1/lookalikes", "lookalike"},
    {"/v1/audit", "audit"},
}};

constexpr std::array<KindOf, 10> reads{{
    {"/v1/entries/{key...}/history", "history"},
    {"/v1/entries/{key...}/evidence", "evidence"},
    {"/v1/entries/{key...}/lookalikes", "lookalike"},
    {"/v1/entries/{key...}", "entry"},
    {"/v1/entries", "search"},
    {"/v1/export", "export"},
    {"/v1/sync/records", "export"},
    {"/v1/conflicts", "conflict"},
    {"/v1/batches", "batch"},
    {"/v1/changes", "change"},
}};

constexpr std::array<std::string_view, 3> polled{"/v1/sync", "/v1/imports/{id}", "/v1/card"};

template <std::size_t size>
std::string_view find_kind(const std::array<KindOf, size>& kinds, std::string_view pattern) {
    const auto known =
        std::find_if(kinds.begin(), kinds.end(), [&](const KindOf& kind) { return pattern.starts_with(kind.pattern); });
    return known == kinds.end() ? std::string_view{} : known->kind;
}

}  // namespace

std::string_view audit_kind(std::string_view method, std::string_view pattern, Access access) {
    if (access == Access::open) return "";
    if (const auto question = find_kind(questions, pattern); !question.empty()) return question;
    if (method != "GET") return "write";
    if (std::find(polled.begin(), polled.end(), pattern) != polled.end()) return "poll";
    const auto read = find_kind(reads, pattern);
    return read.empty() ? "read" : read;
}

}  // namespace minglu
