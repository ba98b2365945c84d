#include "catalog/text/readings.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "catalog/text/utf8.hpp"
#include "embedded/readings_tsv.hpp"

namespace minglu {
namespace {

/// CJK Unified Ideographs and Extension A, where nearly all of what is asked about lies.
constexpr char32_t dense_first = 0x3400;
constexpr char32_t dense_end = 0xA000;
constexpr std::size_t dense_count = dense_end - dense_first;

bool is_dense(char32_t code) {
    return code >= dense_first && code < dense_end;
}

/// Takes the text up to `end` off the front, and `end` with it.
std::string_view take_until(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    if (at == std::string_view::npos) throw std::logic_error("table of readings: a line is cut short");
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at + 1);
    return taken;
}

/// Readings and characters stand in one vector each; what belongs to a place or syllable ends where the next begins.
/// The place of a dense code follows from it, that of another is looked up.
class Table {
public:
    Table() {
        std::vector<std::pair<char32_t, Syllable>> common;
        std::vector<std::pair<char32_t, Syllable>> others;
        for (std::string_view left = embedded::readings_tsv; !left.empty();) {
            const Syllable syllable{static_cast<std::uint16_t>(names_.size())};
            names_.push_back(take_until(left, '\t'));
            const std::size_t begin = characters_.size();
            character_starts_.push_back(begin);
            read_characters(take_until(left, '\t'), syllable, common);
            read_characters(take_until(left, '\n'), syllable, others);
            std::sort(characters_.begin() + static_cast<std::ptrdiff_t>(begin), characters_.end());
        }
        character_starts_.push_back(characters_.size());
        common.insert(common.end(), others.begin(), others.end());
        std::stable_sort(common.begin(), common.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        add_readings(common);
    }

    [[nodiscard]] const std::vector<std::string_view>& names() const { return names_; }
    [[nodiscard]] std::span<const Syllable> readings(char32_t code) const {
        const auto at = place_of(code);
        if (!at) return {};
        return std::span(readings_).subspan(starts_[*at], starts_[*at + 1] - starts_[*at]);
    }
    [[nodiscard]] std::span<const char32_t> characters(Syllable syllable) const {
        const std::size_t at = syllable.value();
        const std::size_t begin = character_starts_[at];
        return std::span(characters_).subspan(begin, character_starts_[at + 1] - begin);
    }

private:
    void read_characters(std::string_view text, Syllable syllable, std::vector<std::pair<char32_t, Syllable>>& into) {
        for (std::size_t at = 0; at < text.size();) {
            const Utf8Step step = utf8_at(text, at);
            into.emplace_back(step.code, syllable);
            characters_.push_back(step.code);
            at += step.size;
        }
    }

    /// `pairs` by ascending code.
    void add_readings(const std::vector<std::pair<char32_t, Syllable>>& pairs) {
        for (const auto& [code, syllable] : pairs)
            if (!is_dense(code) && (sparse_.empty() || sparse_.back() != code)) sparse_.push_back(code);
        if (!sparse_.empty() && sparse_.front() < dense_end)
            throw std::logic_error("table of readings: a character stands in front of the ideographs");
        starts_.assign(dense_count + sparse_.size() + 1, 0);
        for (const auto& [code, syllable] : pairs) {
            ++starts_[*place_of(code) + 1];
            readings_.push_back(syllable);
        }
        for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
    }
    [[nodiscard]] std::optional<std::size_t> place_of(char32_t code) const {
        if (is_dense(code)) return code - dense_first;
        const auto found = std::lower_bound(sparse_.begin(), sparse_.end(), code);
        if (found == sparse_.end() || *found != code) return std::nullopt;
        return dense_count + static_cast<std::size_t>(found - sparse_.begin());
    }

    std::vector<std::string_view> names_;
    std::vector<Syllable> readings_;
    std::vector<std::uint32_t> starts_;
    std::vector<char32_t> sparse_;  ///< codes that are not dense, ascending; their places stand behind the others
    std::vector<char32_t> characters_;
    std::vector<std::size_t> character_starts_;
};

const Table& table() {
    static const Table whole;
    return whole;
}

}  // namespace

std::size_t syllable_count() {
    return table().names().size();
}

std::string_view name(Syllable syllable) {
    return table().names()[syllable.value()];
}

std::optional<Syllable> find_syllable(std::string_view text) {
    std::string typed(text);
    if (const std::size_t at = typed.find("ü"); at != std::string::npos) typed.replace(at, 2, "v");
    const bool behind_l_or_n = typed.size() > 2 && (typed[0] == 'l' || typed[0] == 'n');
    if (behind_l_or_n && std::string_view(typed).substr(1, 2) == "yu") typed.replace(1, 2, "v");
    if (behind_l_or_n && std::string_view(typed).substr(1) == "ue") typed[1] = 'v';
    const auto& names = table().names();
    const auto found = std::lower_bound(names.begin(), names.end(), std::string_view(typed));
    if (found == names.end() || *found != typed) return std::nullopt;
    return Syllable{static_cast<std::uint16_t>(found - names.begin())};
}

std::span<const Syllable> readings_of(char32_t character) {
    return table().readings(character);
}

std::string_view readings_table() {
    return embedded::readings_tsv;
}

std::span<const char32_t> characters_read(Syllable syllable) {
    return table().characters(syllable);
}

}  // namespace minglu
