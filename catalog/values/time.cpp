#include "minglu/time.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace minglu {

namespace {

constexpr std::int64_t ms_per_day = 86'400'000;
constexpr std::int64_t utc_plus_8_ms = 8 * 3'600'000;

struct Civil {
    int year, month, day;
};

/// Proleptic Gregorian calendar over 400-year eras that begin on 1 March.
std::int32_t days_from_civil(Civil date) {
    const int year = date.month <= 2 ? date.year - 1 : date.year;
    const int era = year / 400;
    const int year_of_era = year - era * 400;
    const int day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + day_of_era - 719'468;
}

Civil civil_from_days(std::int32_t days) {
    const int shifted = days + 719'468;
    const int era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    const int day_of_era = shifted - era * 146'097;
    const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int shifted_month = (5 * day_of_year + 2) / 153;
    const int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

/// Digits at [from, from + count), or -1.
int number_at(std::string_view text, std::size_t from, std::size_t count) {
    int value = 0;
    for (std::size_t i = from; i < from + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

}  // namespace

HybridTime tick(HybridTime last, UnixMs now) {
    if (now.value() > last.ms) return {now.value(), 0};
    // A peer may have used the counter up.
    if (last.counter == UINT32_MAX) return {last.ms + 1, 0};
    return {last.ms, last.counter + 1};
}

Result<Day> parse_day(std::string_view text) {
    const auto bad = [&] {
        return fail({ErrorCode::bad_value, "'" + std::string(text) + "' is not a date", "",
                     "write YYYY-MM-DD, a real date of the years 1900 to 2999"});
    };
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return bad();
    const Civil date{number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2)};
    if (date.year < 1900 || date.year > 2999 || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31)
        return bad();
    const std::int32_t days = days_from_civil(date);
    const Civil back = civil_from_days(days);
    if (back.month != date.month || back.day != date.day) return bad();
    return Day{days};
}

std::string to_string(Day day) {
    const Civil date = civil_from_days(day.value());
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", date.year, date.month, date.day);
    return text.data();
}

Day day_of(UnixMs moment) {
    const std::int64_t local = moment.value() + utc_plus_8_ms;
    const std::int64_t days = local >= 0 ? local / ms_per_day : (local - ms_per_day + 1) / ms_per_day;
    return Day{static_cast<std::int32_t>(days)};
}

UnixMs start_of(Day day) {
    return UnixMs{std::int64_t{day.value()} * ms_per_day - utc_plus_8_ms};
}

std::string to_string(UnixMs moment) {
    const Day day = day_of(moment);
    const std::int64_t of_day = moment.value() - start_of(day).value();
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "T%02d:%02d:%02d.%03d+08:00", static_cast<int>(of_day / 3'600'000),
                  static_cast<int>(of_day / 60'000 % 60), static_cast<int>(of_day / 1000 % 60),
                  static_cast<int>(of_day % 1000));
    return to_string(day) + text.data();
}

}  // namespace minglu
