/// Content codings: round trips in any pieces, caps, damage.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "src/http/compression.hpp"

using namespace minglu;

namespace {

Result<std::string> decode(Coding coding, std::string_view bytes, std::size_t bytes_max, std::size_t piece) {
    BodyDecoder decoder(coding, bytes_max);
    std::string out;
    const BodyDecoder::Sink sink = [&out](std::string_view more) {
        out += more;
        return Result<void>{};
    };
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        if (auto fed = decoder.feed(bytes.substr(0, piece), sink); !fed) return fail(fed.error());
    }
    if (auto finished = decoder.finish(); !finished) return fail(finished.error());
    return out;
}

constexpr Coding codings[] = {Coding::identity, Coding::gzip, Coding::zstd};

}  // namespace

TEST_CASE("every coding gives back what it took, whatever the pieces") {
    const bool holds = rc::check([](const std::string& text, bool repeat) {
        std::string body = text;
        for (int i = 0; repeat && i < 12; ++i) body += body;
        const std::size_t piece = *rc::gen::inRange<std::size_t>(1, 70'000);
        for (const Coding coding : codings) {
            const auto back = decode(coding, encode(coding, body), body.size(), piece);
            RC_ASSERT(back.has_value());
            RC_ASSERT(*back == body);
        }
    });
    CHECK(holds);
}

TEST_CASE("output stops at the cap, exactly") {
    const std::string zeros(1'000'000, '0');
    for (const Coding coding : codings) {
        CAPTURE(name(coding));
        const std::string bytes = encode(coding, zeros);
        CHECK(decode(coding, bytes, zeros.size(), 1'000));
        const auto over = decode(coding, bytes, zeros.size() - 1, 1'000);
        REQUIRE_FALSE(over);
        CHECK(over.error().code == ErrorCode::too_large);
    }
}

TEST_CASE("damage and truncation are found") {
    const std::string text = "涪陵榨菜 " + std::string(5'000, 'x') + " end";
    for (const Coding coding : {Coding::gzip, Coding::zstd}) {
        CAPTURE(name(coding));
        const std::string bytes = encode(coding, text);
        CHECK_FALSE(decode(coding, bytes.substr(0, bytes.size() - 1), 1'000'000, 100));
        CHECK_FALSE(decode(coding, "not compressed at all", 1'000'000, 100));
        CHECK_FALSE(decode(coding, bytes + "tail", 1'000'000, 100));
    }
}

TEST_CASE("codings are chosen by what the client takes") {
    struct Case {
        const char* accept;
        Coding coding;
    };
    const Case cases[] = {{"", Coding::identity},
                          {"gzip", Coding::gzip},
                          {"zstd", Coding::zstd},
                          {"gzip, deflate, br, zstd", Coding::zstd},
                          {"gzip;q=1.0, zstd;q=0", Coding::gzip},
                          {"zstd;q=0.000, gzip;q=0", Coding::identity},
                          {"br", Coding::identity},
                          {"GZIP ;q=0.5", Coding::gzip}};
    for (const Case& c : cases) {
        CAPTURE(c.accept);
        CHECK(choose_coding(c.accept) == c.coding);
    }
    CHECK(parse_coding("gzip").value() == Coding::gzip);
    CHECK(parse_coding("").value() == Coding::identity);
    CHECK_FALSE(parse_coding("br"));
    CHECK_FALSE(parse_coding("gzip, gzip"));
}
