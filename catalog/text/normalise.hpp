#pragma once
/// One spelling for texts that people type differently: for search, and for storing.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace minglu {

/// For comparing: NFKC with case folding (Unicode UAX #15 and #44, NFKC_Casefold), everything that is neither letter,
/// mark nor digit becomes one space, as do ©, ®, ℠ and ™, no space at either end. "ＡＰＭ（摩纳哥）" → "apm 摩纳哥".
/// Text that is not UTF-8 is taken up to its first wrong byte.
[[nodiscard]] std::string fold_text(std::string_view text);

/// For search: like `fold_text`, each Chinese character as its standard one (han_fold.hpp), a circle beside a Chinese
/// numeral as the zero that it is typed for, Latin letters without their marks ("Café" → "cafe"), and no space beside a
/// Chinese character unless the items of a list meet there (、，；。 and line ends). "ＡＰＭ（摩納哥）" → "apm摩纳哥",
/// "白酒；啤酒" → "白酒 啤酒".
[[nodiscard]] std::string searchable(std::string_view text);
/// A Chinese character for which searchable text has the standard one.
struct FoldedCharacter {
    std::size_t at = 0;    ///< byte at which the standard one stands
    char32_t written = 0;  ///< the character itself
};
/// Appends `searchable(text)`; with `folded` what was folded in it, counted from where it begins.
void append_searchable(std::string& out, std::string_view text, std::vector<FoldedCharacter>* folded = nullptr);

/// The same with the marks of Latin letters, which tell syllables apart: "Lǜchá" → "lǜchá".
[[nodiscard]] std::string searchable_with_marks(std::string_view text);

/// `searchable` with the character of `source`, counted in code points, that each byte of the text came from. Taken
/// character by character, so that signs which only together make one (é as e and an accent) stay two.
struct SearchableOrigin {
    std::string text;
    std::vector<std::uint32_t> origin;
    std::vector<FoldedCharacter> folded;
};
[[nodiscard]] SearchableOrigin searchable_with_origin(std::string_view source);

/// For stored values: NFC, trimmed, white space collapsed to one space, invisible and control characters dropped,
/// full-width Latin letters, digits and . / & + - made ASCII. In text with Chinese characters the brackets are
/// full-width and touch their neighbours: "上海西岸开发 (集团)有限公司" → "上海西岸开发（集团）有限公司"; in other text
/// brackets and punctuation are ASCII. Applying it twice changes nothing. Same treatment of wrong bytes as `fold_text`.
[[nodiscard]] std::string tidy_cell(std::string_view text);

}  // namespace minglu
