#include "catalog/fields.hpp"

#include <algorithm>
#include <array>

namespace minglu {

namespace {

using enum FieldType;

constexpr std::size_t short_text = 1'024;
constexpr std::size_t long_text = 16'384;
constexpr std::size_t image = 262'144;  ///< a small picture as data: URL; a batch of them stays below a record's limit
constexpr std::size_t code = 64;
constexpr std::size_t list_text = 65'536;

constexpr std::array<FieldSpec, 29> specs{{
    {"name", "name", text, "名称", short_text, ""},
    {"name_en", "name", text, "英文名称", short_text, ""},
    {"mark_image", "image", text, "商标图样", image, ""},
    {"alt_text", "image", text, "图样说明", short_text, ""},
    {"subtype", "type", term, "类型", code, "subtype"},
    {"publication_number", "number", number, "公开（公告）号", code, ""},
    {"application_number", "number", number, "申请号", code, ""},
    {"registration_number", "number", number, "注册号", code, ""},
    {"announcement_number", "number", number, "公告号", 256, ""},
    {"certificate_number", "number", number, "证书号", 256, ""},
    {"national_standard", "number", text, "国家标准号", 256, ""},
    {"status", "status", term, "法律状态", code, "status"},
    {"status_on", "status", date, "法律状态日期", code, ""},
    {"filed_on", "status", date, "申请日", code, ""},
    {"granted_on", "status", date, "授权（注册）日", code, ""},
    {"expires_on", "status", date, "届满日", code, ""},
    {"holders", "holders", holders, "权利人", list_text, ""},
    {"region", "region", region, "行政区划代码", code, ""},
    {"region_name", "region", text, "所在地区", short_text, ""},
    {"home", "home", node, "归口节点", code, ""},
    {"goods", "goods", text, "核定商品或服务", long_text, ""},
    {"category", "category", text, "分类", short_text, ""},
    {"listing", "listing", term, "名录状态", code, "listing"},
    {"listed_on", "listing", date, "列入日期", code, ""},
    {"removed_on", "listing", date, "移出日期", code, ""},
    {"ground", "listing", term, "移出事由", code, "ground"},
    {"listing_reason", "listing", text, "说明", long_text, ""},
    {"notes", "notes", text, "备注", long_text, ""},
    {"related", "related", keys, "关联条目", list_text, ""},
}};

}  // namespace

std::span<const FieldSpec> field_specs() {
    return specs;
}

const FieldSpec* find_field(std::string_view name) {
    const auto found =
        std::find_if(specs.begin(), specs.end(), [&](const FieldSpec& spec) { return spec.name == name; });
    return found == specs.end() ? nullptr : &*found;
}

std::string_view group_of(std::string_view field) {
    const FieldSpec* spec = find_field(field);
    return spec == nullptr ? field : spec->group;
}

std::vector<std::string_view> fields_of_group(std::string_view group) {
    std::vector<std::string_view> out;
    for (const auto& spec : specs)
        if (spec.group == group) out.push_back(spec.name);
    if (out.empty()) out.push_back(group);
    return out;
}

}  // namespace minglu
