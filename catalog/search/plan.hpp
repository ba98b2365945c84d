#pragma once
/// What a text in the search box can mean, best meaning first.
///
/// Every meaning is a class: terms that all of its entries have (so that the store can walk them), and a test of one
/// entry. An entry belongs to the first class whose test it passes, so that classes walked one after the other are a
/// ranking.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/search/candidate.hpp"
#include "catalog/search/sound_query.hpp"
#include "minglu/store.hpp"

namespace minglu {

enum class Match {
    number,        ///< an identifier, in whatever spelling it was typed
    number_start,  ///< the beginning of one
    name,          ///< the whole name
    name_start,
    sound,  ///< the sound of the whole name
    name_part,
    sound_start,  ///< the sound of its beginning
    sound_part,
    text_part,      ///< together somewhere else: holder, goods, notes, place, …
    all_words,      ///< every word, wherever each stands
    number_within,  ///< a whole number stands in what was typed, among other things
    name_within,    ///< so does the whole name
    some_words,     ///< see `SearchPlan::pieces`
    batch,          ///< written by a batch whose dot or document number was typed
    any,            ///< nothing was typed
};
/// "number", "name_start", …
[[nodiscard]] std::string_view name(Match match);

/// A word of a query: its number, or text that stands together.
struct SearchWord {
    std::string text;        ///< searchable, of names closed up; empty of a number
    std::string number;      ///< "#…"; empty of text
    bool beginning = false;  ///< of a number: its beginning suffices; of text: its last word may be unfinished
};

struct SearchClass {
    Match match = Match::any;
    std::vector<EntryQuery::Term> terms;  ///< empty: every entry
    std::vector<SearchWord> words;        ///< all of them
    SoundReading sound;
    std::optional<Dot> batch;
    /// Where there are any: instead of terms and words, one of these whole names, closed up, or numbers ("#…").
    /// Ascending. Each is looked up by itself.
    std::vector<std::string> any_of;
};
/// For each of a class's `any_of` the term of entries that have it, in the order in which an index reads terms fastest.
[[nodiscard]] std::vector<EntryQuery::Term> any_of_terms(const SearchClass& wanted);

class SearchPlan {
public:
    /// What these batches wrote, newest first.
    [[nodiscard]] static SearchPlan of_batches(const std::vector<Dot>& newest_first);
    /// `fuzzy`: letters may be spelled with the southern mergers, see `southern`.
    explicit SearchPlan(std::string_view typed, bool fuzzy = false);

    /// Without `some_words`; empty when nothing of the text can be searched for.
    [[nodiscard]] const std::vector<SearchClass>& classes() const { return classes_; }
    /// As many classes, from the first on, are what was typed beyond doubt, a whole number: where one of them has
    /// entries, the classes behind them are not asked for.
    [[nodiscard]] std::size_t settling_classes() const { return settling_classes_; }
    /// The same of a short text: classes behind these, and pieces, are for one that nobody has as it was typed.
    [[nodiscard]] std::size_t sufficient_classes() const { return sufficient_classes_; }
    /// None where the entry is in no class of text; not for plans of batches.
    [[nodiscard]] std::optional<std::size_t> class_of(const Candidate& candidate) const;
    /// Whether that class is this one; cheaper, since classes behind it do not matter.
    [[nodiscard]] bool is_of_class(std::size_t number, const Candidate& candidate) const;
    [[nodiscard]] bool fuzzy() const { return fuzzy_; }

    /// For entries that are in no class: the words of the query, or what a single one is made of. Empty for a short
    /// query.
    [[nodiscard]] const std::vector<SearchWord>& pieces() const { return pieces_; }
    /// How many of the pieces an entry must have.
    [[nodiscard]] std::size_t pieces_least() const { return pieces_least_; }
    /// How many of them it can have, since with more it would be in a class.
    [[nodiscard]] std::size_t pieces_most() const { return pieces_most_; }
    /// Something of the text is not looked for: there are more words, names or pieces in it than the plan takes.
    [[nodiscard]] bool is_cut() const { return is_cut_; }

private:
    SearchPlan() = default;
    std::size_t add_numbers(std::string_view tidy);
    void add_names(std::string_view tidy, std::string_view joined);
    void add_text(std::string_view joined);
    void add_words(const std::vector<std::string>& typed);
    void add_within(std::string_view tidy, std::string_view joined);
    void add_pieces(std::string_view joined, const std::vector<SearchWord>& words);
    [[nodiscard]] bool passes(const SearchClass& wanted, const Candidate& candidate) const;

    bool fuzzy_ = false;
    std::vector<SearchClass> classes_;
    std::vector<SearchWord> pieces_;
    std::size_t pieces_least_ = 1;
    std::size_t pieces_most_ = 0;
    std::size_t settling_classes_ = 0;
    std::size_t sufficient_classes_ = 0;
    bool is_cut_ = false;
};

/// Whether an entry has the word.
[[nodiscard]] bool has_word(const SearchWord& word, const SearchedText& text);
/// Terms of an entry that has the word.
[[nodiscard]] std::vector<EntryQuery::Term> word_terms(const SearchWord& word);

}  // namespace minglu
