#pragma once
/// An entry as the classes of a search look at it.
#include <optional>
#include <vector>

#include "catalog/text/analysis.hpp"
#include "catalog/text/sounds.hpp"

namespace minglu {

/// What is asked of it is worked out once. `key` and `view` outlive it.
class Candidate {
public:
    Candidate(const EntryKey& key, std::string_view view) : text_(searched_text(key, view)) {}

    [[nodiscard]] const SearchedText& text() const { return text_; }
    /// Of each name.
    [[nodiscard]] const std::vector<std::vector<Sound>>& sounds() const {
        if (!sounds_) {
            sounds_.emplace();
            for (const SearchedText::Name& name : text_.names) sounds_->push_back(sounds_of(text_.name(name)));
        }
        return *sounds_;
    }

private:
    SearchedText text_;
    mutable std::optional<std::vector<std::vector<Sound>>> sounds_;
};

/// Where `unit`, searchable text, stands in `text` from `from` on, or npos. Words that are not Chinese stand whole;
/// with `unfinished` the last word of the unit may be the beginning of one.
[[nodiscard]] std::size_t find_unit(std::string_view text, std::string_view unit, bool unfinished,
                                    std::size_t from = 0);

}  // namespace minglu
