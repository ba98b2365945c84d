// Fuzz target: what a person types into the search box.
#include "catalog/search/plan.hpp"
#include "catalog/text/terms.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_query(std::string_view bytes) {
    const SearchPlan plan{bytes, true};
    for (const SearchClass& wanted : plan.classes())
        for (const EntryQuery::Term& term : wanted.terms)
            require(!term.text.empty() && term.text.size() <= term_bytes_max + 1, "a term is 1 to 97 bytes long");
    for (const SearchWord& piece : plan.pieces()) require(!word_terms(piece).empty(), "a piece has terms");
    return !plan.classes().empty();
}

}  // namespace minglu::test
