#pragma once
/// Signs that say of a name that it is registered, or claimed as a mark: no part of it.
#include <cstddef>
#include <string>
#include <string_view>

namespace minglu {

/// Bytes of the sign that stands at the beginning of the text: ™, ®, (R), …; 0 where none does.
[[nodiscard]] std::size_t registration_sign_at(std::string_view text);
[[nodiscard]] std::string without_registration_signs(std::string_view text);

}  // namespace minglu
