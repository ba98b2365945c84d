#include "catalog/import/columns.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "catalog/export/answer.hpp"
#include "catalog/fields.hpp"
#include "catalog/text/normalise.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {
namespace {

enum class Of { any, patent, trademark, gi };

/// `header` is folded and without spaces, see `fold_header`. Where a header means different things, the row of its kind
/// comes before the row of any kind. `tells` = this header alone shows the kind of the list.
struct Synonym {
    std::string_view header;
    Of of;
    ColumnRole role;
    std::string_view field = {};
    bool tells = false;
};

constexpr Synonym synonyms[] = {
    {"key", Of::any, ColumnRole::key},
    {"条目键", Of::any, ColumnRole::key},
    {"序号", Of::any, ColumnRole::skip},
    {"no", Of::any, ColumnRole::skip},
    // Numbers
    {"专利号", Of::patent, ColumnRole::number, {}, true},
    {"专利申请号", Of::patent, ColumnRole::application_number, {}, true},
    {"申请号", Of::patent, ColumnRole::application_number},
    {"公开号", Of::patent, ColumnRole::publication_number},
    {"公告号", Of::patent, ColumnRole::publication_number},
    {"授权公告号", Of::patent, ColumnRole::publication_number, {}, true},
    {"公开公告号", Of::patent, ColumnRole::publication_number, {}, true},
    {"patentnumber", Of::patent, ColumnRole::number, {}, true},
    {"applicationnumber", Of::any, ColumnRole::application_number},
    {"publicationnumber", Of::patent, ColumnRole::publication_number, {}, true},
    {"numberkind", Of::patent, ColumnRole::number_kind},
    {"号码类型", Of::patent, ColumnRole::number_kind},
    {"商标注册号", Of::trademark, ColumnRole::registration_number, {}, true},
    {"商标注册号", Of::gi, ColumnRole::registration_number},
    {"注册号", Of::any, ColumnRole::registration_number},
    {"注册证号", Of::any, ColumnRole::registration_number},
    {"registrationnumber", Of::any, ColumnRole::registration_number},
    {"公告号", Of::gi, ColumnRole::announcement_number},
    {"保护公告", Of::gi, ColumnRole::announcement_number, {}, true},
    {"announcementnumber", Of::gi, ColumnRole::announcement_number, {}, true},
    {"证书号", Of::gi, ColumnRole::certificate_number},
    {"证书编号", Of::gi, ColumnRole::certificate_number},
    {"登记证书编号", Of::gi, ColumnRole::certificate_number, {}, true},
    {"certificatenumber", Of::gi, ColumnRole::certificate_number},
    {"编号", Of::any, ColumnRole::number},
    {"号码", Of::any, ColumnRole::number},
    {"number", Of::any, ColumnRole::number},
    // Classes and types
    {"类别", Of::patent, ColumnRole::subtype},
    {"类别", Of::any, ColumnRole::nice_class},
    {"国际分类", Of::any, ColumnRole::nice_class},
    {"国际分类号", Of::any, ColumnRole::nice_class},
    {"商标类别", Of::any, ColumnRole::nice_class},
    {"尼斯分类", Of::any, ColumnRole::nice_class},
    {"niceclass", Of::any, ColumnRole::nice_class},
    {"class", Of::any, ColumnRole::nice_class},
    {"类型", Of::any, ColumnRole::subtype},
    {"专利类型", Of::patent, ColumnRole::subtype, {}, true},
    {"商标类型", Of::trademark, ColumnRole::subtype, {}, true},
    {"地理标志类型", Of::gi, ColumnRole::subtype, {}, true},
    {"保护类型", Of::gi, ColumnRole::subtype},
    {"patenttype", Of::patent, ColumnRole::subtype, {}, true},
    {"marktype", Of::trademark, ColumnRole::subtype, {}, true},
    {"gitype", Of::gi, ColumnRole::subtype, {}, true},
    {"type", Of::any, ColumnRole::subtype},
    {"subtype", Of::any, ColumnRole::subtype},
    // Names
    {"名称", Of::any, ColumnRole::name},
    {"name", Of::any, ColumnRole::name},
    {"title", Of::any, ColumnRole::name},
    {"专利名称", Of::patent, ColumnRole::name, {}, true},
    {"发明名称", Of::patent, ColumnRole::name, {}, true},
    {"商标", Of::trademark, ColumnRole::name, {}, true},
    {"商标名称", Of::trademark, ColumnRole::name, {}, true},
    {"商标名称", Of::gi, ColumnRole::name},
    {"地理标志名称", Of::gi, ColumnRole::name, {}, true},
    {"地理标志", Of::gi, ColumnRole::name, {}, true},
    {"产品名称", Of::gi, ColumnRole::name, {}, true},
    {"英文名称", Of::any, ColumnRole::field, "name_en"},
    {"拼音", Of::any, ColumnRole::field, "name_pinyin"},
    {"商标图样", Of::any, ColumnRole::field, "mark_image"},
    {"商标图样picture", Of::any, ColumnRole::field, "mark_image"},
    {"图样说明", Of::any, ColumnRole::field, "alt_text"},
    // Holders
    {"专利权人", Of::patent, ColumnRole::holders, {}, true},
    {"patentee", Of::patent, ColumnRole::holders, {}, true},
    {"商标注册人", Of::trademark, ColumnRole::holders, {}, true},
    {"权利人", Of::any, ColumnRole::holders},
    {"权利人申请人", Of::any, ColumnRole::holders},
    {"注册人", Of::any, ColumnRole::holders},
    {"申请人", Of::any, ColumnRole::holders},
    {"申请人名称", Of::any, ColumnRole::holders},
    {"证书持有人", Of::gi, ColumnRole::holders},
    {"holder", Of::any, ColumnRole::holders},
    {"holders", Of::any, ColumnRole::holders},
    {"owner", Of::any, ColumnRole::holders},
    {"applicant", Of::any, ColumnRole::holders},
    {"统一社会信用代码", Of::any, ColumnRole::credit_code},
    {"creditcode", Of::any, ColumnRole::credit_code},
    {"uscc", Of::any, ColumnRole::credit_code},
    // Places
    {"省市", Of::any, ColumnRole::province},
    {"省份", Of::any, ColumnRole::province},
    {"省", Of::any, ColumnRole::province},
    {"province", Of::any, ColumnRole::province},
    {"地区", Of::any, ColumnRole::region},
    {"所在地", Of::any, ColumnRole::region},
    {"所在地区", Of::any, ColumnRole::region},
    {"区县", Of::any, ColumnRole::region},
    {"产地", Of::gi, ColumnRole::region},
    {"region", Of::any, ColumnRole::region},
    {"regionname", Of::any, ColumnRole::region},
    // The rest
    {"年份", Of::any, ColumnRole::year, "year"},
    {"年度", Of::any, ColumnRole::year, "year"},
    {"year", Of::any, ColumnRole::year, "year"},
    {"法律状态", Of::any, ColumnRole::field, "status"},
    {"申请日期", Of::any, ColumnRole::field, "filed_on"},
    {"申请日", Of::any, ColumnRole::field, "filed_on"},
    {"授权日", Of::any, ColumnRole::field, "granted_on"},
    {"授权公告日", Of::any, ColumnRole::field, "granted_on"},
    {"注册日", Of::any, ColumnRole::field, "granted_on"},
    {"注册日期", Of::any, ColumnRole::field, "granted_on"},
    {"有效期至", Of::any, ColumnRole::field, "expires_on"},
    {"申请商品服务", Of::any, ColumnRole::field, "goods"},
    {"核定商品", Of::any, ColumnRole::field, "goods"},
    {"核定商品服务", Of::any, ColumnRole::field, "goods"},
    {"商品服务", Of::any, ColumnRole::field, "goods"},
    {"产品类别", Of::gi, ColumnRole::field, "category", true},
    {"产品类别", Of::any, ColumnRole::field, "category"},
    {"productcategory", Of::gi, ColumnRole::field, "category", true},
    {"备注", Of::any, ColumnRole::field, "notes"},
    {"note", Of::any, ColumnRole::field, "notes"},
};

/// List states are published, not imported.
constexpr std::array<std::string_view, 4> publisher_fields{"listed_on", "removed_on", "ground", "listing_reason"};

std::string fold_header(std::string_view header) {
    std::string folded = fold_text(header);
    folded.erase(std::remove(folded.begin(), folded.end(), ' '), folded.end());
    return folded;
}

Of of_kind(Kind kind) {
    switch (kind) {
        case Kind::patent:
            return Of::patent;
        case Kind::trademark:
            return Of::trademark;
        case Kind::gi:
            return Of::gi;
    }
    return Of::any;
}

bool is_key_header(std::string_view folded) {
    return std::any_of(std::begin(synonyms), std::end(synonyms), [&](const Synonym& synonym) {
        return synonym.role == ColumnRole::key && synonym.header == folded;
    });
}

/// The kind that most headers tell; none when they tell nothing or contradict each other.
std::optional<Kind> told_kind(std::span<const std::string> folded) {
    std::array<int, 3> votes{};
    for (const std::string& header : folded) {
        for (const Synonym& synonym : synonyms) {
            if (!synonym.tells || synonym.header != header) continue;
            votes[static_cast<std::size_t>(synonym.of) - 1] += 1;
        }
    }
    constexpr std::array<Kind, 3> kinds{Kind::patent, Kind::trademark, Kind::gi};
    const auto best = std::max_element(votes.begin(), votes.end());
    if (*best == 0) {
        // Registration number and class together are what trademark lists have.
        const auto has = [&](ColumnRole role) {
            return std::any_of(folded.begin(), folded.end(), [&](const std::string& header) {
                return std::any_of(std::begin(synonyms), std::end(synonyms), [&](const Synonym& synonym) {
                    return synonym.header == header && synonym.role == role && synonym.of == Of::any;
                });
            });
        };
        if (has(ColumnRole::registration_number) && has(ColumnRole::nice_class)) return Kind::trademark;
        return std::nullopt;
    }
    if (std::count(votes.begin(), votes.end(), *best) != 1) return std::nullopt;
    return kinds[static_cast<std::size_t>(best - votes.begin())];
}

/// A known field by name or Chinese label.
const FieldSpec* field_of(std::string_view header, std::string_view folded) {
    for (const FieldSpec& spec : field_specs()) {
        if (spec.name == header || fold_header(spec.name) == folded || fold_header(spec.label_zh) == folded)
            return &spec;
    }
    return nullptr;
}

Column literal_column(const std::string& header, const std::string& folded) {
    if (header.starts_with(field_header_mark)) {
        return {ColumnRole::field, header.substr(field_header_mark.size()), header};
    }
    if (is_key_header(folded)) return {ColumnRole::key, {}, header};
    // What an export says of an entry follows from its fields.
    for (const ExportAnswerColumn& column : export_answer_columns)
        if (folded == fold_header(column.name) || folded == column.label_zh) return {ColumnRole::skip, {}, header};
    if (folded == "creditcode" || folded == "统一社会信用代码") return {ColumnRole::credit_code, {}, header};
    if (const FieldSpec* spec = field_of(header, folded)) {
        const std::string field{spec->name};
        if (field == "listing") return {ColumnRole::listing, {}, header};
        if (spec->type == FieldType::holders) return {ColumnRole::holders, field, header};
        const bool published =
            std::find(publisher_fields.begin(), publisher_fields.end(), field) != publisher_fields.end();
        return {published ? ColumnRole::skip : ColumnRole::field, field, header};
    }
    return {ColumnRole::field, field_name_of(header), header};
}

Column meant_column(const std::string& header, const std::string& folded, Kind kind) {
    const Synonym* found = nullptr;
    for (const Synonym& synonym : synonyms) {
        if (synonym.header != folded) continue;
        if (synonym.of == of_kind(kind)) {
            found = &synonym;
            break;
        }
        if (synonym.of == Of::any && found == nullptr) found = &synonym;
    }
    if (found != nullptr) return {found->role, std::string(found->field), header};
    return literal_column(header, folded);
}

Result<void> check_unique(const std::vector<Column>& columns) {
    std::map<std::pair<ColumnRole, std::string>, const Column*> seen;
    for (const Column& column : columns) {
        if (column.role == ColumnRole::skip || column.role == ColumnRole::unnamed) continue;
        const auto [at, fresh] =
            seen.try_emplace({column.role, column.role == ColumnRole::field ? column.field : std::string()}, &column);
        if (fresh) continue;
        return fail({ErrorCode::duplicate, "columns " + at->second->header + " and " + column.header + " mean the same",
                     "row 1", "drop or rename one of them"});
    }
    return {};
}

bool identifies(Kind kind, const std::vector<Column>& columns) {
    return std::any_of(columns.begin(), columns.end(), [&](const Column& column) {
        switch (column.role) {
            case ColumnRole::key:
            case ColumnRole::number:
                return true;
            case ColumnRole::application_number:
            case ColumnRole::publication_number:
                return kind == Kind::patent;
            case ColumnRole::registration_number:
                return kind != Kind::patent;
            case ColumnRole::certificate_number:
            case ColumnRole::name:
                return kind == Kind::gi;
            default:
                return false;
        }
    });
}

std::string joined(const std::vector<std::string>& headers) {
    std::string out;
    for (const std::string& header : headers) {
        if (out.size() > 300) return out + ", …";
        out += (out.empty() ? "" : ", ") + tidy_cell(header);
    }
    return out;
}

}  // namespace

