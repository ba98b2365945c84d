/// What the request head parser takes and what it refuses.
#include <doctest/doctest.h>

#include "src/http/server_head.hpp"

using namespace minglu;

namespace {

tl::expected<RequestHead, Refusal> parse(const std::string& text) {
    return parse_head(text, HttpLimits{});
}

}  // namespace

TEST_CASE("targets are decoded once and refused when they are not normal") {
    struct Case {
        const char* target;
        const char* path;  ///< null = refused
    };
    const Case cases[] = {
        {"/", "/"},
        {"/entries/trademark/10325554/33", "/entries/trademark/10325554/33"},
        {"/entries/trademark%2F10325554%2F33", "/entries/trademark/10325554/33"},
        {"/a%25b", "/a%b"},
        {"/%E6%B6%AA%E9%99%B5", "/涪陵"},
        {"/web/", "/web/"},
        {"//a", nullptr},
        {"/a//b", nullptr},
        {"/a/../b", nullptr},
        {"/a/%2e%2e/b", nullptr},
        {"/a/..", nullptr},
        {"/.", nullptr},
        {"/a%00", nullptr},
        {"/a%0d%0ab", nullptr},
        {"/a%7f", nullptr},
        {"/%ff", nullptr},
        {"/%e", nullptr},
        {"/%zz", nullptr},
        {"/a%5cb", nullptr},
        {"http://h/a", nullptr},
        {"*", nullptr},
    };
    for (const Case& c : cases) {
        CAPTURE(c.target);
        const auto head = parse("GET " + std::string(c.target) + " HTTP/1.1\r\nHost: h\r\n\r\n");
        REQUIRE(head.has_value() == (c.path != nullptr));
        if (head) CHECK(head->request.path == c.path);
    }
}

TEST_CASE("queries are decoded into parameters with typed access") {
    const auto head =
        parse("GET /q?q=%E6%B6%AA%E9%99%B5+x&limit=20&flag&two=1&two=2&empty= HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE(head);
    const HttpRequest& request = head->request;
    CHECK(text_parameter(request, "q").value() == "涪陵 x");
    CHECK(text_parameter(request, "none", "x").value() == "x");
    CHECK(text_parameter(request, "empty", "x").value().empty());
    CHECK(integer_parameter(request, "limit", 5, 1, 100).value() == 20);
    CHECK(integer_parameter(request, "none", 5, 1, 100).value() == 5);
    CHECK_FALSE(integer_parameter(request, "limit", 5, 1, 19));
    CHECK_FALSE(integer_parameter(request, "limit", 5, 21, 100));
    CHECK_FALSE(integer_parameter(request, "q", 5, 1, 100));
    CHECK(flag_parameter(request, "flag").value());
    CHECK_FALSE(flag_parameter(request, "none").value());
    CHECK_FALSE(flag_parameter(request, "q"));
    CHECK_FALSE(text_parameter(request, "two"));
}

TEST_CASE("heads that two parsers could read differently are refused") {
    struct Case {
        const char* what;
        std::string text;
        int status;  ///< 0 = taken
    };
    const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n";
    const std::string post = "POST / HTTP/1.1\r\nHost: h\r\n";
    const Case cases[] = {
        {"plain", get + "\r\n", 0},
        {"length", post + "Content-Length: 3\r\n\r\n", 0},
        {"chunked", post + "Transfer-Encoding: chunked\r\n\r\n", 0},
        {"both", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"both, other order", post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400},
        {"two lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
        {"same length twice", post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400},
        {"list of lengths", post + "Content-Length: 3, 3\r\n\r\n", 400},
        {"signed length", post + "Content-Length: +3\r\n\r\n", 400},
        {"negative length", post + "Content-Length: -3\r\n\r\n", 400},
        {"empty length", post + "Content-Length:\r\n\r\n", 400},
        {"huge length", post + "Content-Length: 99999999999999999999999\r\n\r\n", 400},
        {"coding chain", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400},
        {"obfuscated coding", post + "Transfer-Encoding: xchunked\r\n\r\n", 400},
        {"chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"space before colon", post + "Content-Length : 3\r\n\r\n", 400},
        {"folded line", get + "X: a\r\n b\r\n\r\n", 400},
        {"bare line feed", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
        {"bare carriage return", get + "X: a\rb\r\n\r\n", 400},
        {"zero byte", get + "X: a" + std::string(1, '\0') + "\r\n\r\n", 400},
        {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two hosts", get + "Host: g\r\n\r\n", 400},
        {"two authorizations", get + "Authorization: a\r\nAuthorization: b\r\n\r\n", 400},
        {"HEAD with a body", "HEAD / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n", 400},
        {"method with a space", "GE T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
        {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
        {"HTTP/0.9", "GET /\r\n\r\n", 400},
        {"other expectation", post + "Expect: more\r\n\r\n", 417},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        const auto head = parse(c.text);
        CHECK((head ? 0 : head.error().status) == c.status);
    }
}

TEST_CASE("too many headers and too long a target are refused") {
    std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 99; ++i) many += "X" + std::to_string(i) + ": a\r\n";
    CHECK(parse(many + "\r\n"));
    const auto more = parse(many + "Last: a\r\n\r\n");
    REQUIRE_FALSE(more);
    CHECK(more.error().status == 431);

    const auto longer = parse("GET /" + std::string(8 * 1'024, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n");
    REQUIRE_FALSE(longer);
    CHECK(longer.error().status == 414);
}

TEST_CASE("repeated list headers are joined, names are lower case") {
    const auto head = parse("GET / HTTP/1.1\r\nHOST: h\r\nAccept: a\r\naccept:  b \r\nConnection: Close\r\n\r\n");
    REQUIRE(head);
    CHECK(header(head->request, "accept") == "a, b");
    CHECK_FALSE(head->keep_alive);
}
