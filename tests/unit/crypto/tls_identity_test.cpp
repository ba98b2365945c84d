#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "src/crypto/openssl_handles.hpp"
#include "src/crypto/signing_key.hpp"
#include "src/crypto/tls_identity.hpp"
#include "tests/support/temporary_directory.hpp"

namespace {
using namespace minglu;

const UnixMs now{1'766'109'600'000};  // 2025-12-19T02:00:00Z

TlsIdentity identity_of(const std::vector<std::string>& names) {
    return generate_tls_identity(NodeId("cq"), names, now).value();
}

CertificatePtr parsed(const TlsIdentity& identity) {
    return CertificatePtr(PEM_read_bio_X509(reader_of(identity.certificate_pem).get(), nullptr, nullptr, nullptr));
}

TEST_CASE("the certificate names the node and its addresses, signs itself and outlives the pin") {
    const TlsIdentity identity = identity_of({"minglu.cq.example", "10.0.0.2", "fd00::2"});
    const CertificatePtr certificate = parsed(identity);
    REQUIRE(certificate != nullptr);
    X509* x = certificate.get();
    CHECK(X509_verify(x, X509_get0_pubkey(x)) == 1);
    CHECK(X509_check_host(x, "minglu.cq.example", 0, 0, nullptr) == 1);
    CHECK(X509_check_host(x, "other.example", 0, 0, nullptr) == 0);
    CHECK(X509_check_ip_asc(x, "10.0.0.2", 0) == 1);
    CHECK(X509_check_ip_asc(x, "fd00::2", 0) == 1);
    CHECK(X509_check_ip_asc(x, "10.0.0.3", 0) == 0);
    CHECK((X509_get_extension_flags(x) & EXFLAG_CA) == 0);
    CHECK(X509_get_extended_key_usage(x) == (XKU_SSL_SERVER | XKU_SSL_CLIENT));
    time_t yesterday = now.value() / 1000 - 86'400;
    CHECK(X509_cmp_time(X509_get0_notBefore(x), &yesterday) == -1);  // -1: earlier or equal
    const ASN1_TIME* until = X509_get0_notAfter(x);
    CHECK(std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(until))) == "99991231235959Z");
}

TEST_CASE("a name that is neither a host nor an address is refused") {
    for (const char* name : {"", "a,DNS:b", "a b", "重庆", "a/b", "@section", "a:b"}) {
        CAPTURE(name);
        CHECK(generate_tls_identity(NodeId("cq"), {name}, now).error().code == ErrorCode::bad_value);
    }
    CHECK(generate_tls_identity(NodeId("cq"), {}, now).has_value());
}

TEST_CASE("the pin is the hash of the public key, the same from PEM and DER, another for another key") {
    const TlsIdentity identity = identity_of({});
    const CertificatePtr certificate = parsed(identity);
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(X509_get0_pubkey(certificate.get()), &der);
    const Hash expected = sha256({{reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)}});
    OPENSSL_free(der);
    CHECK(spki_sha256_of_certificate(identity.certificate_pem).value() == expected);
    der = nullptr;
    const int whole = i2d_X509(certificate.get(), &der);
    CHECK(
        spki_sha256_of_certificate_der({reinterpret_cast<const char*>(der), static_cast<std::size_t>(whole)}).value() ==
        expected);
    OPENSSL_free(der);
    CHECK(spki_sha256_of_certificate(identity_of({}).certificate_pem).value() != expected);
    for (const std::string& text : {std::string(), std::string("x"), identity.key_pem}) {
        CHECK(spki_sha256_of_certificate(text).error().code == ErrorCode::malformed);
        CHECK(spki_sha256_of_certificate_der(text).error().code == ErrorCode::malformed);
    }
}

TEST_CASE("saved identities come back; halves of two do not go together") {
    const test::TemporaryDirectory directory;
    const TlsIdentity mine = identity_of({});
    const TlsIdentity other = identity_of({});
    REQUIRE(save_tls_identity(mine, directory / "a.crt", directory / "a.key").has_value());
    REQUIRE(save_tls_identity(other, directory / "b.crt", directory / "b.key").has_value());
    CHECK(load_tls_identity(directory / "a.crt", directory / "a.key").value().key_pem == mine.key_pem);
    CHECK(load_tls_identity(directory / "a.crt", directory / "b.key").error().code == ErrorCode::bad_value);
    CHECK(load_tls_identity(directory / "a.key", directory / "a.key").error().code == ErrorCode::malformed);
    CHECK(load_tls_identity(directory / "none", directory / "a.key").error().code == ErrorCode::not_found);
    CHECK(save_tls_identity(other, directory / "a.crt", directory / "a.key").error().code == ErrorCode::already_exists);
    // A TLS key is not taken for a signing key.
    CHECK(load_signing_key(directory / "a.key").error().code == ErrorCode::bad_value);
}

}  // namespace
