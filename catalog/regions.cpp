#include "catalog/regions.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <tuple>
#include <unordered_map>

#include "catalog/identifiers/number_text.hpp"
#include "embedded/regions_csv.hpp"

namespace minglu {

namespace {

bool overlap(const Region& a, const Region& b) {
    return (!a.valid_until || b.valid_from <= *a.valid_until) && (!b.valid_until || a.valid_from <= *b.valid_until);
}

RegionLevel parse_level(std::string_view text) {
    if (text == "province") return RegionLevel::province;
    if (text == "prefecture") return RegionLevel::prefecture;
    if (text == "county") return RegionLevel::county;
    if (text == "grouping") return RegionLevel::grouping;
    throw std::logic_error("catalog/data/regions.csv: unknown level " + std::string(text));
}

Day parse_table_day(std::string_view text) {
    const auto day = parse_day(text);
    if (!day) throw std::logic_error("catalog/data/regions.csv: " + describe(day.error()));
    return *day;
}

struct Line {
    Region region;
    std::string_view became;  ///< codes, or the name of an area that has none, with spaces between
};

/// Columns code,name,level,parent,valid_from,valid_until,became,note; no quoting, no commas inside.
Line parse_line(std::string_view line) {
    std::array<std::string_view, 8> cells;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto comma = i + 1 < cells.size() ? line.find(',') : line.size();
        if (comma == std::string_view::npos)
            throw std::logic_error("catalog/data/regions.csv: too few columns in " + std::string(line));
        cells[i] = line.substr(0, comma);
        line.remove_prefix(std::min(line.size(), comma + 1));
    }
    Region region;
    region.code = cells[0];
    region.name = cells[1];
    region.level = parse_level(cells[2]);
    region.parent = cells[3];
    region.valid_from = parse_table_day(cells[4]);
    if (!cells[5].empty()) region.valid_until = parse_table_day(cells[5]);
    region.note = cells[7];
    return {std::move(region), cells[6]};
}

/// "彭水苗族土家族自治县" -> "彭水", "凉山彝族自治州" -> "凉山", "成都市" -> "成都"; the name where nothing can go.
std::string_view stem_of(std::string_view name) {
    constexpr std::size_t two_characters = 6;
    std::string_view stem = name;
    if (take_suffix(stem, "自治州") || take_suffix(stem, "自治县")) {
        const auto take_people = [&stem] {
            for (const std::string_view people : {"土家族", "藏族", "羌族", "彝族", "苗族"})
                if (take_suffix(stem, people)) return true;
            return false;
        };
        while (take_people()) continue;
    } else {
        for (const std::string_view suffix : {"省", "市", "区", "县"})
            if (take_suffix(stem, suffix)) break;
    }
    return stem.size() >= two_characters ? stem : name;
}

/// Names without their ending, and with the short endings 州 and 县 for autonomous areas.
std::vector<std::string> short_names(std::string_view name) {
    const auto stem = stem_of(name);
    if (stem == name) return {};
    std::vector<std::string> out{std::string(stem)};
    if (name.ends_with("自治州")) out.push_back(std::string(stem) + "州");
    if (name.ends_with("自治县")) out.push_back(std::string(stem) + "县");
    return out;
}

using Index = std::unordered_map<std::string, std::vector<const Region*>>;

class Table {
public:
    Table() {
        std::string_view text = embedded::regions_csv;
        text.remove_prefix(std::min(text.size(), text.find('\n') + 1));  // the heading
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size());
            if (end > 0) lines_.push_back(parse_line(text.substr(0, end)));
            text.remove_prefix(std::min(text.size(), end + 1));
        }
        std::sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
            return std::tie(a.region.code, a.region.valid_from) < std::tie(b.region.code, b.region.valid_from);
        });
        for (const Line& line : lines_) by_code_[line.region.code].push_back(&line.region);
        for (Line& line : lines_)
            for (std::string_view left = line.became; !left.empty();) {
                const std::string_view next = left.substr(0, left.find(' '));
                line.region.became.push_back(&successor_of(line.region, next));
                left.remove_prefix(std::min(left.size(), next.size() + 1));
            }
        by_code_.erase("");
        for (const Line& line : lines_)
            if (line.region.level != RegionLevel::grouping) index_names(line.region);
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    [[nodiscard]] const std::vector<const Region*>& of_code(std::string_view code) const {
        static const std::vector<const Region*> none;
        const auto found = by_code_.find(std::string(code));
        return found == by_code_.end() ? none : found->second;
    }
    [[nodiscard]] const std::vector<const Region*>* named(const std::string& name) const {
        if (const auto found = by_name_.find(name); found != by_name_.end()) return &found->second;
        const auto found = by_short_name_.find(name);
        return found == by_short_name_.end() ? nullptr : &found->second;
    }
    [[nodiscard]] bool is_full_name(const std::string& name) const { return by_name_.count(name) != 0; }

