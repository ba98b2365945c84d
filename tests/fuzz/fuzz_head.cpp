// Fuzz target: a head has one text.
#include "sync/head.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_head(std::string_view bytes) {
    const auto head = parse_note(bytes);
    if (!head) return false;
    require(head_text(head->head) == head->text, "a head has one text");
    require(bytes.starts_with(head->text + "\n"), "the text that is signed stands at the front of the note");
    return true;
}

}  // namespace minglu::test
