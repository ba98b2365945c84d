#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "catalog/text/encoding.hpp"

using namespace minglu;

namespace {

struct Outcome {
    std::string text;
    std::string error;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << '"' << outcome.text << "\" / " << outcome.error;
}

Outcome decode_in_chunks(std::string_view bytes, const std::vector<std::size_t>& sizes, Encoding encoding) {
    Decoder decoder{encoding};
    Outcome outcome;
    std::size_t at = 0;
    for (std::size_t i = 0; at < bytes.size(); ++i) {
        const std::size_t size = sizes.empty() ? bytes.size() : 1 + sizes[i % sizes.size()] % 7;
        if (auto fed = decoder.feed(bytes.substr(at, size), outcome.text); !fed) {
            outcome.error = describe(fed.error());
            return outcome;
        }
        at += size;
    }
    if (auto ended = decoder.finish(outcome.text); !ended) outcome.error = describe(ended.error());
    return outcome;
}

}  // namespace

TEST_CASE("UTF-8 and GB18030 are told apart, with and without a byte order mark") {
    struct Case {
        std::string_view bytes, text;
    };
    const Case cases[] = {
        {"", ""},
        {"name,class\n", "name,class\n"},
        {"\xEF\xBB\xBF涪陵榨菜", "涪陵榨菜"},
        {"涪陵榨菜", "涪陵榨菜"},
        {"\xB8\xA2\xC1\xEA\xD5\xA5\xB2\xCB,29", "涪陵榨菜,29"},
        {"a,\xD6\xD8\xC7\xEC\n", "a,重庆\n"},
        {"\xA6\xD9", "\xEF\xB8\x90"},              // U+FE10 since GB 18030-2022, U+E78D before
        {"\x84\x31\x95\x33x", "\xEF\xBB\xBFx"},    // the four-byte form
        {"\x95\x32\x82\x36", "\xF0\xA0\x80\x80"},  // U+20000, beyond the basic plane
    };
    for (const Case& c : cases) {
        const auto text = to_utf8(c.bytes);
        REQUIRE_MESSAGE(text.has_value(), c.text);
        CHECK(*text == c.text);
    }
}

TEST_CASE("a wrong byte is named by line and byte") {
    struct Case {
        std::string_view bytes;
        Encoding encoding;
        std::string_view where;
    };
    const Case cases[] = {
        {"ab\ncd\xFF", Encoding::utf8, "line 2, byte 6"},        {"\xE6\xB6", Encoding::utf8, "line 1, byte 1"},
        {"x\n\xED\xA0\x80", Encoding::utf8, "line 2, byte 3"},   // a surrogate
        {"\xC0\xAF", Encoding::utf8, "line 1, byte 1"},          // overlong
        {"\xF4\x90\x80\x80", Encoding::utf8, "line 1, byte 1"},  // above U+10FFFF
        {"a\n\nb\xFF\xFF", Encoding::gb18030, "line 3, byte 5"}, {"ab\n\xD6", Encoding::gb18030, "line 2, byte 4"},
        {"ab\n\xFF\xFF", Encoding::detect, "line 2, byte 4"},
    };
    for (const Case& c : cases) {
        const auto text = to_utf8(c.bytes, c.encoding);
        REQUIRE_FALSE(text.has_value());
        CHECK(text.error().code == ErrorCode::bad_encoding);
        CHECK(text.error().where == c.where);
        CHECK_FALSE(text.error().cure.empty());
    }
}

TEST_CASE("UTF-16 is told as such, with a cure that works") {
    for (const std::string_view bytes :
         {std::string_view("\xFF\xFEn\0,\0", 6), std::string_view("\xFE\xFF\0n\0,", 6)}) {
        const auto text = to_utf8(bytes);
        REQUIRE_FALSE(text.has_value());
        CHECK(text.error().what == "the file is UTF-16 (Unicode text), which is not read");
        CHECK(text.error().where == "line 1, byte 1");
        CHECK(text.error().cure == "save the file as UTF-8 (CSV UTF-8) or GB18030");
    }
}

TEST_CASE("how the bytes are cut changes neither text nor error") {
    const std::string utf8 = "name,类别\n𠀀江小白,33\nπ\n";
    const std::string samples[] = {
        "\xFF\xFE\x2Dm", "\xFE\xFFm\x2D",      "\xFF",     "\xFE",     utf8, "\xEF\xBB\xBF" + utf8, *to_gb18030(utf8),
        "重庆\xFF",      "\xD6\xD8\n\xFF\xFF", "重庆\xE6", "\xEF\xBB", ""};
    CHECK(rc::check([&](const std::vector<std::size_t>& sizes) {
        for (const std::string& sample : samples) {
            for (const Encoding encoding : {Encoding::detect, Encoding::utf8, Encoding::gb18030}) {
                RC_ASSERT(decode_in_chunks(sample, sizes, encoding) == decode_in_chunks(sample, {}, encoding));
            }
        }
    }));
}

TEST_CASE("a sample that ends inside a character is still UTF-8") {
    for (const std::size_t shift : {0u, 1u, 2u}) {
        std::string text(shift, 'a');
        while (text.size() < encoding_sample_bytes + 10) text += "榨";
        REQUIRE(to_utf8(text).has_value());
        CHECK(*to_utf8(text) == text);
        const auto broken = to_utf8(text + "\xFF");
        REQUIRE_FALSE(broken.has_value());
        CHECK(broken.error().what.find("UTF-8") != std::string::npos);
    }
}

TEST_CASE("what GB18030 was made from is read back") {
    CHECK(rc::check([](const std::u32string& code_points) {
        std::string text;
        for (const char32_t raw : code_points) {
            const char32_t code = raw % 0x2000 + 0x4E00;
            text += static_cast<char>(0xE0 | (code >> 12));
            text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
            text += static_cast<char>(0x80 | (code & 0x3F));
        }
        const auto bytes = to_gb18030(text);
        RC_ASSERT(bytes.has_value());
        RC_ASSERT(to_utf8(*bytes, Encoding::gb18030) == text);
    }));
}

TEST_CASE("names of encodings") {
    CHECK(parse_encoding("GBK") == Encoding::gb18030);
    CHECK(parse_encoding("UTF-8") == Encoding::utf8);
    CHECK(parse_encoding("") == Encoding::detect);
    CHECK_FALSE(parse_encoding("big5").has_value());
    for (const Encoding encoding : {Encoding::detect, Encoding::utf8, Encoding::gb18030}) {
        CHECK(parse_encoding(name(encoding)) == encoding);
    }
}
