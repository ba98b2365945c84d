#include "src/node/card_file.hpp"

#include <fstream>
#include <iterator>
#include <string>

namespace minglu {

Result<Card> read_card_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    auto card = parse_card(text);
    if (!card) card.error().where = file.string();
    return card;
}

}  // namespace minglu
