#include "src/http/server_channel.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace minglu {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bio bio_of(const std::string& pem) {
    return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
}

/// What a pin names: SHA-256 over the DER SubjectPublicKeyInfo (the form of RFC 7469 §2.4).
std::optional<Hash> spki_of(X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (size <= 0) return std::nullopt;
    const Hash spki = sha256({{reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)}});
    OPENSSL_free(der);
    return spki;
}

/// Replaces chain building: a peer is its key, whatever its certificate says of names, dates or issuers.
int verify_pin(X509_STORE_CTX* store, void* context) {
    X509* const certificate = X509_STORE_CTX_get0_cert(store);
    const auto spki = certificate != nullptr ? spki_of(certificate) : std::nullopt;
    if (spki && static_cast<const TlsContext*>(context)->is_pinned(*spki)) return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::make(ServerTls tls) {
    std::unique_ptr<TlsContext> made(new TlsContext(std::move(tls)));
    const Certificate certificate(
        PEM_read_bio_X509(bio_of(made->tls_.certificate_pem).get(), nullptr, nullptr, nullptr), &X509_free);
    const Key key(PEM_read_bio_PrivateKey(bio_of(made->tls_.key_pem).get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    if (context == nullptr) throw std::bad_alloc();
    made->context_ = context;
    if (!certificate || !key || SSL_CTX_use_certificate(context, certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
        ERR_clear_error();
        return fail({ErrorCode::bad_value, "TLS certificate and key do not parse or do not belong together",
                     "peer listener", "make them again with `minglu init` or restore them from the backup"});
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_cert_verify_callback(context, verify_pin, made.get());
    return made;
}

TlsContext::~TlsContext() {
    SSL_CTX_free(context_);
}

Channel::Channel(int socket, const TlsContext* tls) : socket_(socket) {
    if (tls == nullptr) return;
    ssl_ = SSL_new(tls->get());
    if (ssl_ == nullptr || SSL_set_fd(ssl_, socket_) != 1) {
        SSL_free(ssl_);
        ::close(socket_);
        throw std::bad_alloc();
    }
    SSL_set_accept_state(ssl_);
}

Channel::~Channel() {
    SSL_free(ssl_);
    ::close(socket_);
}

Io Channel::outcome(int code) const {
    switch (SSL_get_error(ssl_, code)) {
        case SSL_ERROR_NONE:
            return Io::done;
        case SSL_ERROR_WANT_READ:
            return Io::want_read;
        case SSL_ERROR_WANT_WRITE:
            return Io::want_write;
        default:
            return Io::closed;
    }
}

Io Channel::handshake() {
    if (ssl_ == nullptr || client_spki_) return Io::done;
    ERR_clear_error();
    const Io io = outcome(SSL_accept(ssl_));
    if (io != Io::done) return io;
    const Certificate certificate(SSL_get1_peer_certificate(ssl_), &X509_free);
    if (!certificate) return Io::closed;
    client_spki_ = spki_of(certificate.get());
    return client_spki_ ? Io::done : Io::closed;
}

Io Channel::read(char* to, std::size_t size, std::size_t& got) {
    got = 0;
    if (ssl_ != nullptr) {
        ERR_clear_error();
        return outcome(SSL_read_ex(ssl_, to, size, &got));
    }
    ssize_t count = 0;
    do count = ::recv(socket_, to, size, 0);
    while (count < 0 && errno == EINTR);
    if (count > 0) {
        got = static_cast<std::size_t>(count);
        return Io::done;
    }
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? Io::want_read : Io::closed;
}

Io Channel::write(const char* from, std::size_t size, std::size_t& put) {
    put = 0;
    if (ssl_ != nullptr) {
        ERR_clear_error();
        return outcome(SSL_write_ex(ssl_, from, size, &put));
    }
    ssize_t count = 0;
    do count = ::send(socket_, from, size, MSG_NOSIGNAL);
    while (count < 0 && errno == EINTR);
    if (count >= 0) {
        put = static_cast<std::size_t>(count);
        return Io::done;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK ? Io::want_write : Io::closed;
}

bool Channel::wait(Io io, std::int64_t timeout_ms) const {
    pollfd item{socket_, static_cast<short>(io == Io::want_write ? POLLOUT : POLLIN), 0};
    const auto bounded = std::clamp<std::int64_t>(timeout_ms, 0, std::numeric_limits<int>::max());
    return ::poll(&item, 1, static_cast<int>(bounded)) > 0;
}

bool Channel::is_hung_up() const {
    pollfd item{socket_, POLLRDHUP, 0};
    return ::poll(&item, 1, 0) > 0 && (item.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void Channel::end_sending() {
    if (ssl_ != nullptr && SSL_is_init_finished(ssl_) == 1) {
        ERR_clear_error();
        SSL_shutdown(ssl_);
    }
    ::shutdown(socket_, SHUT_WR);
}

// The connection changes, though no member does: neither is const.
// NOLINTNEXTLINE(readability-make-member-function-const)
void Channel::abort_reading() {
    ::shutdown(socket_, SHUT_RD);
}

// NOLINTNEXTLINE(readability-make-member-function-const)
void Channel::abort() {
    ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace minglu
