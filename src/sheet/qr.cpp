#include "src/sheet/qr.hpp"

#include <qrencode.h>

#include <memory>
#include <stdexcept>

namespace minglu {

namespace {

constexpr std::size_t text_bytes_max = 1'000;
constexpr int quiet_zone = 4;  ///< modules, by the standard

}  // namespace

std::string qr_svg(std::string_view text, int size_mm) {
    if (text.empty() || text.size() > text_bytes_max || text.find('\0') != std::string_view::npos)
        throw std::invalid_argument("a QR code holds 1 to 1,000 characters");
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
        QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
    if (!code) throw std::invalid_argument("the text cannot be made a QR code");
    const int side = code->width + 2 * quiet_zone;
    std::string path;
    for (int row = 0; row < code->width; ++row)
        for (int column = 0; column < code->width; ++column)
            if ((code->data[row * code->width + column] & 1u) != 0)
                path += "M" + std::to_string(column + quiet_zone) + " " + std::to_string(row + quiet_zone) + "h1v1h-1z";
    const std::string box = std::to_string(side) + " " + std::to_string(side);
    const std::string size = std::to_string(size_mm) + "mm";
    return R"(<svg xmlns="http://www.w3.org/2000/svg" width=")" + size + R"(" height=")" + size + R"(" viewBox="0 0 )" +
           box + R"(" shape-rendering="crispEdges" role="img"><path fill="#fff" d="M0 0h)" + std::to_string(side) +
           "v" + std::to_string(side) + R"(H0z"/><path fill="#000" d=")" + path + R"("/></svg>)";
}

}  // namespace minglu
