#pragma once
/// Owning handles for OpenSSL objects. Private to src/crypto.
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace minglu {

template <auto release>
struct OpensslFree {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};

using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, OpensslFree<EVP_PKEY_CTX_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;
using DigestPtr = std::unique_ptr<EVP_MD, OpensslFree<EVP_MD_free>>;
using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using BignumPtr = std::unique_ptr<BIGNUM, OpensslFree<BN_free>>;
using EcdsaSignaturePtr = std::unique_ptr<ECDSA_SIG, OpensslFree<ECDSA_SIG_free>>;
using CertificatePtr = std::unique_ptr<X509, OpensslFree<X509_free>>;

/// OpenSSL failed at something that cannot fail on valid input: out of memory, or a broken installation.
inline void openssl_must(bool ok, const char* what) {
    if (ok) return;
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* reason = ERR_reason_error_string(code);
    throw std::runtime_error(std::string("OpenSSL: ") + what + (reason != nullptr ? std::string(": ") + reason : ""));
}

inline const unsigned char* octets(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* octets(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

/// The content of a memory BIO.
inline std::string content_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

/// A read-only BIO over `bytes`, which must outlive it.
inline BioPtr reader_of(std::string_view bytes) {
    BioPtr bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    openssl_must(bio != nullptr, "memory buffer");
    return bio;
}

inline BioPtr new_buffer() {
    BioPtr bio(BIO_new(BIO_s_mem()));
    openssl_must(bio != nullptr, "memory buffer");
    return bio;
}

}  // namespace minglu
