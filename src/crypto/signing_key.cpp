#include "src/crypto/signing_key.hpp"

#include <openssl/pem.h>

#include "src/crypto/raw_keys.hpp"

namespace minglu {
namespace {

class OpensslSigningKey final : public SigningKey {
public:
    OpensslSigningKey(Suite suite, KeyPtr key)
        : suite_(suite), key_(std::move(key)), public_key_(raw_public_key_of(suite, key_.get())) {}

    [[nodiscard]] Suite suite() const override { return suite_; }
    [[nodiscard]] std::string public_key() const override { return public_key_; }

    [[nodiscard]] std::string sign(std::string_view message) const override {
        const DigestContextPtr context = signature_context(suite_, key_.get(), SignatureUse::sign);
        openssl_must(context != nullptr, "signing key");
        std::size_t size = 0;
        openssl_must(EVP_DigestSign(context.get(), nullptr, &size, octets(message), message.size()) == 1, "sign");
        std::string signature(size, '\0');
        openssl_must(EVP_DigestSign(context.get(), octets(signature), &size, octets(message), message.size()) == 1,
                     "sign");
        signature.resize(size);
        return suite_ == Suite::sm2_sm3 ? raw_signature_of_der(signature) : signature;
    }

    [[nodiscard]] std::string private_pem() const override {
        const BioPtr bio = new_buffer();
        openssl_must(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
                     "write a private key");
        return content_of(bio.get());
    }

private:
    Suite suite_;
    KeyPtr key_;
    std::string public_key_;
};

}  // namespace

std::unique_ptr<SigningKey> generate_signing_key(Suite suite) {
    KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, suite == Suite::sm2_sm3 ? "SM2" : "ED25519"));
    openssl_must(key != nullptr, "generate a key");
    return std::make_unique<OpensslSigningKey>(suite, std::move(key));
}

Result<std::unique_ptr<SigningKey>> signing_key_of_pem(std::string_view pem) {
    // The callback answers "no password" instead of asking on the terminal.
    const auto no_password = [](char*, int, int, void*) { return 0; };
    KeyPtr key(PEM_read_bio_PrivateKey(reader_of(pem).get(), nullptr, no_password, nullptr));
    ERR_clear_error();
    if (key == nullptr) {
        return fail({ErrorCode::malformed, "not an unencrypted private key in PKCS#8 PEM", "",
                     "name the file that `init` wrote, or restore it from its backup"});
    }
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3}) {
        if (EVP_PKEY_is_a(key.get(), suite == Suite::sm2_sm3 ? "SM2" : "ED25519") != 1) continue;
        return std::make_unique<OpensslSigningKey>(suite, std::move(key));
    }
    return fail({ErrorCode::bad_value, "a signing key is Ed25519 or SM2, this is another kind", "",
                 "name the signing key, not the TLS key"});
}

Result<std::unique_ptr<SigningKey>> load_signing_key(const std::filesystem::path& path) {
    const Result<std::string> pem = read_secret_file(path);
    if (!pem) return fail(pem.error());
    Result<std::unique_ptr<SigningKey>> key = signing_key_of_pem(*pem);
    if (!key) key.error().where = path.string();
    return key;
}

Result<void> save_signing_key(const SigningKey& key, const std::filesystem::path& path, IfExists if_exists) {
    return write_secret_file(path, key.private_pem(), if_exists);
}

}  // namespace minglu
