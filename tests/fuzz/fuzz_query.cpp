// Fuzz target: what a person types into the search box.
#include "catalog/text/terms.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_query(std::string_view bytes) {
    const auto readings = analyse_query(bytes);
    for (const AnalysedQuery& reading : readings)
        for (const EntryQuery::Term& term : reading.terms)
            require(!term.text.empty() && term.text.size() <= term_bytes_max, "a term is 1 to 96 bytes long");
    return !readings.empty();
}

}  // namespace minglu::test
