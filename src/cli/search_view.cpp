#include "src/cli/search_view.hpp"

#include <algorithm>
#include <array>

#include "src/cli/labels.hpp"

namespace minglu::cli {

namespace {

/// Characters of the value shown before and behind what was found.
constexpr std::size_t shown_before = 4;
constexpr std::size_t shown_behind = 10;

std::string match_label(const std::string& match) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 14> labels{{{"number", "号码"},
                                                                                    {"number_start", "号码开头"},
                                                                                    {"name", "名称相同"},
                                                                                    {"name_start", "名称开头"},
                                                                                    {"sound", "读音相同"},
                                                                                    {"name_part", "名称"},
                                                                                    {"sound_start", "读音开头"},
                                                                                    {"sound_part", "读音"},
                                                                                    {"text_part", "文字"},
                                                                                    {"all_words", "各词"},
                                                                                    {"number_within", "含此号码"},
                                                                                    {"name_within", "含此名称"},
                                                                                    {"some_words", "部分词"},
                                                                                    {"batch", "批次"}}};
    const auto found =
        std::find_if(labels.begin(), labels.end(), [&](const auto& item) { return item.first == match; });
    return found == labels.end() ? match : std::string(found->second);
}

std::vector<std::string> characters_of(std::string_view text) {
    std::vector<std::string> characters;
    for (const char c : text) {
        if ((static_cast<unsigned char>(c) & 0xC0u) != 0x80u || characters.empty()) characters.emplace_back();
        characters.back().push_back(c);
    }
    return characters;
}

/// The surroundings of the first range, what was found in brackets.
std::string snippet(const Json& highlight) {
    const std::vector<std::string> characters = characters_of(text(highlight, "text"));
    std::vector<std::pair<std::size_t, std::size_t>> ranges;
    for (const Json& range : elements(highlight, "ranges")) {
        if (range.is_array() && range.size() == 2 && range[0].is_number_unsigned() && range[1].is_number_unsigned())
            ranges.emplace_back(range[0].get<std::size_t>(), range[1].get<std::size_t>());
    }
    if (ranges.empty()) return {};
    const std::size_t begin = ranges.front().first - std::min(ranges.front().first, shown_before);
    const std::size_t end = std::min(characters.size(), ranges.front().second + shown_behind);
    std::string out = begin > 0 ? "…" : "";
    for (std::size_t i = begin; i < end; ++i) {
        for (const auto& [first, behind] : ranges) {
            if (i == first) out += "【";
        }
        out += characters[i];
        for (const auto& [first, behind] : ranges) {
            if (i + 1 == behind) out += "】";
        }
    }
    return end < characters.size() ? out + "…" : out;
}

std::string filter_label(const std::string& filter) {
    if (filter == "kind") return "类别";
    if (filter == "class") return "国际分类";
    if (filter == "batch") return "批次";
    if (filter == "status") return "登记状态";
    if (filter == "verdict") return "结论";
    return field_label(filter);
}

}  // namespace

Cell reason_cell(const Json& entry) {
    const Json& reason = member(entry, "reason");
    const std::string match = text(reason, "match");
    if (match.empty() || match == "any") return {""};
    std::string shown = match_label(match);
    const std::vector<Json> highlights = elements(reason, "highlights");
    if (!highlights.empty()) {
        const std::string field = text(highlights.front(), "field");
        const bool plain = field == "name" || field == "key" || field == "credit_code";
        shown += plain ? "：" : "（" + field_label(field) + "）：";
        shown += snippet(highlights.front());
    }
    return {shown, Tone::good};
}

void print_counts(Session& session, const Json& page) {
    const Json& counts = member(page, "counts");
    if (!counts.is_object()) return;
    Table table({"筛选", "值", "名称", "条数"});
    for (const auto& [filter, values] : member(counts, "by").items()) {
        for (const Json& value : values)
            table.add({filter_label(filter), text(value, "value"), text(value, "label"), text(value, "count")});
    }
    session.out() << "合计 " << text(counts, "entries") << (flag(counts, "bounded") ? " 条以上（条数为下限）" : " 条")
                  << '\n';
    if (!table.empty()) table.print(session.screen());
}

}  // namespace minglu::cli
