#pragma once
/// Shared by the files that implement Replica, and by nobody else.
#include <optional>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

/// For each log the records held that count.
[[nodiscard]] Vector counted_vector(const std::vector<LogRow>& logs);

/// The log that this node writes.
[[nodiscard]] std::optional<LogRow> find_own(const std::vector<LogRow>& logs);

/// From now on the log that this node writes is one like any other: another one has to be opened.
void stop_writing(WriteTx& tx);

/// Set by a restore: the node opens a new log at the next start.
constexpr std::string_view reopen_setting = "open_new_log";

/// Commits. A full disk is a known failure, the transaction rolls back; any other leaves the outcome open and becomes
/// CommitUnknown.
void commit(WriteTx& tx);

}  // namespace minglu
