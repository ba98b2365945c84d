#include "catalog/text/registration_signs.hpp"

#include <array>

#include "catalog/text/utf8.hpp"

namespace minglu {

std::size_t registration_sign_at(std::string_view text) {
    static constexpr std::array<std::string_view, 13> signs{"®",   "™",    "℠",    "Ⓡ",     "ⓡ",     "ᵀᴹ",    "(R)",
                                                            "(r)", "(TM)", "(tm)", "（R）", "（r）", "（TM）"};
    for (const std::string_view sign : signs)
        if (text.starts_with(sign)) return sign.size();
    return 0;
}

std::string without_registration_signs(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t left_out = registration_sign_at(text.substr(at));
        const std::size_t size = left_out > 0 ? left_out : utf8_at(text, at).size;
        if (left_out == 0) out.append(text.substr(at, size));
        at += size;
    }
    return out;
}

}  // namespace minglu
