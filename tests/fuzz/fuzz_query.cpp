// Fuzz target: what a person types into the search box.
#include "catalog/search/plan.hpp"
#include "catalog/search/within.hpp"
#include "catalog/text/terms.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_query(std::string_view bytes) {
    const SearchPlan plan{bytes, true};
    for (const SearchClass& wanted : plan.classes()) {
        std::vector<EntryQuery::Term> terms = any_of_terms(wanted);
        require(terms.size() <= names_within_max + numbers_within_max, "as many are looked up as are said");
        terms.insert(terms.end(), wanted.terms.begin(), wanted.terms.end());
        for (const EntryQuery::Term& term : terms)
            require(!term.text.empty() && term.text.size() <= term_bytes_max + 1, "a term is 1 to 97 bytes long");
    }
    for (const SearchWord& piece : plan.pieces()) require(!word_terms(piece).empty(), "a piece has terms");
    return !plan.classes().empty();
}

}  // namespace minglu::test
