/// Two nodes' ends of a peer connection: pins in both directions, caps, keep-alive, cancelling.
#include <curl/curl.h>
#include <doctest/doctest.h>

#include "net_support.hpp"

using namespace minglu;
using namespace minglu::nettest;

namespace {

struct Identities {
    Identity cq = make_identity("cq");
    Identity sc = make_identity("sc");
    Identity stranger = make_identity("xx");
};
const Identities& ids() {
    static const Identities identities;
    return identities;
}

HttpResponse octets(std::string body) {
    HttpResponse response;
    response.content_type = "application/octet-stream";
    response.body = std::move(body);
    return response;
}

HttpsPeer peer(const TestServer& server, const Hash& pin, const Identity& self) {
    return {server.url(), pin, self.tls.certificate_pem, self.tls.key_pem};
}

PeerRequest get(std::string path) {
    PeerRequest request;
    request.path = std::move(path);
    return request;
}

}  // namespace

TEST_CASE("a pinned peer is served and known by its key, over one connection") {
    std::atomic<int> known = 0;
    const TestServer server(with_tls(
        [&known](const HttpRequest& request) {
            known += request.client_spki == ids().sc.spki && !request.local ? 1 : 0;
            HttpResponse response = octets(request.method + request.path + request.body);
            response.headers.emplace("Retry-After", "7");
            response.status = request.path == "/busy" ? 503 : 200;
            return response;
        },
        ids().cq, ids().sc.spki));
    HttpsTransport transport(peer(server, ids().cq.spki, ids().sc));
    for (int i = 0; i < 3; ++i) {
        const auto answer = transport.call(get("/a"));
        REQUIRE(answer);
        CHECK(answer->status == 200);
        CHECK(answer->body == "GET/a");
        CHECK(answer->content_type == "application/octet-stream");
    }
    PeerRequest push = get("/push");
    push.method = "POST";
    push.content_type = "application/x";
    push.body = std::string(3'000'000, 'b');
    CHECK(transport.call(push)->status == 200);
    const auto busy = transport.call(get("/busy"));
    REQUIRE(busy);
    CHECK(busy->status == 503);
    CHECK(busy->retry_after_s == 7);
    CHECK(known == 5);
}

