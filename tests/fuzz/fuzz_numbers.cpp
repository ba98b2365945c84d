// Fuzz target: identifiers in any spelling; a key that is made is accepted, and a candidate is its own candidate.
// An input is a number or name, and after a line end its Nice class.
#include <algorithm>

#include "catalog/identifiers/entry_key.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_numbers(std::string_view bytes) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view number = bytes.substr(0, end);
    const std::string_view nice_class = bytes.substr(std::min(end + 1, bytes.size()));
    bool any = false;
    for (const Result<EntryKey>& key :
         {make_patent_key(number), make_trademark_key(number, nice_class), make_gi_mark_key(number, nice_class),
          make_agi_key(number), make_gi_product_key(number)}) {
        if (!key) continue;
        any = true;
        require(check_entry_key(*key).has_value(), "a key that is made is accepted");
    }
    for (const std::string& candidate : number_candidates(number)) {
        const auto again = number_candidates(candidate);
        require(std::find(again.begin(), again.end(), candidate) != again.end(), "a normalised number means itself");
    }
    return any;
}

}  // namespace minglu::test
