// Fuzz target: identifiers in any spelling; a key made is a key accepted.
#include "catalog/identifiers/entry_key.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace minglu;

void fuzz(std::string_view bytes) {
    for (const std::string& number : number_candidates(bytes)) check(!number.empty());
    if (const auto key = make_patent_key(bytes)) check(check_entry_key(*key).has_value());
}
