// The bundle's framing alone: what is written is read back, and nothing else is.
#include "sync/bundle.hpp"

#include <doctest/doctest.h>

#include "tests/support/fixed_key.hpp"
#include "tests/support/log_forge.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

const auto key = fixed_key("sc");

LogForge example() {
    LogForge forge(LogId{"sc-03ab99f0c1d2e3f4"}, *key, {1'766'109'600'000, 0});
    for (int i = 0; i < 4; ++i) forge.change({write_op("gi/AGI" + std::to_string(i), "name", "甲")});
    return forge;
}

TEST_CASE("the first line is read back as it was written") {
    const LogForge forge = example();
    BundleInfo info{NodeId{"sc"}, {}, {forge.segment(Seq{2}, Seq{3}, Seq{5}, Seq{4})}};
    info.vector.set(forge.log(), Seq{5});
    REQUIRE_FALSE(info.segments.front().steps.empty());
    REQUIRE_FALSE(info.segments.front().head_path.empty());
    const std::string bytes = serialise(info) + forge.lines(Seq{2}, Seq{3});
    const auto bundle = parse_bundle(bytes);
    REQUIRE(bundle);
    CHECK(bundle->info == info);
    CHECK(bundle->records.size() == 2);
    CHECK(bundle->records.front().op_lines.size() == 1);
}

TEST_CASE("cosigned heads are taken up to a limit, of all notes together") {
    const LogForge forge = example();
    BundleInfo info{NodeId{"sc"}, {}, {forge.segment(Seq{2}, Seq{3}, Seq{5}, Seq{4})}};
    info.cosigned.assign(4, std::string(bundle_cosigned_bytes_max / 4, 'x'));
    CHECK(parse_bundle(serialise(info) + forge.lines(Seq{2}, Seq{3})));
    info.cosigned.emplace_back("x");
    const auto bundle = parse_bundle(serialise(info) + forge.lines(Seq{2}, Seq{3}));
    REQUIRE_FALSE(bundle);
    CHECK(bundle.error().code == ErrorCode::malformed);
}

TEST_CASE("logs are named up to a limit: brought, in the vector, and as damaged") {
    const auto head = example().segment(Seq{1}, Seq{0}, Seq{5});
    const auto id = [](std::size_t number) {
        const std::string digits = std::to_string(number);
        return LogId{"gz-" + std::string(16 - digits.size(), '0') + digits};
    };
    const auto naming = [&](std::size_t logs, void (*name)(BundleInfo&, const Segment&)) {
        BundleInfo info{NodeId{"sc"}, {}, {}};
        Segment segment = head;
        for (std::size_t i = 0; i < logs; ++i) {
            segment.log = id(i);
            name(info, segment);
        }
        return parse_bundle(serialise(info));
    };
    void (*const ways[])(BundleInfo&, const Segment&) = {
        [](BundleInfo& info, const Segment& segment) { info.segments.push_back(segment); },
        [](BundleInfo& info, const Segment& segment) { info.vector.set(segment.log, Seq{1}); },
        [](BundleInfo& info, const Segment& segment) { info.damaged.set(segment.log, Seq{1}); },
    };
    for (const auto way : ways) {
        CHECK(naming(vector_logs_max, way));
        const auto bundle = naming(vector_logs_max + 1, way);
        REQUIRE_FALSE(bundle);
        CHECK(bundle.error().code == ErrorCode::malformed);
    }
}

TEST_CASE("every truncation is malformed") {
    const std::string bytes = example().rest();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto bundle = parse_bundle(std::string_view(bytes).substr(0, size));
        REQUIRE_FALSE(bundle);
        CHECK(bundle.error().code == ErrorCode::malformed);
    }
}

TEST_CASE("records that were not announced, or stand in another order, are malformed") {
    const LogForge forge = example();
    const auto framed = [&](Seq from, Seq to, const std::string& lines) {
        return parse_bundle(serialise(BundleInfo{NodeId{"sc"}, {}, {forge.segment(from, to, Seq{5})}}) + lines);
    };
    CHECK(framed(Seq{2}, Seq{3}, forge.lines(Seq{2}, Seq{3})));
    CHECK_FALSE(framed(Seq{2}, Seq{3}, forge.lines(Seq{2}, Seq{4})));
    CHECK_FALSE(framed(Seq{2}, Seq{4}, forge.lines(Seq{2}, Seq{3})));
    CHECK_FALSE(framed(Seq{2}, Seq{3}, forge.lines(Seq{3}, Seq{3}) + forge.lines(Seq{2}, Seq{2})));
    CHECK_FALSE(framed(Seq{2}, Seq{3}, forge.lines(Seq{2}, Seq{2}) + forge.lines(Seq{2}, Seq{2})));
    const Segment twice = forge.segment(Seq{2}, Seq{1}, Seq{5});
    CHECK_FALSE(parse_bundle(serialise(BundleInfo{NodeId{"sc"}, {}, {twice, twice}})));
}

