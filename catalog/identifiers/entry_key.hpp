#pragma once
/// Keys of entries: the author's normalisation, fixed from then on. docs/PROTOCOL.md names the forms.
#include <string>
#include <string_view>
#include <vector>

#include "minglu/ids.hpp"

namespace minglu {

/// `patent/201710601862.3`; a publication number only where the source has nothing else.
[[nodiscard]] Result<EntryKey> make_patent_key(std::string_view number);
/// `trademark/10325554/33`: one number in two classes is two entries.
[[nodiscard]] Result<EntryKey> make_trademark_key(std::string_view number, std::string_view nice_class);
/// `gi/1389976/29`: a GI protected as a collective or certification mark.
[[nodiscard]] Result<EntryKey> make_gi_mark_key(std::string_view number, std::string_view nice_class);
/// `gi/AGI01459`: an agricultural GI.
[[nodiscard]] Result<EntryKey> make_agi_key(std::string_view number);
/// `gi/涪陵榨菜`: a GI product, by its name in NFKC without spaces, since one announcement covers several products.
[[nodiscard]] Result<EntryKey> make_gi_product_key(std::string_view product_name);

/// The key in its normalised spelling: "trademark/ １０３２５５５４/33类" → "trademark/10325554/33". Errors: bad_value,
/// bad_number, bad_check_digit, missing_value (a trademark without its class).
[[nodiscard]] Result<EntryKey> normal_entry_key(std::string_view typed);

/// That the key is byte for byte what the functions above make. The error names the key that it should be.
[[nodiscard]] Result<void> check_entry_key(const EntryKey& key);

/// Every normalised number that a person could have meant by `text`: patent, publication, trademark, AGI,
/// announcement; no duplicates, most specific first. Empty when `text` is not like a number.
[[nodiscard]] std::vector<std::string> number_candidates(std::string_view text);

}  // namespace minglu
