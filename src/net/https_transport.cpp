#include "src/net/https_transport.hpp"

#include <zstd.h>

#include <atomic>
#include <charconv>
#include <new>

#include "src/net/curl_handle.hpp"

namespace minglu {

namespace {

constexpr int poll_ms = 60'000;  ///< curl_multi_poll returns for sockets, its own timers and a wake-up
constexpr std::int64_t retry_after_s_max = 86'400;

/// Bodies up to this size go as they are.
constexpr std::size_t pack_above_bytes = 4'096;
constexpr int pack_level = 3;

/// Bundles repeat names and keys in every line: a small part of their bytes is left.
std::string packed(const std::string& body) {
    std::string out(ZSTD_compressBound(body.size()), '\0');
    const std::size_t size = ZSTD_compress(out.data(), out.size(), body.data(), body.size(), pack_level);
    if (ZSTD_isError(size) != 0) throw std::bad_alloc();  // the bound leaves no other reason
    out.resize(size);
    return out;
}

/// What one call receives. libcurl hands it back to the callbacks.
struct Download {
    PeerAnswer answer;
    std::size_t bytes_max = 0;
    bool is_too_large = false;
};

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* context) {
    auto& download = *static_cast<Download*>(context);
    if (size > download.bytes_max - download.answer.body.size()) {
        download.is_too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    download.answer.body.append(bytes, size);
    return size;
}

std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* context) {
    auto& answer = static_cast<Download*>(context)->answer;
    const std::string_view line(bytes, size);
    std::string value;
    if (line.starts_with("HTTP/")) {  // 100 Continue comes first, with headers of its own
        answer.content_type.clear();
        answer.retry_after_s = 0;
    } else if (net::header_value(line, "content-type", value)) {
        answer.content_type = value;
    } else if (net::header_value(line, "retry-after", value)) {
        std::int64_t seconds = 0;  // RFC 9110 §10.2.3; the date form is not used between nodes
        const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (code == std::errc{} && seconds > 0) answer.retry_after_s = std::min(seconds, retry_after_s_max);
    }
    return size;
}

/// The cap before decompression.
int on_progress(void* context, curl_off_t, curl_off_t received, curl_off_t, curl_off_t) {
    auto& download = *static_cast<Download*>(context);
    download.is_too_large = download.is_too_large || static_cast<std::uint64_t>(received) > download.bytes_max;
    return download.is_too_large ? 1 : 0;
}

curl_blob blob_of(const std::string& pem) {
    return {const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_COPY};
}

}  // namespace

class HttpsTransport::Impl {
public:
    explicit Impl(HttpsPeer peer) : peer_(std::move(peer)), easy_(net::make_easy()) {}

    Result<PeerAnswer> call(const PeerRequest& request) {
        if (!peer_.base_url.starts_with("https://") || !request.path.starts_with('/')) {
            return fail({ErrorCode::bad_request, "not an https address and a path", peer_.base_url + request.path,
                         "correct the peer's address"});
        }
        Download download;
        download.bytes_max = request.answer_bytes_max;
        const std::string pack = request.body.size() > pack_above_bytes ? packed(request.body) : std::string();
        const net::HeaderList headers = prepare(request, pack, download);
        char text[CURL_ERROR_SIZE] = {};
        net::set(easy_, CURLOPT_ERRORBUFFER, &text[0]);
        const CURLcode code = run();
        net::set(easy_, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
        if (cancelled_.exchange(false) && code != CURLE_OK) {
            return fail({ErrorCode::unreachable, "cancelled", peer_.base_url, ""});
        }
        if (download.is_too_large) {
            return fail({ErrorCode::too_large, "answer is above " + std::to_string(request.answer_bytes_max) + " bytes",
                         peer_.base_url + request.path, "ask for less at a time"});
        }
        if (code != CURLE_OK) return failed(code, text);
        return finished(std::move(download.answer));
    }

    void cancel() {
        cancelled_ = true;
        curl_multi_wakeup(multi_.get());
    }

private:
    net::HeaderList prepare(const PeerRequest& request, const std::string& pack, Download& download) {
        curl_easy_reset(easy_.get());  // options only: connections live in the multi handle
        net::set(easy_, CURLOPT_URL, (peer_.base_url + request.path).c_str());
        net::set(easy_, CURLOPT_PROTOCOLS_STR, "https");
        net::set(easy_, CURLOPT_PROXY, "");  // else the environment decides
        net::set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
        net::set(easy_, CURLOPT_NOSIGNAL, 1L);
        net::set(easy_, CURLOPT_TCP_NODELAY, 1L);
        net::set(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
        net::set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        net::set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(peer_.connect_timeout_ms));
        net::set(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_ms));
        set_tls();
        net::set(easy_, CURLOPT_WRITEFUNCTION, &on_body);
        net::set(easy_, CURLOPT_WRITEDATA, &download);
        net::set(easy_, CURLOPT_HEADERFUNCTION, &on_header);
        net::set(easy_, CURLOPT_HEADERDATA, &download);
        net::set(easy_, CURLOPT_NOPROGRESS, 0L);
        net::set(easy_, CURLOPT_XFERINFOFUNCTION, &on_progress);
        net::set(easy_, CURLOPT_XFERINFODATA, &download);
        net::set(easy_, CURLOPT_ACCEPT_ENCODING, net::accepted_codings());
        return set_content(request, pack);
    }

