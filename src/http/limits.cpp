#include "src/http/limits.hpp"

namespace minglu {

const BodyLimit& body_limit_of(const HttpLimits& limits, std::string_view path) {
    const BodyLimit* best = nullptr;
    for (const BodyLimit& limit : limits.bodies) {
        if (!path.starts_with(limit.path_prefix)) continue;
        if (best == nullptr || limit.path_prefix.size() > best->path_prefix.size()) best = &limit;
    }
    return best != nullptr ? *best : limits.body;
}

}  // namespace minglu
