#include "src/crypto/raw_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <array>

namespace minglu {
namespace {

constexpr std::size_t ed25519_key_bytes = 32;
constexpr std::size_t sm2_key_bytes = 65;
constexpr std::size_t sm2_scalar_bytes = 32;
constexpr char uncompressed_point = '\x04';

KeyPtr sm2_key_of_raw(std::string_view raw) {
    if (raw.size() != sm2_key_bytes || raw.front() != uncompressed_point) return nullptr;
    std::string group = "SM2";
    std::string point(raw);
    std::array<OSSL_PARAM, 3> params = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
        OSSL_PARAM_construct_end(),
    };
    const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "SM2", nullptr));
    openssl_must(context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1, "SM2");
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.data()) != 1) return nullptr;
    return KeyPtr(key);
}

}  // namespace

KeyPtr public_key_of_raw(Suite suite, std::string_view raw) {
    KeyPtr key;
    if (suite == Suite::sm2_sm3) {
        key = sm2_key_of_raw(raw);
    } else if (raw.size() == ed25519_key_bytes) {
        key.reset(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, octets(raw), raw.size()));
    }
    ERR_clear_error();
    return key;
}

std::string raw_public_key_of(Suite suite, EVP_PKEY* key) {
    std::string raw(suite == Suite::sm2_sm3 ? sm2_key_bytes : ed25519_key_bytes, '\0');
    std::size_t size = raw.size();
    const int ok = suite == Suite::sm2_sm3
                       ? EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, octets(raw), raw.size(), &size)
                       : EVP_PKEY_get_raw_public_key(key, octets(raw), &size);
    openssl_must(ok == 1 && size == raw.size(), "public key");
    return raw;
}

std::string raw_signature_of_der(std::string_view der) {
    const unsigned char* at = octets(der);
    const EcdsaSignaturePtr signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    if (signature == nullptr) return {};
    std::string raw(2 * sm2_scalar_bytes, '\0');
    const int width = static_cast<int>(sm2_scalar_bytes);
    const bool ok = BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), octets(raw), width) == width &&
                    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), octets(raw) + sm2_scalar_bytes, width) == width;
    return ok ? raw : std::string();
}

std::string der_of_raw_signature(std::string_view raw) {
    if (raw.size() != 2 * sm2_scalar_bytes) return {};
    const int width = static_cast<int>(sm2_scalar_bytes);
    BignumPtr r(BN_bin2bn(octets(raw), width, nullptr));
    BignumPtr s(BN_bin2bn(octets(raw) + sm2_scalar_bytes, width, nullptr));
    const EcdsaSignaturePtr signature(ECDSA_SIG_new());
    openssl_must(r != nullptr && s != nullptr && signature != nullptr, "SM2 signature");
    openssl_must(ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1, "SM2 signature");
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &der);
    openssl_must(size > 0, "SM2 signature");
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

DigestContextPtr signature_context(Suite suite, EVP_PKEY* key, SignatureUse use) {
    DigestContextPtr context(EVP_MD_CTX_new());
    openssl_must(context != nullptr, "signature context");
    const bool sm2 = suite == Suite::sm2_sm3;
    const char* digest = sm2 ? "SM3" : nullptr;  // Ed25519 hashes by itself
    EVP_PKEY_CTX* key_context = nullptr;         // owned by `context`
    const auto init = use == SignatureUse::sign ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex;
    if (init(context.get(), &key_context, digest, nullptr, nullptr, key, nullptr) != 1) return nullptr;
    // Not among the parameters of the call above: OpenSSL 3.0.19 refuses it there.
    constexpr std::string_view id = "1234567812345678";
    if (sm2 && EVP_PKEY_CTX_set1_id(key_context, id.data(), id.size()) != 1) return nullptr;
    return context;
}

}  // namespace minglu