    void set_tls() {
        curl_blob certificate = blob_of(peer_.certificate_pem);
        curl_blob key = blob_of(peer_.key_pem);
        const std::string pin = "sha256//" + to_base64(bytes_of(peer_.server_spki));
        net::set(easy_, CURLOPT_SSLCERT_BLOB, &certificate);
        net::set(easy_, CURLOPT_SSLKEY_BLOB, &key);
        net::set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        net::set(easy_, CURLOPT_SSL_VERIFYPEER, 0L);  // the pin is the identity; certificates are self-signed
        net::set(easy_, CURLOPT_SSL_VERIFYHOST, 0L);
        net::set(easy_, CURLOPT_PINNEDPUBLICKEY, pin.c_str());
        net::set(easy_, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    }

    /// `pack`: the body compressed, which then goes instead of it; empty for one that goes as it is.
    net::HeaderList set_content(const PeerRequest& request, const std::string& pack) {
        net::HeaderList headers;
        net::append(headers, "Expect:");  // a 100-continue costs a round trip
        if (!request.accept.empty()) net::append(headers, "Accept: " + request.accept);
        if (request.method != "GET" && request.method != "HEAD") {
            net::append(headers, "Content-Type: " + request.content_type);
            net::set(easy_, CURLOPT_POST, 1L);
            const std::string& body = pack.empty() ? request.body : pack;
            if (!pack.empty()) net::append(headers, "Content-Encoding: zstd");
            net::set(easy_, CURLOPT_POSTFIELDS, body.data());
            net::set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        }
        if (request.method == "HEAD") net::set(easy_, CURLOPT_NOBODY, 1L);
        if (request.method != "GET") net::set(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        net::set(easy_, CURLOPT_HTTPHEADER, headers.get());
        return headers;
    }

    CURLcode run() {
        curl_multi_add_handle(multi_.get(), easy_.get());
        int running = 1;
        while (running > 0 && !cancelled_) {
            if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) break;
            if (running > 0) curl_multi_poll(multi_.get(), nullptr, 0, poll_ms, nullptr);
        }
        CURLcode code = CURLE_ABORTED_BY_CALLBACK;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg == CURLMSG_DONE) code = message->data.result;
        }
        curl_multi_remove_handle(multi_.get(), easy_.get());
        return code;
    }

    tl::unexpected<Error> failed(CURLcode code, const char* text) const {
        const std::string what = *text != '\0' ? text : curl_easy_strerror(code);
        if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH) {
            return fail({ErrorCode::bad_signature, "the server's TLS key is not the one on the peer's card",
                         peer_.base_url, "ask the peer for its current card by another way, and add that"});
        }
        return fail({ErrorCode::unreachable, what, peer_.base_url,
                     "check the address and the line; if it answers others, whether it has this node's current card"});
    }

    PeerAnswer finished(PeerAnswer answer) const {
        long status = 0;
        curl_off_t received = 0;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T, &received);
        answer.status = static_cast<int>(status);
        answer.bytes_received = static_cast<std::uint64_t>(received);
        return answer;
    }

    HttpsPeer peer_;
    net::Multi multi_;
    net::Easy easy_;
    std::atomic<bool> cancelled_{false};
};

HttpsTransport::HttpsTransport(HttpsPeer peer) : impl_(std::make_unique<Impl>(std::move(peer))) {}
HttpsTransport::~HttpsTransport() = default;
Result<PeerAnswer> HttpsTransport::call(const PeerRequest& request) {
    return impl_->call(request);
}
void HttpsTransport::cancel() {
    impl_->cancel();
}

}  // namespace minglu
