#pragma once
/// Numbers of geographical indications: certificates of agricultural GIs, announcements of GI products.
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

/// Certificate of an agricultural GI: "AGI01459". A quality specification number (AGI2012-02-869) is another thing and
/// is told apart. Errors: bad_number.
[[nodiscard]] Result<std::string> parse_agi_number(std::string_view text);

/// Announcement that protects GI products, in one spelling: "国家质检总局公告2010年第145号" (AQSIQ, 2001–2018, also
/// meant where no issuer is named) or "国家知识产权局公告第354号" (CNIPA, numbered through). Chinese numerals become
/// digits; a date in brackets at the end is dropped. Errors: bad_number.
[[nodiscard]] Result<std::string> parse_announcement_number(std::string_view text);

/// "国家知识产权局公告第354号", also of a number whose issuer was left out: "公告第354号", "354号公告", "第354号". With
/// a year it is that of another. For questions: in a list it could be anybody's. Errors: bad_number.
[[nodiscard]] Result<std::string> parse_announcement_serial(std::string_view text);

}  // namespace minglu
