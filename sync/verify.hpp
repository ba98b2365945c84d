#pragma once
/// Checks everything that a node holds against what was signed: trees, heads, records, the fold, the state trie.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "minglu/store.hpp"
#include "sync/reading.hpp"

namespace minglu {

/// One line per finding: "table TABLE, record, entry or log: what is wrong (cure)"; empty when everything agrees. Reads
/// one snapshot and changes nothing. `progress(done, total)` counts records, then entries.
[[nodiscard]] std::vector<std::string> verify(const ReadTx& tx,
                                              const std::function<void(std::uint64_t, std::uint64_t)>& progress = {},
                                              const Reading& reading = {});

}  // namespace minglu
