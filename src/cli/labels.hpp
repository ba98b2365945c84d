#pragma once
/// What people read instead of codes: labels of fields, values, states and times.
#include <cstdint>
#include <string>
#include <string_view>

#include "src/cli/session.hpp"

namespace minglu::cli {

[[nodiscard]] std::string kind_label(std::string_view kind);    ///< "gi" → "地理标志"
[[nodiscard]] std::string field_label(std::string_view field);  ///< "category" → "分类"; unknown ones as they are
[[nodiscard]] std::string group_label(std::string_view group);  ///< label of its first field

/// A value of a field as one line: labels of closed lists, holders with their roles. Null and absent are "—".
[[nodiscard]] std::string value_text(std::string_view key, std::string_view field, const Json& value);
/// `value_text` of a member of an object of fields.
[[nodiscard]] std::string field_text(std::string_view key, const Json& fields, std::string_view field);

/// "在册", "已移出", "未生效" of an entry as the API gives it.
[[nodiscard]] Cell listing_cell(const Json& entry);
[[nodiscard]] Cell status_cell(const Json& entry);
/// Of a verdict as the API names it; an unknown one as it is.
[[nodiscard]] Cell verdict_cell(std::string_view verdict);
[[nodiscard]] std::string right_state_label(std::string_view state);
/// What the verdict of a right that is not in force leaves open: why, and what was known of it on the day. Empty for
/// any other verdict. `then`: a verdict; may be empty.
[[nodiscard]] Cell right_cell(std::string_view verdict, std::string_view right_state, std::string_view then);
/// Of an entry as a search gives it.
[[nodiscard]] Cell right_cell(const Json& entry);
/// "（截至 2026-01-01，按 2026-02-01 23:59:59 所知）" from `freshness`; empty when no day was asked for.
[[nodiscard]] std::string asked_text(const Json& freshness);
[[nodiscard]] Cell conflict_state_cell(std::string_view state);
[[nodiscard]] std::string conflict_type_label(std::string_view type);
[[nodiscard]] std::string batch_state_label(std::string_view state);
[[nodiscard]] std::string record_kind_label(std::string_view kind);
[[nodiscard]] std::string link_state_label(std::string_view state);

/// "2025-12-19T10:00:00.000+08:00" → "2025-12-19 10:00:00".
[[nodiscard]] std::string time_text(std::string_view rfc3339);
/// "12 秒前", "3 分钟前", "2 小时前", "5 天前".
[[nodiscard]] std::string age_text(std::int64_t age_s);
/// "1.5 MiB".
[[nodiscard]] std::string bytes_text(std::int64_t bytes);

/// "本节点 cq；sc 数据截至 12 秒前": last line under every read.
[[nodiscard]] std::string freshness_text(const Json& answer);
void print_freshness(Session& session, const Json& answer);

}  // namespace minglu::cli
