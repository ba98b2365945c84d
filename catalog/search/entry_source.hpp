#pragma once
/// What a search asks a catalogue: as a store has it, or as it was.
#include <functional>
#include <vector>

#include "catalog/protection.hpp"
#include "minglu/store.hpp"

namespace minglu {

/// A record that has an op of an entry.
struct Writer {
    Dot dot;
    bool is_batch = false;  ///< as in RecordRow
};

struct EntrySource {
    std::function<EntryPage(const EntryQuery&)> query;  ///< in the order of entry numbers
    /// Those by which `EntryQuery::batch` finds it.
    std::function<std::vector<Writer>(const EntryHit&)> writers;
    std::function<Verdict(const EntryHit&)> verdict;  ///< of the day that is searched
};

}  // namespace minglu