TEST_CASE("a first line of another form is refused by its cause") {
    const std::string log = R"("log":"sc-03ab99f0c1d2e3f4","head":"x")";
    struct Case {
        std::string line;
        ErrorCode code;
    };
    const Case cases[] = {
        {R"({"minglu_bundle":4294967297,"node":"sc","vector":{},"logs":[]})", ErrorCode::unsupported_version},
        {R"({"minglu_bundle":2,"node":"sc","vector":{},"logs":[]})", ErrorCode::unsupported_version},
        {R"({"node":"sc","vector":{},"logs":[]})", ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"SC","vector":{},"logs":[]})", ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","node":"sc","vector":{},"logs":[]})", ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{"sc-03ab99f0c1d2e3f4":-1},"logs":[]})", ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{},"logs":[{)" + log + R"(,"from":-1,"to":1}]})",
         ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{},"logs":[{)" + log + R"(,"from":0,"to":0}]})",
         ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{},"logs":[{)" + log + R"(,"from":3,"to":1}]})",
         ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{},"logs":[{)" + log + R"(,"from":1}]})", ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{},"logs":[{)" + log + R"(,"from":1,"to":0,"head_path":[]}]})",
         ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{},"logs":[{)" + log +
             R"(,"from":1,"to":0,"head_from":0,"head_path":[]}]})",
         ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{},"logs":[{)" + log +
             R"(,"from":1,"to":0,"head_from":1,"head_path":""}]})",
         ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":[],"logs":[]})", ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{},"logs":{}})", ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":[1],"vector":{},"logs":[]})", ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{},"logs":[1]})", ErrorCode::malformed},
        {R"({"minglu_bundle":1,"node":"sc","vector":{},"logs":[],"cosigned":[1]})", ErrorCode::malformed},
        {"[]", ErrorCode::malformed},
        {"", ErrorCode::malformed},
    };
    for (const Case& c : cases) {
        const std::string bytes = c.line + "\n";
        const auto bundle = parse_bundle(bytes);
        REQUIRE_FALSE_MESSAGE(bundle, c.line);
        CHECK_MESSAGE(bundle.error().code == c.code, c.line);
        CHECK_MESSAGE(bundle.error().what.find("exception") == std::string::npos, bundle.error().what);
    }
    CHECK(parse_bundle("{\"minglu_bundle\":1,\"node\":\"sc\",\"vector\":{},\"logs\":[]}\n"));
}

TEST_CASE("held heads are read back; other texts are refused") {
    const std::vector<HeldHead> heads{{LogId{"cq-9f3c21d07be45a18"}, Seq{7}, {1'766'109'600'000, 2}},
                                      {LogId{"sc-03ab99f0c1d2e3f4"}, Seq{1}, {5, 0}}};
    CHECK(to_string(heads) == "cq-9f3c21d07be45a18:7@1766109600000.2,sc-03ab99f0c1d2e3f4:1@5.0");
    CHECK(parse_held_heads(to_string(heads)) == heads);
    CHECK(parse_held_heads("")->empty());
    for (const char* text :
         {"cq", "cq-9f3c21d07be45a18:7", "cq-9f3c21d07be45a18:7@5", "cq-9f3c21d07be45a18:0@5.0",
          "cq-9f3c21d07be45a18:7@.0", "cq-9f3c21d07be45a18:7@5.", "cq-9f3c21d07be45a18:7@5.x",
          "cq-9f3c21d07be45a18:7@5.99999999999", "cq-9f3c21d07be45a18:7@-5.0", "cq-9f3c21d07be45a18:7@05.0",
          "cq-9f3c21d07be45a18:7@5.00", "cq-9f3c21d07be45a18:7@5.0,",
          "cq-9f3c21d07be45a18:7@5.0,cq-9f3c21d07be45a18:7@5.0", "sc-03ab99f0c1d2e3f4:1@5.0,cq-9f3c21d07be45a18:7@5.0"})
        CHECK_FALSE_MESSAGE(parse_held_heads(text), text);
}

}  // namespace
