#include "catalog/search/explain.hpp"

#include <algorithm>

#include "catalog/text/canonical_walk.hpp"
#include "catalog/text/normalise.hpp"

namespace minglu {
namespace {

using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// Of a long text only its first places are pointed at.
constexpr std::size_t ranges_max = 8;

Ranges apart(Ranges ranges) {
    std::sort(ranges.begin(), ranges.end());
    Ranges out;
    for (const auto& range : ranges) {
        if (!out.empty() && range.first <= out.back().second) {
            out.back().second = std::max(out.back().second, range.second);
        } else if (out.size() < ranges_max) {
            out.push_back(range);
        }
    }
    return out;
}

std::uint32_t characters_in(std::string_view text) {
    return static_cast<std::uint32_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

bool is_of_name(Match match) {
    return match == Match::name || match == Match::name_start || match == Match::name_part || match == Match::sound ||
           match == Match::sound_start || match == Match::sound_part || match == Match::name_within;
}

/// Looks into one value after the other.
class Explainer {
public:
    Explainer(const SearchPlan& plan, const FoundEntry& entry) : fuzzy_(plan.fuzzy()) {
        if (entry.found_by < plan.classes().size()) {
            const SearchClass& found = plan.classes()[entry.found_by];
            words_ =
                found.any_of.empty() ? found.words : held_of(found, Candidate{entry.hit.key, entry.hit.period.view});
            sound_ = found.sound;
            reason_.match = found.match;
        } else {
            words_ = plan.pieces();
            reason_.match = Match::some_words;
        }
    }

    void look(std::string_view field, std::optional<std::size_t> item, SearchedField kind, std::string_view value) {
        Ranges ranges = kind == SearchedField::number ? in_number(value) : in_text(kind, value);
        if (!ranges.empty())
            reason_.highlights.push_back({std::string(field), item, std::string(value), apart(std::move(ranges))});
    }
    [[nodiscard]] Reason done() {
        if (is_of_name(reason_.match) || reason_.match == Match::some_words) {
            std::stable_partition(reason_.highlights.begin(), reason_.highlights.end(), [](const Highlight& highlight) {
                return searched_field(highlight.field) == SearchedField::name;
            });
        }
        return std::move(reason_);
    }

private:
    /// Those of a class's names or numbers that the entry has.
    static std::vector<SearchWord> held_of(const SearchClass& found, const Candidate& candidate) {
        std::vector<SearchWord> held;
        const auto is_wanted = [&](const std::string& one) {
            return std::binary_search(found.any_of.begin(), found.any_of.end(), one);
        };
        if (found.match == Match::number_within) {
            for (const std::string& number : candidate.numbers().numbers)
                if (is_wanted(number)) held.push_back({{}, number, false});
            return held;
        }
        const SearchedText& text = candidate.names();
        for (const SearchedText::Name& name : text.names)
            if (std::string closed = closed_up(text.name(name)); is_wanted(closed))
                held.push_back({std::move(closed), {}, false});
        return held;
    }
    [[nodiscard]] Ranges in_number(std::string_view value) const {
        SearchedText alone;
        alone.numbers.push_back(number_term(value));
        for (const SearchWord& word : words_)
            if (!word.number.empty() && has_word(word, alone)) return {{0, characters_in(value)}};
        return {};
    }
    [[nodiscard]] std::optional<Stretch> find(std::string_view text, SearchedField kind, const SearchWord& word,
                                              std::size_t from) const {
        if (kind == SearchedField::name && is_of_name(reason_.match))
            return find_closed_up(text, word.text, word.beginning, from);
        const std::size_t at = find_unit(text, word.text, word.beginning, from);
        if (at == std::string_view::npos) return std::nullopt;
        return Stretch{at, at + word.text.size()};
    }
    [[nodiscard]] Ranges in_text(SearchedField kind, std::string_view value) const {
        Ranges ranges;
        const bool has_text =
            std::any_of(words_.begin(), words_.end(), [](const SearchWord& word) { return !word.text.empty(); });
        if (!has_text && sound_.empty()) return ranges;
        const SearchableOrigin text = searchable_with_origin(value);
        const auto add = [&](std::size_t begin, std::size_t end) {
            if (begin < end) ranges.emplace_back(text.origin[begin], text.origin[end - 1] + 1);
        };
        for (const SearchWord& word : words_) {
            for (auto at = find(text.text, kind, word, 0); at && ranges.size() < ranges_max;
                 at = find(text.text, kind, word, at->end))
                add(at->begin, at->end);
        }
        if (kind != SearchedField::name || sound_.empty()) return ranges;
        const std::vector<Sound> sounds = sounds_of(text.text, text.folded);
        if (const auto at = find_sound(sounds, sound_, fuzzy_))
            add(sounds[at->begin].at, at->end < sounds.size() ? sounds[at->end].at : sounds[at->end - 1].at + 1);
        return ranges;
    }

    bool fuzzy_;
    std::vector<SearchWord> words_;
    SoundReading sound_;
    Reason reason_;
};

void look_into_holders(Explainer& explainer, std::string_view holders) {
    std::size_t item = 0;
    std::string scratch;
    for_each_json_element(holders, [&](std::string_view holder) {
        for_each_json_member(holder, [&](std::string_view field, std::string_view value) {
            if (field == "name") explainer.look("holders", item, SearchedField::text, json_text_view(value, scratch));
            if (field == "credit_code")
                explainer.look("credit_code", item, SearchedField::number, json_text_view(value, scratch));
        });
        ++item;
    });
}

/// The whole key behind its kind, or the number alone.
void look_into_key(Explainer& explainer, const EntryKey& key) {
    const KeyParts parts = parts_of(key);
    if (parts.number.find_first_of("0123456789") == std::string_view::npos) return;
    const std::string_view whole = std::string_view(key.value()).substr(key.value().find('/') + 1);
    explainer.look("key", {}, SearchedField::number, whole);
    if (whole != parts.number) explainer.look("key", {}, SearchedField::number, parts.number);
}

}  // namespace

Reason explain(const SearchPlan& plan, const FoundEntry& found) {
    Explainer explainer{plan, found};
    look_into_key(explainer, found.hit.key);
    std::string scratch;
    for_each_json_member(found.hit.period.view, [&](std::string_view field, std::string_view value) {
        const SearchedField kind = searched_field(field);
        if (kind == SearchedField::holders) return look_into_holders(explainer, value);
        if (kind != SearchedField::none) explainer.look(field, {}, kind, json_text_view(value, scratch));
    });
    return explainer.done();
}

}  // namespace minglu
