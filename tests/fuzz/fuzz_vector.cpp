// Fuzz target: vectors and lists of held heads have one text.
#include "sync/bundle.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_vector(std::string_view bytes) {
    const auto vector = parse_vector(bytes);
    if (vector) require(to_string(*vector) == bytes, "a vector has one text");
    const auto heads = parse_held_heads(bytes);
    if (heads) require(to_string(*heads) == bytes, "a list of heads has one text");
    return vector || heads;
}

}  // namespace minglu::test
