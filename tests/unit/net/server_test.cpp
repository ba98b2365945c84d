/// The server over plain sockets: framing, caps, slow and idle clients, streams, stopping.
#include <doctest/doctest.h>

#include <fstream>
#include <vector>

#include "net_support.hpp"
#include "src/http/compression.hpp"
#include "src/http/problem.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace minglu;
using namespace minglu::nettest;

namespace {

HttpResponse text(std::string body) {
    HttpResponse response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
}

/// Method, path and body as the handler saw them.
HttpResponse echo(const HttpRequest& request) {
    return text(request.method + " " + request.path + " " + request.body);
}

int status_in(const std::string& answer) {
    return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

std::string body_in(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    return end == std::string::npos ? "" : answer.substr(end + 4);
}

std::string post(const std::string& headers, const std::string& body, const std::string& path = "/") {
    return "POST " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + headers + "\r\n" + body;
}

std::string with_length(const std::string& body, const std::string& headers = "", const std::string& path = "/") {
    return post(headers + "Content-Length: " + std::to_string(body.size()) + "\r\n", body, path);
}

std::string ask(const TestServer& server, const std::string& request) {
    const RawClient client(server.port());
    client.send(request);
    return client.receive_all();
}

constexpr const char* get_again = "GET /again HTTP/1.1\r\nHost: h\r\n\r\n";

}  // namespace

TEST_CASE("every method reaches the one handler, bodies included") {
    const TestServer server(plain(echo));
    for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"}) {
        CAPTURE(method);
        const std::string head = method + " /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";
        CHECK(body_in(ask(server, head + "\r\n")) == method + " /x ");
        CHECK(body_in(ask(server, head + "Content-Length: 3\r\n\r\nabc")) == method + " /x abc");
    }
    const std::string head = ask(server, "HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(status_in(head) == 200);
    CHECK(body_in(head).empty());
    CHECK(head.find("Content-Length: 8\r\n") != std::string::npos);
}

TEST_CASE("bodies are framed strictly and capped while they come in") {
    HttpServerOptions options = plain(echo);
    options.limits.body.bytes_max = 1'000;
    options.limits.bodies = {{"/big", 5'000}, {"/big/small", 10}};
    const TestServer server(std::move(options));
    const std::string thousand(1'000, 'a');
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    const std::string bomb = encode(Coding::gzip, std::string(std::size_t{64} << 20, '0'));
    const std::string zstd_bomb = encode(Coding::zstd, std::string(std::size_t{64} << 20, '0'));
    struct Case {
        const char* what;
        std::string request;
        int status;
    };
    const Case cases[] = {
        {"at the cap", with_length(thousand), 200},
        {"above the cap", with_length(thousand + "a"), 413},
        {"longer prefix wins", with_length(thousand + "a", "", "/big"), 200},
        {"longest prefix wins", with_length("12345678901", "", "/big/small/x"), 413},
        {"chunks", post(chunked, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), 200},
        {"chunks above the cap", post(chunked, "3e8\r\n" + thousand + "\r\n1\r\na\r\n0\r\n\r\n"), 413},
        {"chunks without end", post(chunked, "7fffffff\r\n" + thousand + thousand), 413},
        {"chunk without line end", post(chunked, "3\r\nabcX\r\n0\r\n\r\n"), 400},
        {"chunk size with sign", post(chunked, "-3\r\nabc\r\n0\r\n\r\n"), 400},
        {"chunk size with prefix", post(chunked, "0x3\r\nabc\r\n0\r\n\r\n"), 400},
        {"chunk size empty", post(chunked, "\r\nabc\r\n0\r\n\r\n"), 400},
        {"chunk extension with a line feed", post(chunked, "3;x\n12\r\nabc\r\n0\r\n\r\n"), 400},
        {"chunk extension with a return", post(chunked, "3;x\r12\r\nabc\r\n0\r\n\r\n"), 400},
        {"chunk extension without end", post(chunked, "3;" + thousand), 400},
        {"chunk longer than it says", post(chunked, "3\r\n" + thousand + "\r\n0\r\n\r\n"), 400},
        {"trailer", post(chunked, "0\r\nX: a\r\n\r\n"), 400},
        {"both framings", post(chunked + "Content-Length: 3\r\n", "abc"), 400},
        {"gzip", with_length(encode(Coding::gzip, thousand), "Content-Encoding: gzip\r\n"), 200},
        {"zstd", with_length(encode(Coding::zstd, thousand), "Content-Encoding: zstd\r\n"), 200},
        {"gzip above the cap", with_length(encode(Coding::gzip, thousand + "a"), "Content-Encoding: gzip\r\n"), 413},
        {"gzip bomb", with_length(bomb, "Content-Encoding: gzip\r\n"), 413},
        {"zstd bomb", with_length(zstd_bomb.substr(0, 5'000), "Content-Encoding: zstd\r\n", "/big"), 413},
        {"gzip cut short", with_length(encode(Coding::gzip, thousand).substr(0, 12), "Content-Encoding: gzip\r\n"),
         400},
        {"brotli", with_length("abc", "Content-Encoding: br\r\n"), 415},
        {"gzip twice", with_length("abc", "Content-Encoding: gzip, gzip\r\n"), 415},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        const std::string answer = ask(server, c.request);
        CHECK(status_in(answer) == c.status);
        if (c.status != 200) CHECK(answer.find("application/problem+json") != std::string::npos);
    }
    CHECK(body_in(ask(server, post(chunked, "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"))) == "POST / abcde");
}

TEST_CASE("nothing after a refused request is taken for another request") {
    std::atomic<int> calls = 0;
    const TestServer server(plain([&calls](const HttpRequest&) {
        ++calls;
        return text("seen");
    }));
    const std::string smuggled =
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    const std::string answer = ask(server, smuggled + get_again);
    CHECK(status_in(answer) == 400);
    CHECK(calls == 0);
    CHECK(answer.find("HTTP/1.1", 1) == std::string::npos);
}

TEST_CASE("requests in one packet are answered in order, each with its own body") {
    const TestServer server(plain(echo));
    const std::string one = "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";
    const std::string two = "POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n";
    const std::string three = "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    const std::string answer = ask(server, one + two + three);
    const std::size_t at1 = answer.find("POST /1 abc");
    const std::size_t at2 = answer.find("POST /2 de");
    const std::size_t at3 = answer.find("GET /3 ");
    CHECK(at1 < at2);
    CHECK(at2 < at3);
    CHECK(at3 != std::string::npos);
}

TEST_CASE("a head that is too large is refused before its end has come") {
    const TestServer server(plain(echo));
    CHECK(status_in(ask(server, "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(40'000, 'a'))) == 431);
}

TEST_CASE("large bodies are spooled to a private file that goes with the request") {
    const test::TemporaryDirectory dir;
    std::filesystem::path file;
    HttpServerOptions options = plain([&file](const HttpRequest& request) {
        file = request.body_file;
        if (file.empty()) return text("memory");
        std::ifstream in(file, std::ios::binary);
        const std::string stored{std::istreambuf_iterator<char>(in), {}};
        const bool is_private = (std::filesystem::status(file).permissions() & std::filesystem::perms::others_all) ==
                                std::filesystem::perms::none;
        return text("file " + std::to_string(stored.size()) + (is_private ? " private" : " open") +
                    stored.substr(0, 3));
    });
    options.limits.body = {"/", 300'000, 100'000};
    options.limits.spool_dir = dir.path();
    TestServer server(std::move(options));
    CHECK(body_in(ask(server, with_length(std::string(100'000, 'a')))) == "memory");
    const std::string body = encode(Coding::zstd, "abc" + std::string(200'000, 'a'));
    CHECK(body_in(ask(server, with_length(body, "Content-Encoding: zstd\r\n"))) == "file 200003 privateabc");
    (*server).stop();
    CHECK_FALSE(file.empty());
    CHECK(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("answers above a packet are compressed when asked for, streams too") {
    const std::string large(10'000, 'x');
    const TestServer server(plain([&large](const HttpRequest& request) {
        HttpResponse response = text(request.path == "/small" ? "small" : large);
        if (request.path == "/stream") {
            response.stream = [at = std::size_t{0}, &large](std::string& chunk) mutable {
                if (at == large.size()) return false;
                chunk = large.substr(at, 1'000);
                at += chunk.size();
                return true;
            };
        }
        return response;
    }));
    struct Case {
        const char* path;
        const char* accept;
        const char* coding;
        bool chunked;
    };
    const Case cases[] = {{"/small", "gzip", "", false},     {"/large", "gzip", "gzip", false},
                          {"/large", "zstd", "zstd", false}, {"/large", "br", "", false},
                          {"/stream", "zstd", "zstd", true}, {"/stream", "gzip", "gzip", true},
                          {"/stream", "", "", true}};
    for (const Case& c : cases) {
        CAPTURE(c.path);
        CAPTURE(c.accept);
        const std::string answer =
            ask(server, "GET " + std::string(c.path) + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" +
                            "Accept-Encoding: " + c.accept + "\r\n\r\n");
        CHECK(status_in(answer) == 200);
        const std::string coding = "Content-Encoding: " + std::string(c.coding) + "\r\n";
        CHECK((answer.find(coding) != std::string::npos) == (*c.coding != '\0'));
        CHECK((answer.find("Transfer-Encoding: chunked") != std::string::npos) == c.chunked);
        if (*c.coding != '\0') CHECK(answer.size() < 1'000);
        if (c.chunked) CHECK(answer.ends_with("\r\n0\r\n\r\n"));
    }
    const std::string old = ask(server, "GET /stream HTTP/1.0\r\n\r\n");
    CHECK(body_in(old) == large);
}

TEST_CASE("a stream that fails is cut, not ended") {
    const TestServer server(plain([](const HttpRequest&) {
        HttpResponse response = text("");
        response.stream = [sent = false](std::string& chunk) mutable {
            if (sent) throw std::runtime_error("the disk went away");
            sent = true;
            chunk = std::string(100'000, 'x');
            return true;
        };
        return response;
    }));
    const std::string answer = ask(server, get_again);
    CHECK(status_in(answer) == 200);
    CHECK_FALSE(answer.ends_with("\r\n0\r\n\r\n"));
}

TEST_CASE("faults of handlers are logged and answered; those of the store are not answered") {
    std::atomic<int> faults = 0;
    std::mutex mutex;
    std::string logged;
    HttpServerOptions options = plain([](const HttpRequest& request) -> HttpResponse {
        if (request.path == "/store") throw StoreFault(ErrorCode::disk_full, "commit: disk full");
        throw std::runtime_error("secret detail");
    });
    options.log = [&](const std::string& line) {
        const std::lock_guard lock(mutex);
        logged += line + "\n";
    };
    options.on_fault = [&faults](const StoreFault& fault) { faults += fault.code() == ErrorCode::disk_full ? 1 : 100; };
    const TestServer server(std::move(options));
    const std::string answer = ask(server, "GET /bug HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(status_in(answer) == 500);
    CHECK(answer.find("secret") == std::string::npos);
    CHECK(faults == 0);
    CHECK(ask(server, "GET /store HTTP/1.1\r\nHost: h\r\n\r\n").empty());
    CHECK(faults == 1);
    const std::lock_guard lock(mutex);
    CHECK(logged.find("GET /bug: secret detail") != std::string::npos);
}

TEST_CASE("idle and slow connections hold no worker") {
    HttpServerOptions options = plain(echo);
    options.limits.workers = 1;
    const TestServer server(std::move(options));
    std::vector<std::unique_ptr<RawClient>> idle;
    for (int i = 0; i < 8; ++i) {
        idle.push_back(std::make_unique<RawClient>(server.port()));
        idle.back()->send(get_again);
        CHECK(status_in(idle.back()->receive("GET /again ")) == 200);
    }
    const RawClient slow(server.port());
    slow.send("GET /slow HTTP/1.1\r\nHost:");
    CHECK(status_in(ask(server, with_length("ninth"))) == 200);
    slow.send(" h\r\n\r\n");
    CHECK(status_in(slow.receive("GET /slow ")) == 200);
    idle.front()->send(get_again);
    CHECK(status_in(idle.front()->receive("GET /again ")) == 200);
}

TEST_CASE("slow bodies, untaken answers and refused clients that stay give way when workers are wanted") {
    HttpServerOptions options = plain([](const HttpRequest& request) {
        return text(request.path == "/large" ? std::string(std::size_t{8} << 20, 'a') : request.body);
    });
    options.limits.workers = 2;
    // No deadline comes to the rescue.
    options.limits.read_deadline_ms = options.limits.write_deadline_ms = 3'600'000;
    const TestServer server(std::move(options));
    const std::string requests[] = {post("Content-Length: 5\r\n", "abc"),
                                    post("Transfer-Encoding: chunked\r\n", "5\r\na"),
                                    "GET /large HTTP/1.1\r\nHost: h\r\n\r\n", "bad\r\n\r\n"};
    for (const std::string& request : requests) {
        CAPTURE(request);
        std::vector<std::unique_ptr<RawClient>> crowd;
        for (int i = 0; i < 8; ++i) {
            crowd.push_back(std::make_unique<RawClient>(server.port()));
            crowd.back()->send(request);
        }
        CHECK(body_in(ask(server, with_length("ninth"))) == "ninth");
    }
}

TEST_CASE("a large body is not taken from whoever may not send it") {
    HttpServerOptions options = plain(echo);
    options.turn_away = [](const HttpRequest& head) -> std::optional<HttpResponse> {
        if (head.path == "/open") return std::nullopt;
        return problem(401, {ErrorCode::unauthenticated, "no token", "", ""});
    };
    const TestServer server(std::move(options));
    const std::string invited = "Expect: 100-continue\r\n";
    for (const std::string& framing :
         {std::string("Content-Length: 100000\r\n"), std::string("Transfer-Encoding: chunked\r\n")}) {
        CAPTURE(framing);
        // Answered although the body never comes, and without an invitation to send it.
        CHECK(status_in(ask(server, post(framing, ""))) == 401);
        CHECK(status_in(ask(server, post(framing + invited, ""))) == 401);
        CHECK(ask(server, post(framing + invited, "0\r\n\r\n" + std::string(200'000, 'a'), "/open"))
                  .starts_with("HTTP/1.1 100"));
    }
    CHECK(body_in(ask(server, with_length("small"))) == "POST / small");  // the handler tells
}

TEST_CASE("a slow client is left its time while workers are free") {
    HttpServerOptions options = plain(echo);
    options.limits.workers = 2;
    const TestServer server(std::move(options));
    const RawClient slow(server.port());
    slow.send(post("Content-Length: 5\r\n", ""));
    for (const char* piece : {"a", "b", "c", "d", "e"}) {
        CHECK(status_in(ask(server, with_length("another"))) == 200);
        slow.send(piece);
    }
    CHECK(body_in(slow.receive_all()) == "POST / abcde");
}

TEST_CASE("silent connections make room for new ones") {
    HttpServerOptions options = plain(echo);
    options.limits.connections_max = 4;
    const TestServer server(std::move(options));
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 12; ++i) silent.push_back(std::make_unique<RawClient>(server.port()));
    const RawClient known(server.port());
    known.send(get_again);
    CHECK(status_in(known.receive("GET /again ")) == 200);
    for (int i = 0; i < 2; ++i) silent.push_back(std::make_unique<RawClient>(server.port()));
    for (int i = 0; i < 10; ++i) CHECK(silent[static_cast<std::size_t>(i)]->receive_all().empty());
    known.send(get_again);  // others have been silent for longer
    CHECK(status_in(known.receive("GET /again ")) == 200);
}

TEST_CASE("a request that waits for a worker is not let go for the sake of newcomers") {
    Gate entered;
    Gate release;
    HttpServerOptions options = plain([&](const HttpRequest& request) {
        entered.open();
        release.wait();
        return echo(request);
    });
    options.limits.workers = 1;
    options.limits.connections_max = 4;
    const TestServer server(std::move(options));
    std::vector<std::unique_ptr<RawClient>> asking;
    const auto ask_one_more = [&] {
        asking.push_back(std::make_unique<RawClient>(server.port()));
        asking.back()->send("GET /again HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    };
    ask_one_more();
    entered.wait();
    for (int i = 0; i < 11; ++i) ask_one_more();  // three fit beside it, the others wait outside
    release.open();
    for (const auto& client : asking) CHECK(status_in(client->receive_all()) == 200);
}

TEST_CASE("slow heads, slow bodies and idle connections are closed at their deadline") {
    HttpServerOptions options = plain(echo);
    options.limits.head_deadline_ms = 50;
    options.limits.idle_ms = 50;
    options.limits.read_deadline_ms = 50;
    const TestServer server(std::move(options));
    CHECK(ask(server, "").empty());
    CHECK(ask(server, "GET / HTTP/1.1\r\n").empty());
    CHECK(status_in(ask(server, post("Content-Length: 5\r\n", "abc"))) == 408);
}

TEST_CASE("a long-poll notices that its client has gone") {
    Gate entered;
    Gate left;
    const TestServer server(plain([&](const HttpRequest& request) {
        entered.open();
        while (!is_gone(request)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        left.open();
        return text("late");
    }));
    {
        const RawClient client(server.port());
        client.send(get_again);
        entered.wait();
    }
    left.wait();
}

TEST_CASE("stopping ends long-polls with an answer, and idle connections") {
    Gate entered;
    TestServer server(plain([&](const HttpRequest& request) {
        if (request.path != "/again") return text("quick");
        entered.open();
        while (!is_gone(request)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return text("stopped");
    }));
    const RawClient idle(server.port());
    idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(status_in(idle.receive("quick")) == 200);
    const RawClient polling(server.port());
    polling.send(get_again);
    entered.wait();
    (*server).stop();
    CHECK(body_in(polling.receive_all()) == "stopped");
    CHECK(idle.receive_all().empty());
}

TEST_CASE("stopping does not wait for a client that sends or takes slowly") {
    Gate entered;
    HttpServerOptions options = plain([&](const HttpRequest&) {
        HttpResponse response = text("");
        response.stream = [&entered](std::string& chunk) {
            entered.open();
            chunk = std::string(1'000'000, 'x');
            return true;
        };
        return response;
    });
    options.limits.stop_grace_ms = 1;
    options.limits.read_deadline_ms = 3'600'000;
    options.limits.write_deadline_ms = 3'600'000;
    TestServer server(std::move(options));
    const RawClient sends(server.port());
    sends.send(post("Content-Length: 5\r\n", "abc"));
    const RawClient takes(server.port());
    takes.send(get_again);
    entered.wait();
    (*server).stop();  // would take an hour
    CHECK_FALSE(takes.receive_all().ends_with("\r\n0\r\n\r\n"));
}

TEST_CASE("an address in use and a bad one are errors") {
    const TestServer server(plain(echo));
    HttpServerOptions options = plain(echo);
    options.listen = TcpAddress{"127.0.0.1", server.port()};
    HttpServer second(options, steady_clock);
    const auto taken = second.start();
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == ErrorCode::io);
    options.listen = TcpAddress{"localhost.example", 0};
    HttpServer third(options, steady_clock);
    const auto bad = third.start();
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == ErrorCode::bad_value);
}

TEST_CASE("the remote address is the socket's, whatever a header says") {
    const TestServer server(plain([](const HttpRequest& request) { return text(request.remote); }));
    const std::string answer = ask(
        server,
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Forwarded-For: 9.9.9.9\r\nREMOTE_ADDR: 9.9.9.9\r\n\r\n");
    CHECK(body_in(answer) == "127.0.0.1");
}
