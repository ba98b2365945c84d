#include "catalog/check/goods_columns.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "catalog/import/columns.hpp"
#include "catalog/text/normalise.hpp"

namespace minglu {

namespace {

enum class Part { none, number, nice_class, name, holder };

struct ShopWord {
    std::string_view header;  ///< folded, without spaces
    Part part;
};

/// Beside the words of published lists.
constexpr std::array<ShopWord, 39> shop_words{{
    {"商品名称", Part::name},
    {"商品", Part::name},
    {"品名", Part::name},
    {"品牌", Part::name},
    {"品牌名称", Part::name},
    {"产品", Part::name},
    {"货品名称", Part::name},
    {"标识", Part::name},
    {"商标名", Part::name},
    {"product", Part::name},
    {"productname", Part::name},
    {"goods", Part::name},
    {"goodsname", Part::name},
    {"brand", Part::name},
    {"mark", Part::name},
    {"trademark", Part::name},
    {"item", Part::name},
    {"商标号", Part::number},
    {"注册商标号", Part::number},
    {"知识产权编号", Part::number},
    {"权利编号", Part::number},
    {"证号", Part::number},
    {"专利商标号", Part::number},
    {"trademarknumber", Part::number},
    {"生产企业", Part::holder},
    {"生产厂家", Part::holder},
    {"生产商", Part::holder},
    {"厂家", Part::holder},
    {"厂商", Part::holder},
    {"制造商", Part::holder},
    {"企业名称", Part::holder},
    {"manufacturer", Part::holder},
    {"producer", Part::holder},
    {"company", Part::holder},
    {"商标注册证号", Part::number},
    {"注册证号", Part::number},
    {"国际分类号", Part::nice_class},
    {"商标类别", Part::nice_class},
    {"商品类别", Part::nice_class},
}};

Part part_of(ColumnRole role) {
    switch (role) {
        case ColumnRole::key:
        case ColumnRole::number:
        case ColumnRole::application_number:
        case ColumnRole::publication_number:
        case ColumnRole::registration_number:
        case ColumnRole::announcement_number:
        case ColumnRole::certificate_number:
            return Part::number;
        case ColumnRole::nice_class:
            return Part::nice_class;
        case ColumnRole::name:
            return Part::name;
        case ColumnRole::holders:
            return Part::holder;
        default:
            return Part::none;
    }
}

/// "商品名称（必填）" → "商品名称".
std::string_view without_remark(std::string_view header) {
    const std::size_t open = std::min({header.find('('), header.find("（"), header.find("【")});
    const bool closes = header.ends_with(')') || header.ends_with("）") || header.ends_with("】");
    return closes && open != std::string_view::npos && open > 0 ? header.substr(0, open) : header;
}

Part part_of(std::string_view header) {
    header = without_remark(header);
    std::string folded = fold_text(header);
    folded.erase(std::remove(folded.begin(), folded.end(), ' '), folded.end());
    const auto word = std::find_if(shop_words.begin(), shop_words.end(),
                                   [&](const ShopWord& known) { return known.header == folded; });
    if (word != shop_words.end()) return word->part;
    // A header may be one thing in a list of patents and another in one of trademarks.
    for (const ColumnRole role : roles_of_header(header))
        if (const Part part = part_of(role); part != Part::none) return part;
    // "注册号/专利号" is what its parts are.
    for (const std::string_view sign : {"/", "／", "或", "、"}) {
        const std::size_t at = header.find(sign);
        if (at == std::string_view::npos || at == 0) continue;
        const Part first = part_of(header.substr(0, at));
        return first != Part::none ? first : part_of(header.substr(at + sign.size()));
    }
    return Part::none;
}

std::string shown(const std::vector<std::string>& row) {
    constexpr std::size_t shown_max = 300;
    std::string text;
    for (const std::string& cell : row) {
        const std::string tidy = tidy_cell(cell);
        if (tidy.empty()) continue;
        if (text.size() > shown_max) return text + ", …";
        text += (text.empty() ? "" : ", ") + tidy;
    }
    return text;
}

}  // namespace

GoodsColumns find_goods_columns(const std::vector<std::string>& headers) {
    GoodsColumns columns;
    for (std::size_t i = 0; i < headers.size(); ++i) {
        switch (part_of(headers[i])) {
            case Part::number:
                columns.numbers.push_back(i);
                break;
            case Part::name:
                columns.names.push_back(i);
                break;
            case Part::holder:
                columns.holders.push_back(i);
                break;
            case Part::nice_class:
                if (!columns.nice_class) columns.nice_class = i;
                break;
            case Part::none:
                break;
        }
    }
    return columns;
}

Result<GoodsHeader> find_goods_header(const std::vector<std::vector<std::string>>& rows) {
    if (rows.empty())
        return fail({ErrorCode::missing_value, "the list is empty", "", "give a table with a header row"});
    GoodsHeader best;
    for (std::size_t i = 0; i < std::min(rows.size(), goods_header_rows); ++i) {
        GoodsColumns columns = find_goods_columns(rows[i]);
        if (columns.identifies() && columns.known() > best.columns.known()) best = {i, std::move(columns)};
    }
    if (best.columns.identifies()) return best;
    return fail(
        {ErrorCode::bad_request, "no header says which column holds a number or a name",
         "row 1: " + shown(rows.front()),
         "name one of them 商标注册号, 专利号, 编号, 商品名称 or 品牌 (number, name); known beside them are 类别 "
         "and 权利人 or 生产企业 (class, holder)"});
}

}  // namespace minglu
