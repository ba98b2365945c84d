#include "catalog/identifiers/typed_number.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "catalog/identifiers/entry_key.hpp"
#include "catalog/identifiers/number_text.hpp"
#include "catalog/identifiers/thousands.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/text/normalise.hpp"

namespace minglu {

namespace {

/// Words of which the names of numbers are made, as `fold_number` leaves them; a longer one before its own beginning.
/// None of them begins the number of a document or of an announcement as a whole.
constexpr std::array<std::string_view, 46> label_words{
    "商标",   "注册",         "申请",       "专利",     "发明",        "实用新型",    "外观设计", "授权", "公告",
    "公布",   "公开",         "登记",       "核准",     "证书",        "证明",        "证",       "编号", "号码",
    "号",     "代码",         "产品",       "批次",     "统一",        "社会",        "信用",     "文号", "发文字号",
    "文件",   "农产品",       "农业",       "地理标志", "集体",        "标志",        "保护",     "中国", "TRADEMARK",
    "PATENT", "REGISTRATION", "REGISTERED", "REG",      "APPLICATION", "CERTIFICATE", "NUMBER",   "NO",   "TM",
    "第"};

/// Such words, too; with one in front of it a number is an international one, also without its G.
constexpr std::array<std::string_view, 3> international_words{"国际", "马德里", "INTERNATIONAL"};

/// Between a number and its class, and around either.
bool take_separator(std::string_view& text) {
    for (const std::string_view sign : {" ", "/", "-", "(", ")", "（", "）", ",", "，", ":", "："})
        if (take_suffix(text, sign) || take_prefix(text, sign)) return true;
    return false;
}

std::string_view trimmed(std::string_view text) {
    while (take_separator(text)) {
    }
    return text;
}

/// Places at which the text may fall apart into number and class.
std::vector<std::size_t> seams(std::string_view text) {
    std::vector<std::size_t> at;
    for (const std::string_view sign : {" ", "/", "-", "(", "（", "第", "号"})
        for (std::size_t i = text.find(sign); i != std::string_view::npos; i = text.find(sign, i + sign.size()))
            at.push_back(sign == "号" ? i + sign.size() : i);
    // The class may stand in front: "第33类10325554".
    constexpr std::string_view end_of_class = "类";
    if (const std::size_t end = text.find(end_of_class); end != std::string_view::npos)
        at.push_back(end + end_of_class.size());
    std::sort(at.begin(), at.end());
    return at;
}

/// A class is written with 类, or as two digits at most behind the number.
std::optional<std::string> class_in(std::string_view text, bool is_behind) {
    const std::string_view plain = trimmed(text);
    constexpr std::size_t digits_max = 2;
    const bool is_marked = plain.ends_with("类");
    if (!is_marked && !(is_behind && is_digits(plain) && plain.size() <= digits_max)) return std::nullopt;
    const auto parsed = parse_nice_class(plain);
    return parsed ? std::optional(*parsed) : std::nullopt;
}

void add_new(std::vector<std::string>& to, std::string number) {
    if (std::find(to.begin(), to.end(), number) == to.end()) to.push_back(std::move(number));
}

bool take_label_word(std::string_view& text) {
    const auto takes = [&](std::string_view word) { return take_prefix(text, word); };
    return std::any_of(label_words.begin(), label_words.end(), takes) ||
           std::any_of(international_words.begin(), international_words.end(), takes);
}

/// Behind a number stand 号 and what it is a number of: "30111222号商标", "30111222TM".
bool take_word_behind(std::string_view& text) {
    return std::any_of(label_words.begin(), label_words.end(),
                       [&](std::string_view word) { return take_suffix(text, word); });
}

/// Of a name of a number that has several words: "申请/注册号：", "Reg. No. ".
bool take_sign_between(std::string_view& text) {
    for (const std::string_view sign : {":", ".", "/", "、", ",", "(", ")", "-", "及", "或"})
        if (take_prefix(text, sign)) return true;
    return false;
}

bool is_called_international(std::string_view text) {
    const std::string folded = fold_number(text);
    return std::any_of(international_words.begin(), international_words.end(),
                       [&](std::string_view word) { return folded.find(word) != std::string::npos; });
}

std::vector<std::string> labelled_numbers(std::string_view text) {
    std::vector<std::string> found = number_candidates(text);
    if (!found.empty()) return found;
    const std::string bare = without_number_label(text);
    if (bare == text) return found;
    if (is_called_international(text))
        if (auto number = with_left_out_g(bare)) found.push_back(*std::move(number));
    for (std::string& number : number_candidates(bare)) add_new(found, std::move(number));
    return found;
}

}  // namespace

std::string without_number_label(std::string_view text) {
    if (is_digits(text)) return std::string(text);
    const std::string folded = fold_number(text);
    std::string_view bare = folded;
    while (take_label_word(bare) || take_sign_between(bare)) {
    }
    std::string_view number = bare;
    while (take_word_behind(number)) {
    }
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (std::all_of(number.begin(), number.end(), is_ascii)) bare = number;
    constexpr std::string_view dashed_agi = "AGI-";
    if (bare.starts_with(dashed_agi)) return "AGI" + std::string(bare.substr(dashed_agi.size()));
    return std::string(bare);
}

std::vector<std::string> typed_numbers(std::string_view text) {
    // Twice what the longest spelling takes, full-width and with spaces.
    constexpr std::size_t bytes_max = 160;
    if (text.size() > bytes_max) return {};
    if (is_digits(text)) return number_candidates(text);
    const std::string tidy = without_thousands(tidy_cell(text));
    std::vector<std::string> found;
    for (const std::size_t seam : seams(tidy)) {
        const std::string_view front = std::string_view(tidy).substr(0, seam);
        const std::string_view back = std::string_view(tidy).substr(seam);
        for (const auto& [number, nice_class] :
             {std::pair(front, class_in(back, true)), std::pair(back, class_in(front, false))}) {
            if (!nice_class) continue;
            for (const std::string& one : labelled_numbers(trimmed(number))) add_new(found, one + "/" + *nice_class);
        }
    }
    for (std::string& number : labelled_numbers(tidy)) add_new(found, std::move(number));
    return found;
}

}  // namespace minglu