std::vector<ColumnRole> roles_of_header(std::string_view header) {
    const std::string folded = fold_header(header);
    std::vector<ColumnRole> roles;
    for (const Synonym& synonym : synonyms)
        if (synonym.header == folded && std::find(roles.begin(), roles.end(), synonym.role) == roles.end())
            roles.push_back(synonym.role);
    return roles;
}

std::string field_name_of(std::string_view header) {
    std::string name = fold_text(header);
    std::replace(name.begin(), name.end(), ' ', '_');
    constexpr std::size_t bytes_max = 60;
    while (name.size() > bytes_max || (!name.empty() && name.back() == '_')) {
        do {
            const bool inside = (static_cast<unsigned char>(name.back()) & 0xC0u) == 0x80u;
            name.pop_back();
            if (!inside) break;
        } while (!name.empty());
    }
    return name;
}

Result<ColumnPlan> plan_columns(const std::vector<std::string>& headers, std::optional<Kind> kind) {
    std::vector<std::string> folded;
    folded.reserve(headers.size());
    for (const std::string& header : headers) folded.push_back(fold_header(header));
    ColumnPlan plan;
    plan.has_key =
        std::any_of(folded.begin(), folded.end(), [](const std::string& header) { return is_key_header(header); });
    if (!plan.has_key) {
        if (!kind) kind = told_kind(folded);
        if (!kind) {
            return fail({ErrorCode::bad_request, "the headers do not tell whether these are patents, trademarks or GIs",
                         "row 1: " + joined(headers), "name the kind: patent, trademark or gi"});
        }
    }
    plan.kind = kind.value_or(Kind::patent);
    for (std::size_t i = 0; i < headers.size(); ++i) {
        const bool marked = std::string_view(headers[i]).starts_with(field_header_mark);
        const std::string header = marked ? headers[i] : tidy_cell(headers[i]);
        if (folded[i].empty()) {
            plan.columns.push_back({ColumnRole::unnamed, {}, "column " + std::to_string(i + 1)});
        } else {
            plan.columns.push_back(plan.has_key ? literal_column(header, folded[i])
                                                : meant_column(header, folded[i], plan.kind));
        }
    }
    if (auto unique = check_unique(plan.columns); !unique) return fail(unique.error());
    if (!identifies(plan.kind, plan.columns)) {
        return fail({ErrorCode::missing_value, "no column identifies a " + std::string(name(plan.kind)),
                     "row 1: " + joined(headers),
                     "add a column such as 专利号, 商标注册号 or 编号, or rename the one that has it"});
    }
    return plan;
}

}  // namespace minglu
