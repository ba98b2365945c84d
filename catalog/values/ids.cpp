#include "minglu/ids.hpp"

#include <algorithm>
#include <charconv>

#include "minglu/record.hpp"

namespace minglu {

namespace {

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_node_id(std::string_view text) {
    return text.size() >= 2 && text.size() <= 16 && is_lower(text.front()) &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c); });
}

bool is_lower_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

Error malformed(std::string what, std::string cure) {
    return {ErrorCode::malformed, std::move(what), "", std::move(cure)};
}

}  // namespace

Result<NodeId> parse_node_id(std::string_view text) {
    if (!is_node_id(text))
        return fail({ErrorCode::bad_value, "'" + std::string(text) + "' is not a node id", "",
                     "use 2 to 16 lower-case letters and digits, a letter first, e.g. cq"});
    return NodeId{std::string(text)};
}

Result<LogId> parse_log_id(std::string_view text) {
    constexpr std::size_t suffix_length = 16;
    const auto dash = text.find('-');
    if (dash == std::string_view::npos || !is_node_id(text.substr(0, dash)) ||
        text.size() - dash - 1 != suffix_length || !is_lower_hex(text.substr(dash + 1)))
        return fail(malformed("'" + std::string(text) + "' is not a log id",
                              "a log id is node-16 hex digits, e.g. cq-9f3c21d07be45a18"));
    return LogId{std::string(text)};
}

Result<EntryKey> parse_entry_key(std::string_view text) {
    constexpr std::size_t key_bytes_max = 512;
    const auto bad = [&](const char* why) {
        return fail({ErrorCode::bad_value, "'" + std::string(text) + "' is not an entry key: " + why, "",
                     "write kind/number or kind/number/class, e.g. trademark/10325554/33"});
    };
    if (text.size() > key_bytes_max) return bad("longer than 512 bytes");
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        return bad("it holds a control character");
    const auto first = text.find('/');
    if (first == std::string_view::npos || !parse_kind(text.substr(0, first))) return bad("unknown kind");
    const auto rest = text.substr(first + 1);
    const auto second = rest.find('/');
    if (rest.empty() || second == 0) return bad("it has no number");
    if (second != std::string_view::npos) {
        const auto nice_class = rest.substr(second + 1);
        if (nice_class.empty() || nice_class.find('/') != std::string_view::npos) return bad("it has too many parts");
    }
    return EntryKey{std::string(text)};
}

NodeId node_of(const LogId& log) {
    return NodeId{log.value().substr(0, log.value().find('-'))};
}

std::string to_string(const Dot& dot) {
    return dot.log.value() + ":" + std::to_string(dot.seq.value());
}

Result<Dot> parse_dot(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return fail(malformed("'" + std::string(text) + "' is not a position", "write log:seq"));
    auto log = parse_log_id(text.substr(0, colon));
    if (!log) return tl::unexpected(log.error());
    std::uint64_t seq = 0;
    const auto digits = text.substr(colon + 1);
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
    if (code != std::errc{} || end != digits.data() + digits.size() || digits.starts_with('0') ||
        seq > static_cast<std::uint64_t>(json_integer_max))
        return fail(malformed("'" + std::string(text) + "' is not a position", "seq is a number from 1"));
    return Dot{*log, Seq{seq}};
}

std::string_view name(Kind kind) {
    switch (kind) {
        case Kind::patent:
            return "patent";
        case Kind::trademark:
            return "trademark";
        case Kind::gi:
            return "gi";
    }
    return "patent";
}

Result<Kind> parse_kind(std::string_view text) {
    for (const Kind kind : {Kind::patent, Kind::trademark, Kind::gi})
        if (text == name(kind)) return kind;
    return fail({ErrorCode::bad_value, "'" + std::string(text) + "' is not a kind", "", "use patent, trademark or gi"});
}

KeyParts parts_of(const EntryKey& key) {
    const std::string_view text = key.value();
    const auto first = text.find('/');
    const auto second = text.find('/', first + 1);
    KeyParts parts;
    parts.kind = parse_kind(text.substr(0, first)).value_or(Kind::patent);
    parts.number = text.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
    if (second != std::string_view::npos) parts.nice_class = text.substr(second + 1);
    return parts;
}

}  // namespace minglu
