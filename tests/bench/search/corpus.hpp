#pragma once
/// The entries of the search benchmark: trademarks made from their number, the same on every machine.
#include <cstddef>
#include <iosfwd>
#include <random>
#include <string>

#include "minglu/store.hpp"

namespace minglu::bench {

struct Made {
    std::string number, name, goods, holder, region;
    bool ended = false;  ///< every seventh; the others are in force
};
[[nodiscard]] Made made(std::size_t i);

/// As the store takes it, with terms left empty.
[[nodiscard]] EntryViews views_of(std::size_t i);
/// A list as `minglu import --kind trademark` takes it.
void write_csv(std::ostream& out, std::size_t entries);

/// Chinese characters out of 3,000, the first of them far more often.
[[nodiscard]] std::string characters(int count, std::mt19937_64& random);

}  // namespace minglu::bench
