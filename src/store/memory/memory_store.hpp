#pragma once
/// The Store port in memory: for simulations and unit tests. A WriteTx works on a copy of the state that replaces the
/// shared one on commit, so readers keep the state they began with. Nothing survives the process.
#include <memory>

#include "minglu/store.hpp"

namespace minglu {

/// The Store must outlive its transactions. Any number of threads may use it; writers wait for each other.
[[nodiscard]] std::unique_ptr<Store> make_memory_store();
/// Another store with what the given one, made here, holds now: as a data directory that is copied, or a backup.
[[nodiscard]] std::unique_ptr<Store> copy_memory_store(Store& store);

}  // namespace minglu
