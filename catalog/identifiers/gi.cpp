#include "catalog/identifiers/gi.hpp"

#include <array>
#include <optional>

#include "catalog/identifiers/number_text.hpp"
#include "minglu/time.hpp"

namespace minglu {

namespace {

constexpr std::string_view announcement_word = "公告";
constexpr std::string_view cure_announcement = "write 国家质检总局公告2010年第145号 or 国家知识产权局公告第354号";

enum class Issuer { unnamed, aqsiq, cnipa };

/// Names by which lists call the two offices, longest first.
Issuer take_issuer(std::string_view& text) {
    take_prefix(text, "原");
    for (const std::string_view name : {"国家质量监督检验检疫总局", "国家质检总局", "质检总局"})
        if (take_prefix(text, name)) return Issuer::aqsiq;
    return take_prefix(text, "国家知识产权局") ? Issuer::cnipa : Issuer::unnamed;
}

/// Drops "(2021-01-27)" at the end: the date of the announcement, not part of its number.
void drop_date(std::string& text) {
    const auto open = text.rfind('(');
    if (open == std::string::npos || !text.ends_with(')')) return;
    if (parse_day(std::string_view(text).substr(open + 1, text.size() - open - 2))) text.erase(open);
}

/// Drops the word 公告 and brackets, which lists set in every way around the year.
std::string without_decoration(std::string text) {
    constexpr std::array<std::string_view, 9> pieces{announcement_word, "(", ")", "〔", "〕", "[", "]", "【", "】"};
    for (const std::string_view piece : pieces)
        for (auto at = text.find(piece); at != std::string::npos; at = text.find(piece)) text.erase(at, piece.size());
    return text;
}

/// "2010年", or "2010" before 第, in front; the year, 0 where there is none.
int take_year(std::string_view& text) {
    constexpr std::string_view mark = "年";
    const auto end = std::min(text.find(mark), text.find("第"));
    if (end == std::string_view::npos) return 0;
    const auto year = parse_chinese_integer(text.substr(0, end));
    if (!year) return 0;
    text.remove_prefix(end);
    take_prefix(text, mark);
    return *year;
}

/// 第 and 号 around the number; one of them suffices beside a year, an office, or 公告.
bool take_frame(std::string_view& text, bool is_introduced) {
    const bool begins = take_prefix(text, "第");
    const bool ends = take_suffix(text, "号");
    return (begins && ends) || (is_introduced && (begins || ends));
}

// The office that ran from April 2001 to March 2018; earlier and later announcements name another issuer.
constexpr int aqsiq_first_year = 2001;
constexpr int aqsiq_last_year = 2018;

struct Announcement {
    Issuer issuer = Issuer::unnamed;
    int year = 0;  ///< 0 = none is given
    int number = 0;
};

std::optional<Announcement> read_announcement(std::string_view text) {
    constexpr int number_max = 999;
    constexpr std::size_t bytes_max = 120;
    if (text.size() > bytes_max) return std::nullopt;
    auto folded = fold_number(text);
    drop_date(folded);
    const bool is_called = folded.find(announcement_word) != std::string::npos;
    const auto plain = without_decoration(folded);
    std::string_view body = plain;
    Announcement read;
    read.issuer = take_issuer(body);
    read.year = take_year(body);
    const bool is_introduced = is_called || read.year != 0 || read.issuer != Issuer::unnamed;
    const bool framed = take_frame(body, is_introduced);
    const auto number = parse_chinese_integer(body);
    if (!framed || !number || *number < 1 || *number > number_max) return std::nullopt;
    read.number = *number;
    return read;
}

std::string cnipa_announcement(int number) {
    return "国家知识产权局公告第" + std::to_string(number) + "号";
}

}  // namespace

Result<std::string> parse_agi_number(std::string_view text) {
    const auto folded = fold_number(text);
    std::string_view digits = folded;
    if (take_prefix(digits, "AGI")) {
        if (digits.size() == 5 && is_digits(digits)) return folded;
        if (digits.find('-') != std::string_view::npos)
            return fail(bad_number(text, "a certificate number: AGI2012-02-869 is the form of a quality specification",
                                   "give the certificate, AGI and five digits, e.g. AGI01459"));
    }
    return fail(bad_number(text, "the certificate number of an agricultural geographical indication",
                           "write AGI and five digits, e.g. AGI01459"));
}

Result<std::string> parse_announcement_number(std::string_view text) {
    const auto read = read_announcement(text);
    if (!read) return fail(bad_number(text, "the number of an announcement", cure_announcement));
    if (read->issuer == Issuer::cnipa) return cnipa_announcement(read->number);
    if (read->year < aqsiq_first_year || read->year > aqsiq_last_year)
        return fail(
            bad_number(text, "an announcement of AQSIQ, which issued them from 2001 to 2018", cure_announcement));
    return "国家质检总局公告" + std::to_string(read->year) + "年第" + std::to_string(read->number) + "号";
}

Result<std::string> parse_announcement_serial(std::string_view text) {
    const auto read = read_announcement(text);
    const bool may_be_cnipa =
        read && (read->issuer == Issuer::cnipa || (read->issuer == Issuer::unnamed && read->year == 0));
    if (!may_be_cnipa) return fail(bad_number(text, "the number of an announcement of CNIPA", cure_announcement));
    return cnipa_announcement(read->number);
}

}  // namespace minglu
