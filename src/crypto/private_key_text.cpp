#include "src/crypto/private_key_text.hpp"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <algorithm>

namespace minglu {

namespace {

/// The cost that OWASP names for scrypt with 16 MiB; more memory OpenSSL refuses to spend when it reads.
constexpr std::uint64_t scrypt_n = 1u << 14;
constexpr std::uint64_t scrypt_r = 8;
constexpr std::uint64_t scrypt_p = 5;

using Pkcs8Ptr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslFree<PKCS8_PRIV_KEY_INFO_free>>;
using EncryptedPtr = std::unique_ptr<X509_SIG, OpensslFree<X509_SIG_free>>;

std::string encrypted_pem(EVP_PKEY* key, std::string_view passphrase) {
    const Pkcs8Ptr plain(EVP_PKEY2PKCS8(key));
    openssl_must(plain != nullptr, "private key");
    X509_ALGOR* const scheme =
        PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, 0, nullptr, scrypt_n, scrypt_r, scrypt_p);
    openssl_must(scheme != nullptr, "scrypt");
    const EncryptedPtr encrypted(
        PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()), plain.get(), scheme));
    if (encrypted == nullptr) X509_ALGOR_free(scheme);
    openssl_must(encrypted != nullptr, "encrypt a private key");
    const BioPtr bio = new_buffer();
    openssl_must(PEM_write_bio_PKCS8(bio.get(), encrypted.get()) == 1, "write a private key");
    return content_of(bio.get());
}

int give_passphrase(char* into, int size, int, void* passphrase) {
    const std::string_view bytes = static_cast<const Passphrase*>(passphrase)->bytes();
    if (bytes.size() > static_cast<std::size_t>(size)) return 0;
    std::copy(bytes.begin(), bytes.end(), into);  // OpenSSL wipes its buffer
    return static_cast<int>(bytes.size());
}

}  // namespace

std::string private_key_pem(EVP_PKEY* key, const Passphrase& passphrase) {
    if (passphrase.is_given()) return encrypted_pem(key, passphrase.bytes());
    const BioPtr bio = new_buffer();
    openssl_must(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
                 "write a private key");
    return content_of(bio.get());
}

bool is_encrypted_pem(std::string_view pem) {
    return pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos;
}

Result<KeyPtr> private_key_of_pem(std::string_view pem, const Passphrase& passphrase) {
    Passphrase given = passphrase;
    KeyPtr key(PEM_read_bio_PrivateKey(reader_of(pem).get(), nullptr, give_passphrase, &given));
    ERR_clear_error();
    if (key != nullptr) return key;
    if (!is_encrypted_pem(pem))
        return fail({ErrorCode::malformed, "not a private key in PKCS#8 PEM", "",
                     "name the file that `init` wrote, or restore it from its backup"});
    if (!passphrase.is_given())
        return fail(
            {ErrorCode::unauthenticated, "this key is kept under a passphrase, and none was given", "",
             "give --passphrase-file FILE or --passphrase-fd N, or name the file as keys.passphrase_file in the "
             "configuration"});
    return fail(
        {ErrorCode::unauthenticated, "the passphrase does not open this key", "",
         "give the one that the keys were last put under; after a change that was broken off, repeat minglu key "
         "passphrase with both"});
}

}  // namespace minglu
