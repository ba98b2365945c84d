#include "catalog/import/row_mapper.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "catalog/fields.hpp"
#include "catalog/identifiers/entry_key.hpp"
#include "catalog/import/cells.hpp"
#include "catalog/import/row_keys.hpp"
#include "catalog/regions.hpp"
#include "catalog/terms.hpp"
#include "catalog/text/normalise.hpp"
#include "minglu/json_text.hpp"

namespace minglu {
namespace {

/// What lists write in the name column of a mark without words.
constexpr std::array<std::string_view, 6> figure_names{"图形", "图形商标", "图", "纯图形", "figure", "figurativemark"};
constexpr std::string_view figure_name = "图形";
constexpr std::string_view figure_alt_text = "图形商标";

struct RoleName {
    std::string_view cell;
    ColumnRole role;
};
/// Members of NumberCells, which errors are about, and the columns that fill them.
constexpr RoleName role_names[] = {
    {"number", ColumnRole::number},
    {"number_kind", ColumnRole::number_kind},
    {"application_number", ColumnRole::application_number},
    {"publication_number", ColumnRole::publication_number},
    {"registration_number", ColumnRole::registration_number},
    {"announcement_number", ColumnRole::announcement_number},
    {"certificate_number", ColumnRole::certificate_number},
    {"nice_class", ColumnRole::nice_class},
    {"name", ColumnRole::name},
    {"subtype", ColumnRole::subtype},
    {"holders", ColumnRole::holders},
    {"credit_code", ColumnRole::credit_code},
    {"region", ColumnRole::region},
    {"region_name", ColumnRole::region},
};

/// The first two digits of its code, or of that of the area above where its own is not published yet.
std::string province_of(const Region& region) {
    return (region.code.empty() ? region.parent : region.code).substr(0, 2);
}

class Mapping {
public:
    Mapping(const ColumnPlan& plan, const MapOptions& options, const CsvRow& row)
        : plan_(plan), options_(options), row_(row), kind_(plan.kind) {}

    RowMapper::Outcome run() {
        if (is_empty()) return {};
        refuse_stray_cells();
        if (plan_.has_key) {
            map_literally();
        } else {
            map_by_meaning();
        }
        if (!errors_.empty()) return {{}, std::move(errors_)};
        return {std::move(drafts_), {}};
    }

private:
    [[nodiscard]] std::string_view cell(std::size_t column) const {
        return column < row_.cells.size() ? without_formula_guard(row_.cells[column]) : std::string_view{};
    }
    [[nodiscard]] std::string_view cell_of_role(ColumnRole role) const {
        for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
            if (plan_.columns[i].role == role) return tidy_cell(cell(i)).empty() ? std::string_view{} : cell(i);
        }
        return {};
    }
    [[nodiscard]] bool is_empty() const {
        return std::all_of(row_.cells.begin(), row_.cells.end(),
                           [](const std::string& text) { return tidy_cell(text).empty(); });
    }

    void refuse(const std::string& column, std::string_view value, Error error) {
        constexpr std::size_t shown_max = 120;
        std::string shown = tidy_cell(value.substr(0, shown_max));
        error.where = (options_.file.empty() ? "" : options_.file + ", ") + "row " + std::to_string(row_.row) +
                      ", column " + column + (shown.empty() ? "" : ": " + shown);
        errors_.push_back({row_.row, column, std::string(value), std::move(error)});
    }
    void refuse(std::size_t column, Error error) {
        refuse(plan_.columns[column].header, cell(column), std::move(error));
    }

