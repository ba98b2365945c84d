// Fuzz target: vectors have one text.
#include "sync/bundle.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace minglu;

void fuzz(std::string_view bytes) {
    if (const auto vector = parse_vector(bytes)) check(to_string(*vector) == bytes);
    if (const auto heads = parse_held_heads(bytes)) check(parse_held_heads(to_string(*heads)).has_value());
}
