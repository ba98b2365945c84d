// A peer whose program breaks the rules without end: what it causes is kept within bounds, and hides nobody else's.
#include <doctest/doctest.h>

#include "src/store/incident_bounds.hpp"
#include "src/store/sqlite/sqlite_store.hpp"
#include "tests/support/lone_node.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

const NodeId sc{"sc"};
const NodeId gz{"gz"};
constexpr HybridTime start{1'766'109'600'000, 0};
constexpr std::int64_t day_ms = 24 * 3'600'000;

/// Another node's log of records that each write one entry twice.
struct Breaker {
    explicit Breaker(const NodeId& node)
        : id(node), key(fixed_key(node.value())), forge(LogId{node.value() + "-03ab99f0c1d2e3f4"}, *key, start) {}

    void write(int records) {
        for (int i = 0; i < records; ++i) {
            const std::string entry = "gi/" + id.value() + std::to_string(forge.size().value());
            forge.change({write_op(entry, "name", "甲"), write_op(entry, "name", "乙")});
        }
    }

    NodeId id;
    std::unique_ptr<SigningKey> key;
    LogForge forge;
};

void bring(const LoneNode& node, const Breaker& breaker) {
    const Seq held = node.holds(breaker.forge.log());
    REQUIRE(node.replica->ingest(breaker.forge.rest(held), breaker.id));
    CHECK(node.holds(breaker.forge.log()) == breaker.forge.size());
}

std::vector<IncidentRow> about(const LoneNode& node, const NodeId& peer) {
    return node.store->read()->incidents(0, 10'000, {"invalid_record", peer.value(), false});
}

void check_bounds(LoneNode& node) {
    Breaker bad(sc);
    Breaker other(gz);
    node.pin(sc, *bad.key);
    node.pin(gz, *other.key);
    constexpr int many = 1'000;
    bad.write(many);
    bring(node, bad);
    other.write(3);
    bring(node, other);

    const auto rows = about(node, sc);
    REQUIRE(rows.size() == incidents_per_day_max + 1);
    CHECK(rows.front().count == many - incidents_per_day_max);
    CHECK(rows.front().received.find(bad.forge.log().value() + ":1001: ") != std::string::npos);
    CHECK(rows.front().at == node.clock.now());
    CHECK(rows.back().subject == bad.forge.log().value() + ":2");

    const auto others = about(node, gz);
    REQUIRE(others.size() == 3);
    for (std::size_t i = 0; i < others.size(); ++i)
        CHECK(others[i].subject == to_string(Dot{other.forge.log(), Seq{4 - i}}));

    node.clock.advance(day_ms);
    bad.write(1);
    bring(node, bad);
    CHECK(about(node, sc).size() == incidents_per_day_max + 2);
    CHECK(about(node, sc).front().subject == to_string(Dot{bad.forge.log(), bad.forge.size()}));

    CHECK(node.replica->rebuild({}));
    CHECK(about(node, sc).size() == incidents_per_day_max + 2);
}

}  // namespace

TEST_CASE("a thousand invalid records of one peer leave a bounded number of incidents, those of another one by one") {
    LoneNode in_memory;
    check_bounds(in_memory);
    const TemporaryDirectory dir;
    LoneNode on_disk("cq", open_sqlite_store(dir / "minglu.db"));
    check_bounds(on_disk);
}
