/// Bytes as text: hexadecimal and base64, strict, so that every value has one spelling (hex: two, by case).
#include <algorithm>

#include "minglu/hash.hpp"

namespace minglu {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t no_digit = 255;

constexpr std::array<std::uint8_t, 256> value_table(std::string_view digits) {
    std::array<std::uint8_t, 256> table{};
    table.fill(static_cast<std::uint8_t>(no_digit));
    for (std::size_t i = 0; i < digits.size(); ++i) {
        table[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}

constexpr std::array<std::uint8_t, 256> hex_values() {
    std::array<std::uint8_t, 256> table = value_table(hex_digits);
    for (std::size_t i = 0; i < 6; ++i) table[std::size_t{'A'} + i] = static_cast<std::uint8_t>(10 + i);
    return table;
}

constexpr auto hex_table = hex_values();
constexpr auto base64_table = value_table(base64_digits);

std::uint32_t octet(std::string_view bytes, std::size_t i) {
    return static_cast<std::uint8_t>(bytes[i]);
}

std::uint32_t digit(std::string_view text, std::size_t i) {
    return base64_table[static_cast<std::uint8_t>(text[i])];
}

char base64_digit(std::uint32_t bits) {
    return base64_digits[bits & 63u];
}

char low_octet(std::uint32_t bits) {
    return static_cast<char>(static_cast<std::uint8_t>(bits & 255u));
}

tl::unexpected<Error> bad_base64(const std::string& why) {
    return fail({ErrorCode::bad_encoding, "not base64: " + why, "", "use RFC 4648 §4 with padding, on one line"});
}

}  // namespace

std::string to_hex(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        out += hex_digits[octet(bytes, i) >> 4];
        out += hex_digits[octet(bytes, i) & 15u];
    }
    return out;
}

Result<std::string> from_hex(std::string_view hex) {
    if (hex.size() % 2 != 0) {
        return fail({ErrorCode::bad_encoding, "not hexadecimal: odd number of digits", "", "give two digits per byte"});
    }
    std::string out;
    out.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const std::uint32_t high = hex_table[octet(hex, i)];
        const std::uint32_t low = hex_table[octet(hex, i + 1)];
        if (high == no_digit || low == no_digit) {
            return fail({ErrorCode::bad_encoding, "not hexadecimal", "position " + std::to_string(i),
                         "use the digits 0-9 and a-f only"});
        }
        out += low_octet(high << 4 | low);
    }
    return out;
}

std::string to_base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        const std::uint32_t bits = octet(bytes, i) << 16 | octet(bytes, i + 1) << 8 | octet(bytes, i + 2);
        for (const std::uint32_t shift : {18u, 12u, 6u, 0u}) out += base64_digit(bits >> shift);
    }
    if (bytes.size() - i == 1) {
        const std::uint32_t bits = octet(bytes, i) << 16;
        out += {base64_digit(bits >> 18), base64_digit(bits >> 12), '=', '='};
    } else if (bytes.size() - i == 2) {
        const std::uint32_t bits = octet(bytes, i) << 16 | octet(bytes, i + 1) << 8;
        out += {base64_digit(bits >> 18), base64_digit(bits >> 12), base64_digit(bits >> 6), '='};
    }
    return out;
}

Result<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return bad_base64("the length is not a multiple of 4");
    const bool one_pad = !text.empty() && text.back() == '=';
    const std::size_t padding = one_pad ? (text[text.size() - 2] == '=' ? 2u : 1u) : 0u;
    std::string out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const std::size_t digits = i + 4 == text.size() ? 4 - padding : 4;
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < digits; ++k) {
            const std::uint32_t value = digit(text, i + k);
            if (value == no_digit) return bad_base64("bad character at position " + std::to_string(i + k));
            bits |= value << (18 - 6 * k);
        }
        for (std::size_t k = 0; k + 1 < digits; ++k) out += low_octet(bits >> (16 - 8 * k));
        const std::uint32_t unused = digits == 2 ? bits & 0xffffu : digits == 3 ? bits & 0xffu : 0u;
        if (unused != 0) return bad_base64("bits beyond the end are set");
    }
    return out;
}

Result<Hash> to_hash(std::string_view bytes) {
    Hash out{};
    if (bytes.size() != out.size()) {
        return fail({ErrorCode::malformed, "a hash has 32 bytes, this has " + std::to_string(bytes.size()), "",
                     "check that the value was copied whole"});
    }
    std::transform(bytes.begin(), bytes.end(), out.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
    return out;
}

}  // namespace minglu
