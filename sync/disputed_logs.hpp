#pragma once
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

/// Logs of which something came that did not go with what is held, and it is not known where the branches part, or
/// whether there are two. Whoever gets all that is held of them can tell (fork_in_segment.hpp). A person who
/// acknowledges the incident about the sender ends it.
[[nodiscard]] std::vector<LogId> disputed_logs(const ReadTx& tx);

}  // namespace minglu
