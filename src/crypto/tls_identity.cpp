#include "src/crypto/tls_identity.hpp"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "src/crypto/openssl_handles.hpp"
#include "src/crypto/private_key_text.hpp"
#include "src/crypto/random.hpp"

namespace minglu {
namespace {

constexpr std::int64_t day_s = 86'400;

bool is_ip_address(const std::string& name) {
    in6_addr address{};
    return inet_pton(AF_INET, name.c_str(), &address) == 1 || inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

/// Letters, digits, '-', '.' (and '_' which some internal names have); so no name can add extension syntax.
bool is_dns_name(const std::string& name) {
    return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_';
    });
}

Result<std::string> alternative_names(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) {
        const bool ip = is_ip_address(name);
        if (!ip && !is_dns_name(name)) {
            return fail({ErrorCode::bad_value, "\"" + name + "\" is neither a DNS name nor an IP address", "",
                         "give the name under which peers reach this node"});
        }
        out += (out.empty() ? "" : ",") + std::string(ip ? "IP:" : "DNS:") + name;
    }
    return out;
}

void add_extension(X509* certificate, int nid, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    openssl_must(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, "certificate extension");
}

void set_random_serial(X509* certificate) {
    std::string bytes = random_bytes(16);
    bytes[0] = static_cast<char>((bytes[0] & 0x3f) | 0x40);  // positive, and always 16 bytes
    const BignumPtr serial(BN_bin2bn(octets(std::string_view(bytes)), static_cast<int>(bytes.size()), nullptr));
    openssl_must(serial != nullptr && BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr,
                 "certificate serial number");
}

CertificatePtr self_signed(EVP_PKEY* key, const NodeId& node, const std::string& names, UnixMs now) {
    CertificatePtr certificate(X509_new());
    X509* x = certificate.get();
    openssl_must(x != nullptr && X509_set_version(x, X509_VERSION_3) == 1, "certificate");
    set_random_serial(x);
    const ASN1_TIME* from = ASN1_TIME_set(X509_getm_notBefore(x), static_cast<time_t>(now.value() / 1000 - day_s));
    openssl_must(from != nullptr && ASN1_TIME_set_string(X509_getm_notAfter(x), "99991231235959Z") == 1,
                 "certificate validity");
    X509_NAME* subject = X509_get_subject_name(x);
    openssl_must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, octets(std::string_view(node.value())),
                                            static_cast<int>(node.value().size()), -1, 0) == 1 &&
                     X509_set_issuer_name(x, subject) == 1 && X509_set_pubkey(x, key) == 1,
                 "certificate subject");
    add_extension(x, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(x, NID_key_usage, "critical,digitalSignature");
    add_extension(x, NID_ext_key_usage, "serverAuth,clientAuth");
    add_extension(x, NID_subject_key_identifier, "hash");
    if (!names.empty()) add_extension(x, NID_subject_alt_name, names);
    openssl_must(X509_sign(x, key, EVP_sha256()) > 0, "sign the certificate");
    return certificate;
}

CertificatePtr certificate_of_pem(std::string_view pem) {
    CertificatePtr certificate(PEM_read_bio_X509(reader_of(pem).get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return certificate;
}

Result<Hash> spki_sha256(const CertificatePtr& certificate) {
    if (certificate == nullptr) {
        return fail({ErrorCode::malformed, "not an X.509 certificate", "", "name the certificate that `init` wrote"});
    }
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
    openssl_must(size > 0, "subject public key");
    const Hash out = sha256({std::string_view(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size))});
    OPENSSL_free(der);
    return out;
}

}  // namespace

Result<TlsIdentity> generate_tls_identity(const NodeId& node, const std::vector<std::string>& names, UnixMs now) {
    const Result<std::string> alternatives = alternative_names(names);
    if (!alternatives) return fail(alternatives.error());
    const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    openssl_must(key != nullptr, "generate a TLS key");
    const CertificatePtr certificate = self_signed(key.get(), node, *alternatives, now);
    const BioPtr certificate_out = new_buffer();
    openssl_must(PEM_write_bio_X509(certificate_out.get(), certificate.get()) == 1, "write the certificate");
    return TlsIdentity{content_of(certificate_out.get()), private_key_pem(key.get(), {})};
}

Result<void> save_tls_identity(const TlsIdentity& identity, const std::filesystem::path& certificate,
                               const std::filesystem::path& key, IfExists if_exists, const Passphrase& passphrase) {
    const auto parsed = private_key_of_pem(identity.key_pem, {});
    if (!parsed) return fail(parsed.error());
    const Result<void> saved = write_secret_file(key, private_key_pem(parsed->get(), passphrase), if_exists);
    return saved ? write_secret_file(certificate, identity.certificate_pem, if_exists) : saved;
}

Result<TlsIdentity> load_tls_identity(const std::filesystem::path& certificate, const std::filesystem::path& key,
                                      const Passphrase& passphrase) {
    const Result<std::string> key_text = read_secret_file(key);
    if (!key_text) return fail(key_text.error());
    std::ifstream file(certificate, std::ios::binary);
    if (!file) {
        return fail({ErrorCode::not_found, "cannot open the TLS certificate", certificate.string(),
                     "name the certificate that `init` wrote"});
    }
    TlsIdentity identity{std::string(std::istreambuf_iterator<char>(file), {}), {}};
    const CertificatePtr parsed = certificate_of_pem(identity.certificate_pem);
    auto parsed_key = private_key_of_pem(*key_text, passphrase);
    if (!parsed_key && parsed_key.error().code == ErrorCode::unauthenticated) {
        parsed_key.error().where = key.string();
        return fail(parsed_key.error());
    }
    if (parsed == nullptr || !parsed_key) {
        return fail({ErrorCode::malformed, "not a certificate and its private key in PEM",
                     certificate.string() + ", " + key.string(), "name the two files that `init` wrote"});
    }
    identity.key_pem = private_key_pem(parsed_key->get(), {});
    if (X509_check_private_key(parsed.get(), parsed_key->get()) != 1) {
        ERR_clear_error();
        return fail({ErrorCode::bad_value, "the TLS certificate and the TLS key do not belong together",
                     certificate.string() + ", " + key.string(), "restore both from the same backup"});
    }
    return identity;
}

Result<Hash> spki_sha256_of_certificate(std::string_view pem) {
    return spki_sha256(certificate_of_pem(pem));
}

Result<Hash> spki_sha256_of_certificate_der(std::string_view der) {
    const unsigned char* at = octets(der);
    CertificatePtr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    return spki_sha256(certificate);
}

}  // namespace minglu
