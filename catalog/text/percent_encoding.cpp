#include "catalog/text/percent_encoding.hpp"

namespace minglu {

std::string percent_encoded(std::string_view text, std::string_view kept) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (unreserved.find(c) != std::string_view::npos || kept.find(c) != std::string_view::npos)
            out += c;
        else
            out += {'%', digits[octet >> 4u], digits[octet & 15u]};
    }
    return out;
}

}  // namespace minglu
