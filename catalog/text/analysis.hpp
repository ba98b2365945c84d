#pragma once
/// What indexing and querying share: the text of an entry that is searched, and how it falls into runs.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/text/utf8.hpp"
#include "minglu/ids.hpp"

namespace minglu {

/// A stretch of folded text without spaces: Chinese characters, or a word of another script.
struct TextRun {
    std::string_view text;
    std::size_t characters = 0;
    bool cjk = false;
};

/// Calls `visit(run)` for each run of folded text (see `searchable`), left to right.
template <class Visit>
void for_each_run(std::string_view folded, Visit&& visit) {
    std::size_t begin = 0;
    TextRun run;
    const auto flush = [&](std::size_t end) {
        if (run.characters == 0) return;
        run.text = folded.substr(begin, end - begin);
        visit(run);
        run = {};
    };
    for (std::size_t at = 0; at < folded.size();) {
        const Utf8Step step = utf8_at(folded, at);
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
    flush(folded.size());
}

/// Folded text of all searched fields, one space between fields, so that nothing stands together across fields.
struct SearchedText {
    std::string folded;
    std::vector<std::string> numbers;  ///< "#…" terms
};
[[nodiscard]] SearchedText searched_text(const EntryKey& key, std::string_view view);

/// "#" + number in lower case without what a term may not hold; empty when nothing is left.
[[nodiscard]] std::string number_term(std::string_view number);

/// A word cut to `term_bytes_max` at a character boundary.
[[nodiscard]] std::string_view cut_term(std::string_view word);

}  // namespace minglu
