#pragma once
/// The card of this node as it stands in the data directory.
#include <filesystem>
#include <string>

#include "src/crypto/signing_key.hpp"
#include "src/node/config.hpp"
#include "sync/card.hpp"

namespace minglu {

/// Errors: those of parse_card, naming the file.
[[nodiscard]] Result<Card> read_card_file(const std::filesystem::path& file);

/// Makes the card anew where it is missing, or says another name or address than the configuration; what the
/// configuration leaves out stays as it is. Its text. Errors: those of read_card_file, of files; bad_value for a name
/// or an address that no card may say.
[[nodiscard]] Result<std::string> bring_card_up_to_date(const NodeConfig& config, const SigningKey& key,
                                                        const std::string& tls_certificate_pem, UnixMs now);

}  // namespace minglu
