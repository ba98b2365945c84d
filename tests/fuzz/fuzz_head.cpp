// Fuzz target: a head has one text.
#include "sync/head.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace minglu;

void fuzz(std::string_view bytes) {
    const auto head = parse_note(bytes);
    if (head) check(head_text(head->head) == head->text);
}
