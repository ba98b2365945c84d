#include "minglu/ports.hpp"
#include "src/crypto/raw_keys.hpp"

namespace minglu {

bool verify_signature(Suite suite, std::string_view public_key, std::string_view message, std::string_view signature) {
    constexpr std::size_t signature_bytes = 64;
    if (signature.size() != signature_bytes) return false;
    const KeyPtr key = public_key_of_raw(suite, public_key);
    if (key == nullptr) return false;
    const std::string wire = suite == Suite::sm2_sm3 ? der_of_raw_signature(signature) : std::string(signature);
    const DigestContextPtr context = signature_context(suite, key.get(), SignatureUse::verify);
    const bool valid = context != nullptr && EVP_DigestVerify(context.get(), octets(std::string_view(wire)),
                                                              wire.size(), octets(message), message.size()) == 1;
    ERR_clear_error();
    return valid;
}

}  // namespace minglu
