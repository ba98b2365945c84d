#include "src/crypto/signing_key.hpp"

#include "src/crypto/private_key_text.hpp"
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

    [[nodiscard]] std::string private_pem(const Passphrase& passphrase) const override {
        return private_key_pem(key_.get(), passphrase);
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

Result<std::unique_ptr<SigningKey>> signing_key_of_pem(std::string_view pem, const Passphrase& passphrase) {
    auto key = private_key_of_pem(pem, passphrase);
    if (!key) return fail(key.error());
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3}) {
        if (EVP_PKEY_is_a(key->get(), suite == Suite::sm2_sm3 ? "SM2" : "ED25519") != 1) continue;
        return std::make_unique<OpensslSigningKey>(suite, *std::move(key));
    }
    return fail({ErrorCode::bad_value, "a signing key is Ed25519 or SM2, this is another kind", "",
                 "name the signing key, not the TLS key"});
}

Result<std::unique_ptr<SigningKey>> load_signing_key(const std::filesystem::path& path, const Passphrase& passphrase) {
    const Result<std::string> pem = read_secret_file(path);
    if (!pem) return fail(pem.error());
    Result<std::unique_ptr<SigningKey>> key = signing_key_of_pem(*pem, passphrase);
    if (!key) key.error().where = path.string();
    return key;
}

Result<void> save_signing_key(const SigningKey& key, const std::filesystem::path& path, IfExists if_exists,
                              const Passphrase& passphrase) {
    return write_secret_file(path, key.private_pem(passphrase), if_exists);
}

}  // namespace minglu
