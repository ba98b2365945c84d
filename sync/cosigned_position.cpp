#include "sync/cosigned_position.hpp"

#include <algorithm>
#include <utility>

namespace minglu {

void CosignedPosition::prepare(std::size_t key_changes, const std::set<LogId>& skip) {
    const bool new_keys = std::exchange(key_changes_, key_changes) != key_changes;
    if (new_keys || !std::includes(skip.begin(), skip.end(), skipped_.begin(), skipped_.end())) restart();
    skipped_ = skip;
}

void CosignedPosition::advance(const std::optional<Dot>& upto, bool spoilt, std::set<LogId> skip) {
    if (upto) upto_ = upto;
    spoilt_ = spoilt_ || spoilt;
    skipped_ = std::move(skip);
}

void CosignedPosition::greet() {
    if (std::exchange(spoilt_, false)) restart();
}

}  // namespace minglu
