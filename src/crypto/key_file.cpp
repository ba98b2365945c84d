#include "src/crypto/key_file.hpp"

#include "src/crypto/private_key_text.hpp"
#include "src/crypto/secret_file.hpp"

namespace minglu {

bool is_encrypted_key_file(const std::filesystem::path& path) {
    const auto pem = read_secret_file(path);
    return pem && is_encrypted_pem(*pem);
}

Result<std::string> key_under(std::string_view pem, const Passphrase& from, const Passphrase& to) {
    const auto key = private_key_of_pem(pem, from);
    if (key) return private_key_pem(key->get(), to);
    if (to.is_given() && private_key_of_pem(pem, to)) return std::string(pem);
    return fail(key.error());
}

}  // namespace minglu
