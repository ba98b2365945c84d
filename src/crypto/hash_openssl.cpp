#include <stdexcept>

#include "minglu/hash.hpp"
#include "src/crypto/openssl_handles.hpp"

namespace minglu {
namespace {

constexpr const char* digest_failed = "OpenSSL failed to compute a digest";

/// Fetching an algorithm walks OpenSSL's providers under a lock, so each is fetched once per process.
const EVP_MD* digest_of(HashAlgorithm algorithm) {
    static const DigestPtr sha256_digest(EVP_MD_fetch(nullptr, "SHA2-256", nullptr));
    static const DigestPtr sm3_digest(EVP_MD_fetch(nullptr, "SM3", nullptr));
    const EVP_MD* digest = algorithm == HashAlgorithm::sm3 ? sm3_digest.get() : sha256_digest.get();
    if (digest == nullptr) throw std::runtime_error("this OpenSSL does not provide SHA-256 or SM3");
    return digest;
}

EVP_MD_CTX* context_of(HashAlgorithm algorithm) {
    thread_local const DigestContextPtr sha256_context(EVP_MD_CTX_new());
    thread_local const DigestContextPtr sm3_context(EVP_MD_CTX_new());
    EVP_MD_CTX* context = algorithm == HashAlgorithm::sm3 ? sm3_context.get() : sha256_context.get();
    if (context == nullptr) throw std::bad_alloc();
    return context;
}

}  // namespace

Hash hash(HashAlgorithm algorithm, std::initializer_list<std::string_view> parts) {
    EVP_MD_CTX* context = context_of(algorithm);
    bool ok = EVP_DigestInit_ex2(context, digest_of(algorithm), nullptr) == 1;
    for (const std::string_view part : parts) ok = ok && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
    Hash out{};
    ok = ok && EVP_DigestFinal_ex(context, out.data(), nullptr) == 1;
    if (!ok) throw std::runtime_error(digest_failed);
    return out;
}

struct Sha256::Context {
    DigestContextPtr digest{EVP_MD_CTX_new()};
    bool ok = digest != nullptr && EVP_DigestInit_ex2(digest.get(), digest_of(HashAlgorithm::sha256), nullptr) == 1;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
    context_->ok = context_->ok && EVP_DigestUpdate(context_->digest.get(), bytes.data(), bytes.size()) == 1;
}

Hash Sha256::finish() {
    Hash out{};
    context_->ok = context_->ok && EVP_DigestFinal_ex(context_->digest.get(), out.data(), nullptr) == 1;
    if (!context_->ok) throw std::runtime_error(digest_failed);
    return out;
}

std::string_view name(Suite suite) {
    return suite == Suite::sm2_sm3 ? "sm2-sm3" : "ed25519-sha256";
}

Result<Suite> parse_suite(std::string_view text) {
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3}) {
        if (text == name(suite)) return suite;
    }
    return fail({ErrorCode::bad_value, "unknown suite \"" + std::string(text.substr(0, 40)) + "\"", "",
                 "use ed25519-sha256 or sm2-sm3"});
}

}  // namespace minglu
