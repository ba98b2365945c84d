// Fuzz target: what a person types into the search box.
#include "catalog/text/terms.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace minglu;

void fuzz(std::string_view bytes) {
    for (const AnalysedQuery& reading : analyse_query(bytes))
        for (const EntryQuery::Term& term : reading.terms)
            check(!term.text.empty() && term.text.size() <= term_bytes_max);
}
