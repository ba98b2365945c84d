/// A handler called in this process behaves like the one behind the socket.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "src/cli/local_node.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace minglu;
using namespace minglu::cli;

namespace {

HttpHandler streaming(int status) {
    return [status](const HttpRequest& request) {
        HttpResponse response;
        response.status = status;
        response.body = request.local ? "ignored" : "far";
        response.stream = [left = 3](std::string& chunk) mutable {
            chunk = "part" + std::to_string(left);
            return left-- > 0;
        };
        return response;
    };
}

}  // namespace

TEST_CASE("streamed answers reach the sink; those of problems stay in the response") {
    std::string got;
    const Backend::Sink sink = [&](std::string_view bytes) -> Result<void> {
        got += bytes;
        return {};
    };
    const auto good = call_in_process(streaming(200), {}, &sink, {});
    REQUIRE(good);
    CHECK(got == "part3part2part1");
    CHECK(good->body.empty());
    got.clear();
    const auto bad = call_in_process(streaming(404), {}, &sink, {});
    REQUIRE(bad);
    CHECK(got.empty());
    CHECK(bad->body == "part3part2part1");
    CHECK(call_in_process(streaming(200), {}, nullptr, {})->body == "part3part2part1");
    const Error no_room{ErrorCode::disk_full, "no space", "file.csv", "make room"};
    const Backend::Sink full = [&](std::string_view) -> Result<void> { return fail(no_room); };
    CHECK(call_in_process(streaming(200), {}, &full, {}).error() == no_room);
}

TEST_CASE("a handler that takes the upload away takes a copy") {
    const test::TemporaryDirectory dir;
    std::ofstream(dir.path() / "mine.csv") << "rows";
    HttpRequest request;
    request.body_file = dir.path() / "mine.csv";
    const auto taken = dir.path() / "taken";
    const auto take = [&](const HttpRequest& sent) {
        CHECK(sent.local);
        std::filesystem::rename(sent.body_file, taken);
        return HttpResponse{};
    };
    REQUIRE(call_in_process(take, request, nullptr, dir.path() / "spool"));
    CHECK(std::filesystem::exists(dir.path() / "mine.csv"));
    CHECK(std::filesystem::file_size(taken) == 4);
    const auto leave = [](const HttpRequest&) { return HttpResponse{}; };
    REQUIRE(call_in_process(leave, request, nullptr, dir.path() / "spool"));
    CHECK(std::filesystem::is_empty(dir.path() / "spool"));
    request.body_file = dir.path() / "none.csv";
    CHECK(call_in_process(leave, request, nullptr, dir.path() / "spool").error().code == ErrorCode::io);
}
