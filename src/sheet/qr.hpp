#pragma once
/// QR codes (GB/T 18284, ISO/IEC 18004) as vector graphics.
#include <string>
#include <string_view>

namespace minglu {

/// An SVG element of `size_mm` with the quiet zone of four modules, error correction M. `text`: ASCII, at most 1,000
/// bytes. Throws std::invalid_argument when it cannot be encoded.
[[nodiscard]] std::string qr_svg(std::string_view text, int size_mm);

}  // namespace minglu
