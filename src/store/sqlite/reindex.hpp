#pragma once
/// Making the search index anew where it was filed by another version of the text analysis.
#include <functional>

#include "src/store/sqlite/transactions.hpp"

namespace minglu {

/// Files every period again unless the database says that its index was filed by `text_analysis_version`. In slices,
/// each in a transaction of its own, so that the WAL stays small; what a kill leaves half done begins again. Throws
/// StoreFault. `progress` is told periods done and in all, after each slice; not called when there is nothing to do.
void reindex_if_outdated(Connection& connection,
                         const std::function<void(std::int64_t done, std::int64_t total)>& progress);

}  // namespace minglu