private:
    static void add(Index& index, const std::string& name, const Region& region) {
        auto& list = index[name];
        if (std::find(list.begin(), list.end(), &region) == list.end()) list.push_back(&region);
    }

    /// The area of that code, or of that name where it has none, which stood when the other one had ended.
    [[nodiscard]] const Region& successor_of(const Region& ended, std::string_view code_or_name) const {
        const bool is_named = of_code(code_or_name).empty();
        for (const Region* region : of_code(is_named ? std::string_view() : code_or_name))
            if ((!is_named || region->name == code_or_name) && ended.valid_until &&
                stands_on(*region, Day{ended.valid_until->value() + 1}))
                return *region;
        throw std::logic_error("catalog/data/regions.csv: no area " + std::string(code_or_name) + " follows " +
                               ended.name);
    }

    /// The texts that may stand in front of a region's name: nothing, or the areas above it while it existed, down to
    /// any of them or with one left out, the outermost by its short or full name.
    [[nodiscard]] std::vector<std::string> prefixes_of(const Region& region) const {
        std::vector<std::string> out{""};
        for (const Region* parent : of_code(region.parent)) {
            if (!overlap(*parent, region)) continue;
            for (const auto& above : prefixes_of(*parent)) {
                out.push_back(above + parent->name);
                if (!above.empty()) out.push_back(above);
            }
            out.emplace_back(stem_of(parent->name));
        }
        return out;
    }

    void index_names(const Region& region) {
        for (const auto& prefix : prefixes_of(region)) {
            add(by_name_, prefix + region.name, region);
            for (const auto& name : short_names(region.name)) add(by_short_name_, prefix + name, region);
        }
    }

    std::vector<Line> lines_;
    std::unordered_map<std::string, std::vector<const Region*>> by_code_;
    Index by_name_;
    Index by_short_name_;
};

const Table& table() {
    static const Table loaded;
    return loaded;
}

/// Whether a path may go on like this below a county.
bool is_below_county(std::string_view text) {
    constexpr std::array<std::string_view, 8> endings{"街道", "街道办事处", "镇", "乡", "村", "社区", "园区", "开发区"};
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return text.ends_with(ending); });
}

/// The longest known full name that `text` begins with, when the rest is a place below a county; "" when none.
std::string longest_known_front(std::string_view text) {
    if (!is_below_county(text)) return "";
    for (std::size_t size = text.size() - 1; size > 0; --size)
        if (table().is_full_name(std::string(text.substr(0, size)))) return std::string(text.substr(0, size));
    return "";
}

}  // namespace

const Region* find_region(std::string_view code, Day on) {
    const Region* best = nullptr;
    // Where the tables name two areas for one code at a time, the one that lasted.
    const auto lasts_longer = [](const Region& a, const Region& b) {
        return b.valid_until && (!a.valid_until || *a.valid_until > *b.valid_until);
    };
    for (const Region* region : table().of_code(code))
        if (stands_on(*region, on) && (best == nullptr || lasts_longer(*region, *best))) best = region;
    return best;
}

std::vector<const Region*> regions_of_code(std::string_view code) {
    return table().of_code(code);
}

std::vector<const Region*> regions_named(std::string_view name, std::optional<Day> on) {
    constexpr std::size_t bytes_max = 300;
    std::vector<const Region*> out;
    if (name.size() > bytes_max) return out;
    const auto folded = fold_name(name);
    const auto* found = table().named(folded);
    if (found == nullptr) found = table().named(longest_known_front(folded));
    if (found == nullptr) return out;
    for (const Region* region : *found)
        if (!on || stands_on(*region, *on)) out.push_back(region);
    return out;
}

std::vector<const Region*> regions_meant(std::string_view name, Day on) {
    auto meant = regions_named(name, on);
    if (!meant.empty()) return meant;
    std::optional<Day> last;
    for (const Region* region : regions_named(name)) {
        if (!region->valid_until || *region->valid_until >= on) continue;
        if (last && *region->valid_until < *last) continue;
        if (!last || *last < *region->valid_until) meant.clear();
        last = region->valid_until;
        meant.push_back(region);
    }
    return meant;
}

std::vector<const Region*> regions_become(const Region& region, Day on) {
    if (region.became.empty() || stands_on(region, on)) return {&region};
    std::vector<const Region*> out;
    for (const Region* next : region.became)
        for (const Region* last : regions_become(*next, on))
            if (last->valid_from <= on && std::find(out.begin(), out.end(), last) == out.end()) out.push_back(last);
    return out;
}

std::string path_of(const Region& area, Day on) {
    const Region* region = &area;
    std::string path = region->name;
    // Three levels at most: county, prefecture, province.
    for (int level = 0; level < 3 && !region->parent.empty(); ++level) {
        const auto& parents = table().of_code(region->parent);
        const Region* parent = find_region(region->parent, on);
        if (parent == nullptr && !parents.empty()) parent = parents.front();
        if (parent == nullptr) break;
        path.insert(0, parent->name);
        region = parent;
    }
    return path;
}

std::string region_path(std::string_view code, Day on) {
    const Region* region = find_region(code, on);
    return region == nullptr ? "" : path_of(*region, on);
}

bool has_province_of(std::string_view code) {
    return code.size() >= 2 && !table().of_code(std::string(code.substr(0, 2)) + "0000").empty();
}

}  // namespace minglu
