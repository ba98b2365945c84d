// Bundles one after the other in a stream: framed alike however the bytes come, and never beyond a cut.
#include "sync/bundle_reader.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "sync/sender.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

/// Gives at most `piece` bytes at a time.
BundleReader::Source pieces(std::string bytes, std::size_t piece) {
    return [bytes = std::move(bytes), piece, at = std::size_t{0}](char* to, std::size_t size) mutable {
        const std::size_t count = std::min({piece, size, bytes.size() - at});
        std::copy_n(bytes.data() + at, count, to);
        at += count;
        return count;
    };
}

std::vector<FramedBundle> read_all(const std::string& bytes, std::size_t piece) {
    BundleReader reader(pieces(bytes, piece));
    std::vector<FramedBundle> bundles;
    while (auto bundle = reader.next()) bundles.push_back(*std::move(bundle));
    return bundles;
}

/// Three bundles of one log, the last without records; one op looks like the first line of a bundle.
struct Written {
    Written() {
        forge.change({write_op("gi/AGI1", "name", "甲")});
        Header header;
        header.actor = "x";
        const std::string op = serialise(write_op("gi/AGI2", "name", "乙"));
        forge.append(header, {"{\"minglu_bundle\":1," + op.substr(1)});
        forge.change({write_op("gi/AGI3", "name", "丙"), write_op("gi/AGI4", "name", "丁")});
        bundles = {forge.bundle(Seq{1}, Seq{2}, Seq{4}), forge.bundle(Seq{3}, Seq{4}, Seq{4}),
                   forge.bundle(Seq{5}, Seq{4}, Seq{4})};
        for (const std::string& bundle : bundles) all += bundle;
    }
    std::unique_ptr<SigningKey> key = fixed_key("sc");
    LogForge forge{LogId{"sc-03ab99f0c1d2e3f4"}, *key, {1'766'109'600'000, 0}};
    std::vector<std::string> bundles;
    std::string all;
};

TEST_CASE("the same bundles come out whatever pieces the bytes come in") {
    const Written written;
    for (const std::size_t piece : std::vector<std::size_t>{1, 2, 3, 7, 100, 1'000, 1'000'000}) {
        const auto read = read_all(written.all, piece);
        REQUIRE(read.size() == written.bundles.size());
        std::uint64_t at = 0;
        for (std::size_t i = 0; i < read.size(); ++i) {
            CHECK(read[i].whole);
            CHECK(read[i].bytes == written.bundles[i]);
            CHECK(read[i].at == at);
            CHECK(read[i].info == parse_bundle(read[i].bytes)->info);
            at += read[i].bytes.size();
        }
    }
    CHECK(read_all("", 10).empty());
}

TEST_CASE("of a stream cut anywhere the whole bundles come out, then the rest, and no byte is lost or invented") {
    const Written written;
    for (std::size_t size = 0; size <= written.all.size(); ++size) {
        const std::string cut = written.all.substr(0, size);
        const auto read = read_all(cut, 50);
        std::string again;
        for (std::size_t i = 0; i < read.size(); ++i) {
            again += read[i].bytes;
            CHECK(read[i].whole == (read[i].bytes == written.bundles[i]));
            if (!read[i].whole) {
                CHECK(i + 1 == read.size());
                CHECK_FALSE(parse_bundle(read[i].bytes));
            }
        }
        CHECK(again == cut);
    }
}

TEST_CASE("of a stream damaged anywhere no byte is lost or invented either") {
    const Written written;
    const bool held = rc::check("damaged streams", [&] {
        std::string damaged = written.all;
        const int flips = *rc::gen::inRange(1, 4);
        for (int i = 0; i < flips; ++i) {
            char& byte = damaged[*rc::gen::inRange<std::size_t>(0, damaged.size())];
            byte = static_cast<char>(byte ^ (1 << *rc::gen::inRange(0, 8)));
        }
        std::string again;
        const auto read = read_all(damaged, *rc::gen::inRange<std::size_t>(1, 500));
        const auto at_once = read_all(damaged, damaged.size());
        RC_ASSERT(read.size() == at_once.size());
        for (std::size_t i = 0; i < read.size(); ++i) RC_ASSERT(read[i].bytes == at_once[i].bytes);
        for (const FramedBundle& bundle : read) {
            RC_ASSERT(bundle.at == again.size());
            RC_ASSERT(!parse_bundle(bundle.bytes) || bundle.whole);
            again += bundle.bytes;
        }
        // After something that is not whole nothing is framed, and the reader need not have read to the end.
        RC_ASSERT(damaged.starts_with(again));
        RC_ASSERT(!again.empty());
    });
    CHECK(held);
}

TEST_CASE("what is no bundle is given as it is, once, and never more than a bundle may have") {
    const Written written;
    const auto after = read_all(written.all + "not a bundle\nand more\n", 64);
    REQUIRE(after.size() == 4);
    CHECK_FALSE(after.back().whole);
    CHECK_FALSE(after.back().info);
    CHECK(after.back().bytes == "not a bundle\n");
    const auto endless = read_all(std::string(6'000'000, 'x'), 1'000'000);
    REQUIRE(endless.size() == 1);
    CHECK_FALSE(endless.front().whole);
    CHECK(endless.front().bytes.size() == bundle_first_line_max + 1);
    // Records that are announced and do not end: the line of a record is not awaited for ever either.
    const std::string first = written.bundles[0].substr(0, written.bundles[0].find('\n') + 1);
    const auto heavy = read_all(first + std::string(bundle_bytes_limit + 1'000'000, 'x'), 1'000'000);
    REQUIRE(heavy.size() == 1);
    CHECK_FALSE(heavy.front().whole);
    CHECK(heavy.front().bytes.size() == bundle_bytes_limit);
}

TEST_CASE("what a node is known to hold is what its latest head says") {
    LoneNode cq("cq");
    LoneNode sc("sc");
    cq.pin(sc.id, *sc.key);
    CHECK_FALSE(known_holding(cq.store->read()->logs(), sc.id));
    const auto take = [&] {
        const Standing held = cq.replica->standing();
        const auto bundle = make_bundle(*sc.store->read(), sc.id, {held.vector, held.heads, {}});
        REQUIRE(cq.replica->ingest(*bundle, sc.id));
        return known_holding(cq.store->read()->logs(), sc.id).value();
    };
    CHECK(take().vector == sc.replica->standing().vector);
    REQUIRE(sc.write({write_op("gi/AGI1", "name", "甲")}));
    CHECK(take().vector == sc.replica->standing().vector);
    // After a restore it writes another log and may hold less.
    LoneNode restored("sc");
    restored.clock.advance(60'000);
    restored.replica.reset();
    restored.store = make_memory_store();
    restored.open();
    const Standing held = cq.replica->standing();
    const auto bundle = make_bundle(*restored.store->read(), sc.id, {held.vector, held.heads, {}});
    REQUIRE(cq.replica->ingest(*bundle, sc.id));
    CHECK(known_holding(cq.store->read()->logs(), sc.id)->vector == restored.replica->standing().vector);
}

}  // namespace