    /// Refuses at the column that fills `field`, else at the one that identifies the row.
    void refuse_field(std::string_view field, Error error) {
        for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
            const Column& column = plan_.columns[i];
            const bool by_role = std::any_of(std::begin(role_names), std::end(role_names), [&](const RoleName& name) {
                return name.cell == field && name.role == column.role;
            });
            if (by_role || column.field == field) return refuse(i, std::move(error));
        }
        constexpr std::array<ColumnRole, 6> identifying{ColumnRole::key,
                                                        ColumnRole::number,
                                                        ColumnRole::application_number,
                                                        ColumnRole::publication_number,
                                                        ColumnRole::registration_number,
                                                        ColumnRole::name};
        for (const ColumnRole role : identifying) {
            for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
                if (plan_.columns[i].role == role) return refuse(i, std::move(error));
            }
        }
        refuse(std::string(field), {}, std::move(error));
    }

    void refuse_stray_cells() {
        for (std::size_t i = 0; i < row_.cells.size(); ++i) {
            const bool stray = i >= plan_.columns.size() || plan_.columns[i].role == ColumnRole::unnamed;
            if (!stray || tidy_cell(row_.cells[i]).empty()) continue;
            refuse("column " + std::to_string(i + 1), row_.cells[i],
                   {ErrorCode::bad_value, "the cell stands under no header", "",
                    "name the column, or put quotes around a cell that holds the delimiter"});
        }
    }

    void set(std::string_view field, std::string json) { set_.push_back({std::string(field), std::move(json)}); }
    [[nodiscard]] bool has(std::string_view field) const {
        return std::any_of(set_.begin(), set_.end(), [&](const FieldValue& value) { return value.field == field; });
    }
    void set_value(std::size_t column, std::string_view field) {
        auto value = value_of(field, cell(column), kind_);
        if (!value) return refuse(column, value.error());
        set(field, std::move(*value));
    }

    // -- rows of an export: the key stands in the row, every cell is what it says

    void map_literally() {
        const auto key = parse_entry_key(cell_of_role(ColumnRole::key));
        if (!key) return refuse_field("key", key.error());
        kind_ = parts_of(*key).kind;
        bool removed = false;
        for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
            const Column& column = plan_.columns[i];
            if (cell(i).empty()) continue;
            if (column.role == ColumnRole::field) set_value(i, column.field);
            if (column.role == ColumnRole::holders) set_holders(i);
            if (column.role == ColumnRole::listing) {
                const Term* listing = find_term("listing", cell(i));
                removed = listing != nullptr && listing->code == "removed";
            }
        }
        NodeId home = home_in("");
        for (const FieldValue& value : set_) {
            if (value.field == "home") home = NodeId{text_of(value.json)};
        }
        add_draft(*key, {}, home, removed);
    }

    // -- rows of published lists

    void map_by_meaning() {
        set_name();
        set_subtype();
        set_place();
        for (std::size_t i = 0; i < plan_.columns.size(); ++i) {
            const Column& column = plan_.columns[i];
            if (tidy_cell(cell(i)).empty()) continue;
            if (column.role == ColumnRole::holders) set_holders(i);
            if (column.role == ColumnRole::year) set_year(i);
            if (column.role == ColumnRole::field && !has(column.field)) set_value(i, column.field);
        }
        auto keys = keys_of_row(kind_, number_cells());
        if (!keys) {
            const std::string about = keys.error().where;
            refuse_field(about, keys.error());
            return;
        }
        check_patent_mark(cell_of_role(ColumnRole::number), "number");
        check_patent_mark(cell_of_role(ColumnRole::application_number), "application_number");
        std::set<EntryKey> seen;
        for (KeyedNumbers& keyed : *keys) {
            if (seen.insert(keyed.key).second) add_draft(keyed.key, std::move(keyed.fields), home_, false);
        }
    }

    [[nodiscard]] NumberCells number_cells() const {
        NumberCells cells;
        cells.number = cell_of_role(ColumnRole::number);
        cells.number_kind = cell_of_role(ColumnRole::number_kind);
        cells.application_number = cell_of_role(ColumnRole::application_number);
        cells.publication_number = cell_of_role(ColumnRole::publication_number);
        cells.registration_number = cell_of_role(ColumnRole::registration_number);
        cells.announcement_number = cell_of_role(ColumnRole::announcement_number);
        cells.certificate_number = cell_of_role(ColumnRole::certificate_number);
        cells.nice_class = cell_of_role(ColumnRole::nice_class);
        cells.name = cell_of_role(ColumnRole::name);
        cells.subtype = subtype_;
        return cells;
    }

    void set_name() {
        const std::string text = tidy_cell(cell_of_role(ColumnRole::name));
        std::string folded = fold_text(text);
        folded.erase(std::remove(folded.begin(), folded.end(), ' '), folded.end());
        const bool pictured = std::any_of(plan_.columns.begin(), plan_.columns.end(),
                                          [](const Column& column) { return column.field == "mark_image"; });
        const bool figure = std::find(figure_names.begin(), figure_names.end(), folded) != figure_names.end();
        if (kind_ == Kind::trademark && (figure || (text.empty() && pictured))) {
            set("name", json_string(figure_name));
            const bool described = std::any_of(plan_.columns.begin(), plan_.columns.end(), [&](const Column& column) {
                return column.field == "alt_text" &&
                       !tidy_cell(cell(static_cast<std::size_t>(&column - plan_.columns.data()))).empty();
            });
            if (!described) set("alt_text", json_string(figure_alt_text));
            return;
        }
        if (text.empty()) {
            return refuse_field("name", {ErrorCode::missing_value, "the row has no name", "",
                                         kind_ == Kind::trademark ? "give the name; write 图形 for a mark without words"
                                                                  : "give the name"});
        }
        set("name", json_string(text));
    }

    void set_subtype() {
        const std::string_view text = cell_of_role(ColumnRole::subtype);
        if (text.empty()) return;
        auto value = value_of("subtype", text, kind_);
        if (!value) return refuse_field("subtype", value.error());
        subtype_ = text_of(*value);
        set("subtype", std::move(*value));
    }

    void set_holders(std::size_t column) {
        if (cell(column).starts_with(literal_mark)) return set_value(column, "holders");
        auto value = holders_of(cell(column), cell_of_role(ColumnRole::credit_code));
        if (!value && holders_of(cell(column), {})) return refuse_field("credit_code", value.error());
        if (!value) return refuse(column, value.error());
        if (*value != "[]") set("holders", std::move(*value));
    }

    /// A real date says when the right was granted; a year alone stays what it is.
    void set_year(std::size_t column) {
        if (const auto date = parse_date_cell(cell(column)); date && !has("granted_on")) {
            return set("granted_on", json_string(*date));
        }
        set_value(column, "year");
    }

    /// The one area that a name means; null when there is none or the name is not unique.
    [[nodiscard]] const Region* area_of(std::string_view place, std::string_view province) const {
        const Region* area = nullptr;
        for (const Region* region : regions_meant(place, options_.on)) {
            if (!province_of(*region).starts_with(province)) continue;
            if (area != nullptr && area->code != region->code) return nullptr;
            area = region;
        }
        return area;
    }

    void set_place() {
        const std::string province = tidy_cell(cell_of_role(ColumnRole::province));
        const std::string place = tidy_cell(cell_of_role(ColumnRole::region));
        const Region* const province_area = province.empty() ? nullptr : area_of(province, "");
        std::string prefix = province_area == nullptr ? std::string() : province_of(*province_area);
        const bool is_code = place.size() == 6 && place.find_first_not_of("0123456789") == std::string::npos;
        if (is_code) {
            const Region* region = find_region(place, options_.on);
            if (region != nullptr) set("region_name", json_string(region->name));
            set("region", json_string(place));
            prefix = place.substr(0, 2);
        } else if (const std::string& named = place.empty() ? province : place; !named.empty()) {
            const Region* const area = place.empty() ? province_area : area_of(place, prefix);
            set("region_name", json_string(named));
            if (area != nullptr && !area->code.empty()) set("region", json_string(area->code));
            if (area != nullptr) prefix = province_of(*area);
        }
        home_ = home_in(prefix);
    }

    [[nodiscard]] NodeId home_in(std::string_view province) const {
        if (options_.home) return *options_.home;
        for (const auto& [prefix, node] : options_.homes) {
            if (prefix == province) return node;
        }
        return options_.default_home;
    }

    /// ZL marks a granted patent: marking an ungranted application so counts as passing it off as one.
    void check_patent_mark(std::string_view number, std::string_view field) {
        if (kind_ != Kind::patent || !fold_text(number).starts_with("zl")) return;
        for (const FieldValue& value : set_) {
            if (value.field != "status") continue;
            const Term* status = find_term("status", text_of(value.json), Kind::patent);
            if (status == nullptr || status->granted()) continue;
            refuse_field(field, {ErrorCode::bad_value, "ZL stands before a number whose patent is " + status->label_zh,
                                 "", "leave ZL out, or correct the status"});
        }
    }

    void add_draft(const EntryKey& key, std::vector<FieldValue> numbers, const NodeId& home, bool removed) {
        RowDraft draft{key, set_, row_.row, home, removed};
        draft.set.insert(draft.set.end(), std::make_move_iterator(numbers.begin()),
                         std::make_move_iterator(numbers.end()));
        std::sort(draft.set.begin(), draft.set.end(),
                  [](const FieldValue& a, const FieldValue& b) { return a.field < b.field; });
        for (Error& error : check_fields(key, draft.set, options_.on)) {
            const std::string about =
                error.where.substr(0, error.where.find(' ')) == "field" ? error.where.substr(6) : "key";
            refuse_field(about, std::move(error));
        }
        drafts_.push_back(std::move(draft));
    }

    const ColumnPlan& plan_;
    const MapOptions& options_;
    const CsvRow& row_;
    Kind kind_;
    std::string subtype_;
    NodeId home_;
    std::vector<FieldValue> set_;
    std::vector<RowDraft> drafts_;
    std::vector<RowError> errors_;
};

}  // namespace

RowMapper::RowMapper(ColumnPlan plan, MapOptions options) : plan_(std::move(plan)), options_(std::move(options)) {}

RowMapper::Outcome RowMapper::map(const CsvRow& row) const {
    return Mapping(plan_, options_, row).run();
}

}  // namespace minglu
