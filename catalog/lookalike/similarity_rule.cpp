#include "catalog/lookalike/similarity_rule.hpp"

#include <array>

namespace minglu {
namespace {

struct RuleText {
    std::string_view name;
    std::string_view zh;
};
constexpr std::array<RuleText, 13> rule_texts{{
    {"identical", "与他人商标文字相同"},
    {"same_units", "文字构成相同，仅字体、字形写法不同"},
    {"reordered", "文字构成相同，仅排列顺序不同"},
    {"notation", "汉字构成相同，仅注音不同"},
    {"one_differs", "三个以上汉字，仅个别汉字不同，且首字无明显区别"},
    {"letters_differ", "四个以上字母，仅个别字母不同，且首字母无明显区别"},
    {"shape", "文字字形近似"},
    {"sound", "文字读音相同或者近似"},
    {"repeated", "由字、词重叠而成"},
    {"weak_addition", "在他人商标中加上表示场所、修饰等显著性较弱的文字"},
    {"contains", "完整包含他人商标"},
    {"independent_part", "与他人商标中相对独立的外文或者中文部分相同或者近似"},
    {"goods_addition", "在他人商标后加上商品名称、型号等文字"},
}};

}  // namespace

std::string_view name(SimilarityRule rule) {
    return rule_texts[static_cast<std::size_t>(rule)].name;
}

std::string_view text_zh(SimilarityRule rule) {
    return rule_texts[static_cast<std::size_t>(rule)].zh;
}

}  // namespace minglu