TEST_CASE("a large body is compressed on its way and arrives as it was") {
    std::string received;
    std::string coding;
    HttpServerOptions options = with_tls(
        [&](const HttpRequest& request) {
            received = request.body;
            coding = header(request, "content-encoding");
            return octets("");
        },
        ids().cq, ids().sc.spki);
    options.limits.body = {"/", 3'000'000, 3'000'000};
    const TestServer server(std::move(options));
    HttpsTransport transport(peer(server, ids().cq.spki, ids().sc));
    PeerRequest push = get("/push");
    push.method = "POST";
    push.content_type = "application/x";
    for (const std::size_t size : {std::size_t{0}, std::size_t{4'096}, std::size_t{4'097}, std::size_t{3'000'000}}) {
        push.body.clear();
        while (push.body.size() < size) push.body += "line " + std::to_string(push.body.size()) + "\n";
        push.body.resize(size);
        CHECK(transport.call(push)->status == 200);
        CHECK(received == push.body);
        CHECK(coding == (size > 4'096 ? "zstd" : ""));
    }
    push.body.resize(3'000'001, 'x');
    CHECK(transport.call(push)->status == 413);  // the cap is on what it is, not on how it travels
}

TEST_CASE("a stranger, and a client without a certificate, get no HTTP answer") {
    std::atomic<int> calls = 0;
    const TestServer server(with_tls(
        [&calls](const HttpRequest&) {
            ++calls;
            return octets("secret");
        },
        ids().cq, ids().sc.spki));
    HttpsTransport wrong(peer(server, ids().cq.spki, ids().stranger));
    const auto answer = wrong.call(get("/"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::unreachable);

    for (const long version : {long{CURL_SSLVERSION_MAX_TLSv1_2}, long{CURL_SSLVERSION_MAX_TLSv1_3}}) {
        std::string seen;
        CURL* const curl = curl_easy_init();
        curl_easy_setopt(curl, CURLOPT_URL, server.url().c_str());
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
        curl_easy_setopt(curl, CURLOPT_SSLVERSION, version);
        curl_easy_setopt(curl, CURLOPT_HEADER, 1L);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &seen);
        curl_easy_setopt(
            curl, CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t, std::size_t size, void* to) {
                static_cast<std::string*>(to)->append(bytes, size);
                return size;
            });
        CHECK(curl_easy_perform(curl) != CURLE_OK);
        CHECK(seen.empty());
        curl_easy_cleanup(curl);
    }
    const RawClient plain_text(server.port());
    plain_text.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(plain_text.receive_all().find("HTTP/") == std::string::npos);
    CHECK(calls == 0);
}

TEST_CASE("a server with another key sees no request") {
    std::atomic<int> calls = 0;
    const TestServer server(with_tls(
        [&calls](const HttpRequest&) {
            ++calls;
            return octets("");
        },
        ids().stranger, ids().sc.spki));
    HttpsTransport transport(peer(server, ids().cq.spki, ids().sc));
    const auto answer = transport.call(get("/"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::bad_signature);
    CHECK(calls == 0);
}

TEST_CASE("a connection does not outlive its pin") {
    std::atomic<bool> pinned = true;
    HttpServerOptions options = with_tls([](const HttpRequest&) { return octets("x"); }, ids().cq, ids().sc.spki);
    options.tls->is_pinned = [&pinned](const Hash& spki) { return pinned && spki == ids().sc.spki; };
    const TestServer server(std::move(options));
    HttpsTransport transport(peer(server, ids().cq.spki, ids().sc));
    CHECK(transport.call(get("/")));
    pinned = false;
    CHECK_FALSE(transport.call(get("/")));
    pinned = true;
    CHECK(transport.call(get("/")));
}

TEST_CASE("answers are capped before and after decompression") {
    const TestServer server(with_tls(
        [](const HttpRequest& request) {
            HttpResponse response = octets(std::string(1'000'000, 'x'));
            if (request.path == "/stream") {
                response.stream = [](std::string& chunk) {
                    chunk = std::string(100'000, 'x');
                    return true;
                };
            }
            return response;
        },
        ids().cq, ids().sc.spki));
    HttpsTransport transport(peer(server, ids().cq.spki, ids().sc));
    PeerRequest request = get("/");
    request.answer_bytes_max = 1'000'000;
    const auto whole = transport.call(request);
    REQUIRE(whole);
    CHECK(whole->body.size() == 1'000'000);
    CHECK(whole->bytes_received < 100'000);  // compressed on the wire
    request.answer_bytes_max = 999'999;
    const auto over = transport.call(request);
    REQUIRE_FALSE(over);
    CHECK(over.error().code == ErrorCode::too_large);
    request.path = "/stream";
    const auto endless = transport.call(request);
    REQUIRE_FALSE(endless);
    CHECK(endless.error().code == ErrorCode::too_large);
    CHECK(transport.call(get("/")));
}

TEST_CASE("cancel ends a running call, and the next one works") {
    Gate entered;
    const TestServer server(with_tls(
        [&entered](const HttpRequest& request) {
            if (request.path != "/poll") return octets("x");
            entered.open();
            while (!is_gone(request)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return octets("late");
        },
        ids().cq, ids().sc.spki));
    HttpsTransport transport(peer(server, ids().cq.spki, ids().sc));
    std::thread canceller([&] {
        entered.wait();
        transport.cancel();
    });
    PeerRequest poll = get("/poll");
    poll.timeout_ms = 3'600'000;
    const auto answer = transport.call(poll);
    canceller.join();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::unreachable);
    CHECK(transport.call(get("/")));

    transport.cancel();
    CHECK_FALSE(transport.call(poll));  // a cancel just before a call is not lost
    CHECK(transport.call(get("/")));
}

TEST_CASE("what is not there is unreachable, what is not https is refused") {
    std::uint16_t port = 0;
    {
        const TestServer server(with_tls([](const HttpRequest&) { return octets(""); }, ids().cq, ids().sc.spki));
        port = server.port();
    }
    HttpsPeer gone{"https://127.0.0.1:" + std::to_string(port), ids().cq.spki, ids().sc.tls.certificate_pem,
                   ids().sc.tls.key_pem};
    CHECK(HttpsTransport(gone).call(get("/")).error().code == ErrorCode::unreachable);
    gone.base_url = "http://127.0.0.1:" + std::to_string(port);
    CHECK(HttpsTransport(gone).call(get("/")).error().code == ErrorCode::bad_request);
}

TEST_CASE("certificate and key that do not belong together do not start") {
    HttpServerOptions options = with_tls([](const HttpRequest&) { return octets(""); }, ids().cq, ids().sc.spki);
    options.tls->key_pem = ids().sc.tls.key_pem;
    HttpServer server(std::move(options), steady_clock);
    const auto started = server.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().code == ErrorCode::bad_value);
}

TEST_CASE("many round trips go over one connection; their time is reported") {
    std::atomic<int> asked = 0;
    HttpServerOptions options = with_tls([](const HttpRequest&) { return octets("x"); }, ids().cq, ids().sc.spki);
    options.tls->is_pinned = [&asked](const Hash&) { return ++asked > 0; };
    const TestServer server(std::move(options));
    HttpsTransport transport(peer(server, ids().cq.spki, ids().sc));
    constexpr int rounds = 500;
    const std::int64_t begin_ms = steady_clock.steady_ms();
    for (int i = 0; i < rounds; ++i) REQUIRE(transport.call(get("/")));
    CHECK(asked == rounds + 1);  // once for the only handshake, once for each request
    MESSAGE("us per round trip: " << (steady_clock.steady_ms() - begin_ms) * 1'000 / rounds);
}
