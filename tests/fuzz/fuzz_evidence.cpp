// Fuzz target: evidence. The cards are those that the file itself names, so that inputs get as far as their proofs go.
#include "sync/evidence_check.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_evidence(std::string_view bytes) {
    const auto evidence = parse_evidence(bytes);
    if (!evidence) return false;
    require(serialise(*evidence) == bytes, "evidence has one form");
    static_cast<void>(answer_of(*evidence));
    std::vector<Card> cards;
    for (const KnownCard& known : evidence->cards) {
        Card card;
        card.node = known.node;
        card.suite = known.suite;
        card.signing_key = known.signing_key;
        cards.push_back(std::move(card));
    }
    const auto checked = check_evidence(bytes, cards);
    if (checked)
        require(answer_of(checked->evidence) == checked->evidence.answer, "what holds says what follows from it");
    return true;
}

}  // namespace minglu::test
