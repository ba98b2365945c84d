#pragma once
/// Shared by the files that implement Replica, and by nobody else.
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

/// For each log the records held.
[[nodiscard]] Vector held_vector(const std::vector<LogRow>& logs);

/// Commits. A full disk is a known failure, the transaction rolls back; any other leaves the outcome open and becomes
/// CommitUnknown.
void commit(WriteTx& tx);

}  // namespace minglu
