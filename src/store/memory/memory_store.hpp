#pragma once
/// The Store port in memory: for simulations and unit tests. A WriteTx works on a copy of the state that replaces the
/// shared one on commit, so readers keep the state they began with. Nothing survives the process.
#include <memory>

#include "minglu/store.hpp"

namespace minglu {

/// The Store must outlive its transactions. Any number of threads may use it; writers wait for each other.
[[nodiscard]] std::unique_ptr<Store> make_memory_store();

}  // namespace minglu
