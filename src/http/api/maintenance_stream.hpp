#pragma once
/// A long task whose progress is streamed as NDJSON while it runs: {"done","total"} lines, then one {"result":…}.
#include <functional>
#include <string>

#include "src/http/api/services.hpp"
#include "src/http/message.hpp"

namespace minglu {

/// Runs on a thread of its own and returns the JSON of the result. The task goes on to its end although the client may
/// hang up. Faults of the store become {"result":{"ok":false,"findings":[],"error":{…}}}; a CommitUnknown goes to
/// `on_unknown`, which does not return. `after` runs once the task is over.
[[nodiscard]] HttpResponse stream_task(std::function<std::string(const Progress&)> task, std::function<void()> after,
                                       std::function<void(const StoreFault&)> on_unknown);

}  // namespace minglu
