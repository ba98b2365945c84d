#pragma once
/// What indexing and querying share: the text of an entry that is searched, and how it falls into runs and terms.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/text/normalise.hpp"
#include "catalog/text/utf8.hpp"
#include "minglu/ids.hpp"

namespace minglu {

/// A stretch of searchable text without spaces: Chinese characters, or a word of another script.
struct TextRun {
    std::string_view text;
    std::size_t characters = 0;
    bool cjk = false;
};

/// Calls `visit(run)` for each run of text (see `searchable`), left to right.
template <class Visit>
void for_each_run(std::string_view text, Visit&& visit) {
    std::size_t begin = 0;
    TextRun run;
    const auto flush = [&](std::size_t end) {
        if (run.characters == 0) return;
        run.text = text.substr(begin, end - begin);
        visit(run);
        run = {};
    };
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        if (step.code == U' ') {
            flush(at);
        } else {
            const bool cjk = is_cjk(step.code);
            if (run.characters != 0 && run.cjk != cjk) flush(at);
            if (run.characters == 0) begin = at;
            run.cjk = cjk;
            ++run.characters;
        }
        at += step.size;
    }
    flush(text.size());
}

/// Calls `visit(part)` for each pair of neighbours in a run of Chinese characters, and for its last character alone.
template <class Visit>
void for_each_pair(std::string_view run, Visit&& visit) {
    std::size_t before = 0;
    for (std::size_t at = 0; at < run.size();) {
        const std::size_t size = utf8_at(run, at).size;
        if (at > 0) visit(run.substr(before, at + size - before));
        before = at;
        at += size;
    }
    visit(run.substr(before));
}

/// Searchable text of all fields, one space between fields, so that nothing stands together across fields.
struct SearchedText {
    struct Name {
        std::size_t begin = 0;
        std::size_t size = 0;
        std::vector<FoldedCharacter> folded;  ///< counted from `begin`
    };
    std::string text;
    std::vector<Name> names;           ///< stretches of `text` that name the entry
    std::vector<std::string> numbers;  ///< "#…" terms

    [[nodiscard]] std::string_view name(const Name& at) const {
        return std::string_view(text).substr(at.begin, at.size);
    }
};
enum class SearchedPart { all, names, numbers };
/// Of `part` all is there; something of another may be.
[[nodiscard]] SearchedText searched_text(const EntryKey& key, std::string_view view,
                                         SearchedPart part = SearchedPart::all);

/// What kind of value a field of an entry is to search.
enum class SearchedField { none, name, text, number, holders };
[[nodiscard]] SearchedField searched_field(std::string_view field);

/// Without the spaces between words that are not Chinese, since people write those apart or closed up: "7 eleven便利店"
/// → "7eleven便利店".
[[nodiscard]] std::string closed_up(std::string_view text);

/// "#" + number in lower case without what a term may not hold; empty when nothing is left.
[[nodiscard]] std::string number_term(std::string_view number);

// Marks in front of terms that are made of names alone; see terms.hpp.
constexpr char name_mark = '=';       ///< the whole name
constexpr char start_mark = '<';      ///< its first two characters
constexpr char part_mark = '@';       ///< its pairs and words
constexpr char syllables_mark = '^';  ///< pairs of syllables
constexpr char initials_mark = '&';   ///< up to four initials in a row

/// The term of a whole name, closed up: the mark and 35 bits of a hash. Who finds it has to look at the name.
[[nodiscard]] std::string whole_name_term(std::string_view closed);
/// The first two characters of searchable text, or the only one.
[[nodiscard]] std::string_view first_characters(std::string_view text);
/// "^fu'lin"; the second is empty where the name, or what of it is read, ends.
[[nodiscard]] std::string syllables_term(std::string_view first, std::string_view second);
constexpr std::size_t initials_term_letters = 4;

/// Words of a name that are filed closed up, too, are cut to this; so is what asks for them.
constexpr std::size_t closed_term_bytes = 32;

/// A word cut at a character boundary.
[[nodiscard]] std::string_view cut_term(std::string_view word, std::size_t bytes_max);
/// To `term_bytes_max`.
[[nodiscard]] std::string_view cut_term(std::string_view word);

}  // namespace minglu
