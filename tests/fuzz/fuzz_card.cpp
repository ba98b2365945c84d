// Fuzz target: cards.
#include "sync/card.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace minglu;

void fuzz(std::string_view bytes) {
    if (const auto card = parse_card(bytes)) check(!fingerprint(*card).empty());
}
