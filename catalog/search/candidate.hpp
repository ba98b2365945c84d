#pragma once
/// An entry as the classes of a search look at it.
#include <optional>
#include <vector>

#include "catalog/text/analysis.hpp"
#include "catalog/text/sounds.hpp"

namespace minglu {

/// What is asked of it is worked out once, and only as far as it is asked for: most classes look at names or
/// numbers alone, which are a small part of an entry. `key` and `view` outlive it.
class Candidate {
public:
    Candidate(const EntryKey& key, std::string_view view) : key_(key), view_(view) {}

    [[nodiscard]] const SearchedText& text() const {
        if (!text_) text_ = searched_text(key_, view_);
        return *text_;
    }
    /// Nothing but the names is to be looked at.
    [[nodiscard]] const SearchedText& names() const { return part(names_, SearchedPart::names); }
    /// Nothing but the numbers is to be looked at.
    [[nodiscard]] const SearchedText& numbers() const { return part(numbers_, SearchedPart::numbers); }
    /// Of each name.
    [[nodiscard]] const std::vector<std::vector<Sound>>& sounds() const {
        if (!sounds_) {
            sounds_.emplace();
            for (const SearchedText::Name& name : names().names)
                sounds_->push_back(sounds_of(names().name(name), name.folded));
        }
        return *sounds_;
    }

private:
    const SearchedText& part(std::optional<SearchedText>& kept, SearchedPart wanted) const {
        if (text_) return *text_;
        if (!kept) kept = searched_text(key_, view_, wanted);
        return *kept;
    }

    const EntryKey& key_;
    std::string_view view_;
    mutable std::optional<SearchedText> text_;
    mutable std::optional<SearchedText> names_;
    mutable std::optional<SearchedText> numbers_;
    mutable std::optional<std::vector<std::vector<Sound>>> sounds_;
};

/// Bytes of a text, up to and without `end`.
struct Stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Where `closed`, closed up, stands in a name from `from` on, whether that is closed up there or not. Ends as
/// `find_unit` does.
[[nodiscard]] std::optional<Stretch> find_closed_up(std::string_view name, std::string_view closed, bool unfinished,
                                                    std::size_t from = 0);

/// Where `unit`, searchable text, stands in `text` from `from` on, or npos. Words that are not Chinese stand whole;
/// with `unfinished` the last word of the unit may be the beginning of one.
[[nodiscard]] std::size_t find_unit(std::string_view text, std::string_view unit, bool unfinished,
                                    std::size_t from = 0);

}  // namespace minglu
