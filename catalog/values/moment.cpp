#include "minglu/moment.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace minglu {

namespace {

constexpr std::int64_t ms_per_minute = 60'000;
constexpr std::int64_t ms_per_day = 86'400'000;
constexpr std::int64_t utc_plus_8_ms = 8 * 60 * ms_per_minute;

/// Reads a text from left to right; none once something else stands there than what was asked for.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool take(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] std::optional<int> two_digits(int max) {
        const auto high = digit();
        const auto low = digit();
        if (!high || !low || *high * 10 + *low > max) return std::nullopt;
        return *high * 10 + *low;
    }
    [[nodiscard]] std::optional<int> digit() {
        if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return std::nullopt;
        const int value = rest_.front() - '0';
        rest_.remove_prefix(1);
        return value;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

/// ".5" is 500 ms; nothing is 0.
std::optional<std::int64_t> fraction(Reader& reader) {
    if (!reader.take('.')) return 0;
    auto digit = reader.digit();
    if (!digit) return std::nullopt;
    std::int64_t ms = 0;
    for (std::int64_t unit = 100; digit; digit = reader.digit(), unit /= 10) ms += unit * *digit;
    return ms;
}

std::optional<std::int64_t> offset(Reader& reader) {
    if (reader.take('Z')) return 0;
    const bool east = reader.take('+');
    if (!east && !reader.take('-')) return std::nullopt;
    const auto hours = reader.two_digits(23);
    const bool colon = reader.take(':');
    const auto minutes = reader.two_digits(59);
    if (!hours || !colon || !minutes) return std::nullopt;
    const std::int64_t ms = (*hours * 60 + *minutes) * ms_per_minute;
    return east ? ms : -ms;
}

/// Milliseconds after midnight of the date that stands before, in UTC.
std::optional<std::int64_t> time_of_day(std::string_view text) {
    Reader reader(text);
    if (!reader.take('T')) return std::nullopt;
    const auto hour = reader.two_digits(23);
    if (!hour || !reader.take(':')) return std::nullopt;
    const auto minute = reader.two_digits(59);
    if (!minute || !reader.take(':')) return std::nullopt;
    const auto second = reader.two_digits(59);
    if (!second) return std::nullopt;
    const auto part = fraction(reader);
    if (!part) return std::nullopt;
    const auto east = offset(reader);
    if (!east || !reader.at_end()) return std::nullopt;
    return (*hour * 60 + *minute) * ms_per_minute + *second * 1000 + *part - *east;
}

}  // namespace

UnixMs end_of(Day day) {
    return UnixMs{(std::int64_t{day.value()} + 1) * ms_per_day - utc_plus_8_ms - 1};
}

Result<UnixMs> parse_moment(std::string_view text) {
    constexpr std::size_t date_length = 10;
    const auto day = parse_day(text.substr(0, date_length));
    if (day && text.size() == date_length) return end_of(*day);
    if (day)
        if (const auto ms = time_of_day(text.substr(date_length)))
            return UnixMs{std::int64_t{day->value()} * ms_per_day + *ms};
    return fail(
        {ErrorCode::bad_value, "'" + std::string(text) + "' is not a moment", "",
         "write YYYY-MM-DD for the end of that day, or a time with its offset such as 2025-12-19T10:00:00+08:00"});
}

}  // namespace minglu
