/// The command line's way in: a Unix socket of mode 0600.
#include <doctest/doctest.h>

#include <fstream>

#include "net_support.hpp"
#include "src/http/message.hpp"
#include "src/net/local_client.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace minglu;
using namespace minglu::nettest;

namespace {

HttpRequest request_of(std::string method, std::string path) {
    HttpRequest request;
    request.method = std::move(method);
    request.path = std::move(path);
    return request;
}

}  // namespace

TEST_CASE("requests go over the socket whole, and are local") {
    const test::TemporaryDirectory dir;
    const auto socket = dir.path() / "admin.sock";
    HttpServerOptions options = plain([](const HttpRequest& request) {
        HttpResponse response;
        response.status = request.path == "/none" ? 404 : 200;
        response.content_type = "text/plain";
        response.headers.emplace("X-Seen", std::string(header(request, "x-sent")));
        response.body = (request.local ? "local " : "far ") + request.method + " " + request.path;
        for (const auto& [key, value] : request.query) response.body += " " + key + "=" + value;
        response.body += " " + request.body;
        return response;
    });
    options.listen = UnixAddress{socket};
    TestServer server(std::move(options));
    CHECK((std::filesystem::status(socket).permissions() & std::filesystem::perms::all) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));

    LocalClient client(socket);
    HttpRequest request = request_of("GET", "/entries/涪陵 榨菜/%41");
    request.query.emplace("q", "a&b=c+d 涪陵");
    request.headers.emplace("x-sent", "yes");
    const auto answer = client.call(request);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "local GET /entries/涪陵 榨菜/%41 q=a&b=c+d 涪陵 ");
    CHECK(answer->content_type == "text/plain");
    REQUIRE(answer->headers.find("x-seen") != answer->headers.end());
    CHECK(answer->headers.find("x-seen")->second == "yes");
    CHECK(client.call(request_of("GET", "/none"))->status == 404);

    for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
        HttpRequest sent = request_of(method, "/x");
        CHECK(client.call(sent)->body == std::string("local ") + method + " /x ");
        sent.body = "body";
        CHECK(client.call(sent)->body == std::string("local ") + method + " /x body");
    }
    (*server).stop();
    CHECK_FALSE(std::filesystem::exists(socket));
    const auto gone = client.call(request_of("GET", "/"));
    REQUIRE_FALSE(gone);
    CHECK(gone.error().code == ErrorCode::unreachable);
}

TEST_CASE("files stream up, answers stream down") {
    const test::TemporaryDirectory dir;
    const std::string content(3'000'000, 'z');
    std::ofstream(dir.path() / "upload", std::ios::binary) << content;
    HttpServerOptions options = plain([&content](const HttpRequest& request) {
        HttpResponse response;
        response.status = request.body == content ? 200 : 422;
        response.stream = [left = 30](std::string& chunk) mutable {
            chunk = std::string(100'000, 'y');
            return left-- > 0;
        };
        return response;
    });
    options.listen = UnixAddress{dir.path() / "s"};
    const TestServer server(std::move(options));
    LocalClient client(dir.path() / "s");
    HttpRequest request = request_of("POST", "/import");
    request.body_file = dir.path() / "upload";
    std::size_t got = 0;
    const auto answer = client.call(request, [&got](std::string_view bytes) -> Result<void> {
        got += bytes.size();
        return {};
    });
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body.empty());
    CHECK(got == 3'000'000);

    const Error no_room{ErrorCode::disk_full, "no space", "list.csv", "make room"};
    CHECK(client.call(request, [&](std::string_view) -> Result<void> { return fail(no_room); }).error() == no_room);

    const auto refused = client.call(request_of("POST", "/import"), [](std::string_view) { return Result<void>(); });
    REQUIRE(refused);
    CHECK(refused->status == 422);
    CHECK(refused->body.size() == 3'000'000);  // not the file that was asked for: stays in the response

    request.body_file = dir.path() / "none";
    CHECK(client.call(request).error().code == ErrorCode::io);
}

TEST_CASE("a socket file left by a dead process is replaced, one in use is not") {
    const test::TemporaryDirectory dir;
    HttpServerOptions options = plain([](const HttpRequest&) { return HttpResponse{}; });
    options.listen = UnixAddress{dir.path() / "s"};
    const TestServer first(options);
    HttpServer second(options, steady_clock);
    const auto taken = second.start();
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == ErrorCode::io);
    LocalClient client(dir.path() / "s");
    CHECK(client.call(request_of("GET", "/")));
}
