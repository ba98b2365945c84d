#include "src/node/card_file.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "src/crypto/secret_file.hpp"
#include "src/crypto/tls_identity.hpp"

namespace minglu {

namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Result<Card> card_of_keys(const NodeId& node, const SigningKey& key, const std::string& tls_certificate_pem) {
    const auto spki = spki_sha256_of_certificate(tls_certificate_pem);
    if (!spki) return tl::unexpected(spki.error());
    return Card{node, "", key.suite(), key.public_key(), *spki, "", {}};
}

}  // namespace

Result<Card> read_card_file(const std::filesystem::path& file) {
    auto card = parse_card(text_of(file));
    if (!card) card.error().where = file.string();
    return card;
}

Result<std::string> bring_card_up_to_date(const NodeConfig& config, const SigningKey& key,
                                          const std::string& tls_certificate_pem, UnixMs now) {
    const std::filesystem::path file = DataPaths(config.data).card;
    const bool is_there = std::filesystem::exists(file);
    const auto said = is_there ? read_card_file(file) : card_of_keys(config.node, key, tls_certificate_pem);
    if (!said) return tl::unexpected(said.error());
    Card card = *said;
    if (!config.name.empty()) card.name = config.name;
    card.url = config.peer.url.value_or(card.url);
    if (is_there && card == *said) return text_of(file);
    card.made = now;
    try {
        std::string text = make_card(card, key);
        if (auto saved = write_secret_file(file, text, IfExists::replace); !saved) return tl::unexpected(saved.error());
        return text;
    } catch (const std::invalid_argument& fault) {
        return fail({ErrorCode::bad_value, fault.what(), config.file.string() + ", node.name and peer.url",
                     "give another name or address"});
    }
}

}  // namespace minglu
