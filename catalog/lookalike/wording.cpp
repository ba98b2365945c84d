#include "catalog/lookalike/wording.hpp"

#include <array>

namespace minglu {

namespace {

struct ReasonWord {
    Reason reason;
    std::string_view zh;
};
/// What is the same goes without saying; what is added or left out has a sign of its own.
constexpr std::array<ReasonWord, 8> reason_words{{
    {Reason::variant, "繁简异体"},
    {Reason::homoglyph, "字母形近"},
    {Reason::shape, "形近"},
    {Reason::sound, "同音"},
    {Reason::near_sound, "近音"},
    {Reason::pinyin, "拼音"},
    {Reason::moved, "换位"},
    {Reason::different, "不同"},
}};

void append(std::string& text, std::string_view separator, std::string_view more) {
    if (!text.empty()) text += separator;
    text += more;
}

std::string wording_of(const Correspondence& unit) {
    if (unit.mark.empty()) return "+" + unit.sign;
    if (unit.sign.empty()) return "−" + unit.mark;
    std::string reasons;
    for (const auto& [reason, zh] : reason_words)
        if (has(unit.likeness.reasons, reason)) append(reasons, "、", zh);
    if (reasons.empty()) return unit.sign;
    return (unit.sign == unit.mark ? unit.sign : unit.sign + "≈" + unit.mark) + "(" + reasons + ")";
}

}  // namespace

std::string wording_of(std::span<const Correspondence> units) {
    std::string text;
    for (const Correspondence& unit : units) append(text, " ", wording_of(unit));
    return text;
}

std::string wording_of(std::span<const SimilarityRule> rules) {
    std::string text;
    for (const SimilarityRule rule : rules) append(text, "；", text_zh(rule));
    return text;
}

}  // namespace minglu
