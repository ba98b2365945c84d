// Verification in slices: it finds what one pass finds, wherever it is cut, gone on with later, or written beside.
#include <doctest/doctest.h>

#include "sync/audit_chain.hpp"
#include "sync/findings.hpp"
#include "sync/verify.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

using Lines = std::vector<std::string>;
const NodeId sc{"sc"};
const LogId sc_log{"sc-03ab99f0c1d2e3f4"};
constexpr HybridTime start{1'766'109'600'000, 0};
const auto at_once = [] { return true; };

/// A node with records of two logs, entries in conflict, and rows of the audit trail.
struct Scene {
    Scene() {
        node.pin(sc, *key);
        for (int i = 0; i < 6; ++i) forge.change({write_op("gi/AGI" + std::to_string(i), "name", "甲")});
        REQUIRE(node.replica->ingest(forge.rest(), sc)->records == forge.size().value());
        for (int i = 0; i < 4; ++i) write(i);
        node.replica->write_local([](WriteTx& tx) {
            AuditEntry entry;
            entry.actor = "li.wei";
            entry.kind = "search";
            append_audit(tx, std::vector{entry, entry, entry});
        });
        REQUIRE(node.store->read()->counts().conflicts > 0);
    }
    /// Without having seen what is there: in conflict with it.
    void write(int i) const { REQUIRE(node.write({write_op("gi/AGI" + std::to_string(i), "name", "乙")})); }
    void damage_views() const {
        node.replica->write_local([](WriteTx& tx) {
            const EntryRow entry = *tx.entry(EntryKey{"gi/AGI1"});
            tx.put_entry({entry.key, {}, entry.etag, entry.trie_leaf, tx.periods(entry.no), {}}, UnixMs{});
            tx.remove_entry(EntryKey{"gi/AGI2"}, UnixMs{});
        });
    }
    [[nodiscard]] std::uint64_t units() const {
        const StoreCounts counts = node.store->read()->counts();
        return counts.records + counts.entries + 3;
    }

    std::unique_ptr<SigningKey> key = fixed_key("sc");
    LogForge forge{sc_log, *key, start};
    LoneNode node;
};

}  // namespace

TEST_CASE("in slices, each of one record, entry or row, it finds what one pass finds") {
    for (const bool is_damaged : {false, true}) {
        Scene scene;
        if (is_damaged) scene.damage_views();
        const Lines whole = verify(*scene.node.store->read());
        CHECK(whole.empty() != is_damaged);
        VerifyRound round;
        Lines found;
        std::uint64_t slices = 1;
        for (; round.step(*scene.node.store->read(), at_once); ++slices) {
            CHECK(round.done() <= round.total());
            for (std::string& line : round.take_findings()) found.push_back(std::move(line));
        }
        for (std::string& line : round.take_findings()) found.push_back(std::move(line));
        CHECK(found == whole);
        CHECK(slices >= scene.units());
        CHECK_FALSE(round.step(*scene.node.store->read(), at_once));  // it is over
    }
}

TEST_CASE("what is damaged is named with its table, its key and the cure") {
    Scene scene;
    scene.damage_views();
    const Lines found = verify(*scene.node.store->read());
    const auto has = [&](const Finding& finding) {
        return std::any_of(found.begin(), found.end(),
                           [&](const std::string& line) { return finding_of(line) == finding; });
    };
    CHECK(has({"table conflict, entry gi/AGI1", "a conflict is missing or wrong", "run minglu rebuild"}));
    CHECK(has({"table entry, entry gi/AGI2", "it is not shown", "run minglu rebuild"}));
}

TEST_CASE("an approval that is filed otherwise than it says is found") {
    Scene scene;
    Draft draft;
    draft.kind = RecordKind::batch_propose;
    draft.needs = {sc};
    draft.actor = "li.wei";
    draft.ops = {write_op("gi/AGI777", "name", "丁")};
    const auto proposed = scene.node.replica->publish(std::move(draft));
    REQUIRE(proposed);
    Header approval;
    approval.kind = RecordKind::batch_approve;
    approval.of = RecordRef{proposed->dot, proposed->leaf};
    approval.seen.raise(proposed->dot);
    const Dot by = scene.forge.append(approval, {});
    REQUIRE(scene.node.replica->ingest(scene.forge.rest(Seq{by.seq.value() - 1}), sc)->records == 1);
    CHECK(verify(*scene.node.store->read()) == Lines{});
    scene.node.replica->write_local([&](WriteTx& tx) {
        BatchMark mark = tx.marks_of(proposed->dot).front();
        mark.time.ms ^= 1;
        tx.add_mark(mark);
    });
    const Lines found = verify(*scene.node.store->read());
    REQUIRE(found.size() == 1);
    CHECK(found.front().starts_with("table mark, record " + to_string(by)));
}

TEST_CASE("broken off anywhere, it goes on from its text in another process") {
    Scene scene;
    scene.damage_views();
    const Lines whole = verify(*scene.node.store->read());
    Lines found;
    std::string position;
    std::uint64_t slices = 0;
    for (bool more = true; more; ++slices) {
        VerifyRound round({}, position);
        more = round.step(*scene.node.store->read(), at_once);
        for (std::string& line : round.take_findings()) found.push_back(std::move(line));
        position = round.position();
    }
    CHECK(found == whole);
    CHECK(slices >= scene.units());
    CHECK(slices < 2 * scene.units());
}

TEST_CASE("what writers add between slices is no finding") {
    Scene scene;
    VerifyRound round;
    int written = 100;
    while (round.step(*scene.node.store->read(), at_once)) {
        if (written >= 140) continue;
        scene.write(written % 2 == 0 ? written : written % 6);
        scene.forge.change({write_op("gi/AGI" + std::to_string(written), "name", "丙")});
        CHECK(scene.node.replica->ingest(scene.forge.rest(Seq{scene.forge.size().value() - 1}), sc)->records == 1);
        ++written;
    }
    CHECK(written == 140);
    CHECK(round.take_findings() == Lines{});
}

TEST_CASE("a position of another program or another store is not gone on with") {
    Scene scene;
    VerifyRound half;
    for (int i = 0; i < 8; ++i) CHECK(half.step(*scene.node.store->read(), at_once));
    const std::string position = half.position();
    LoneNode empty("cq");
    const auto slices_in = [](const LoneNode& node, const std::string& from, const Reading& reading) {
        VerifyRound round(reading, from);
        int slices = 1;
        while (round.step(*node.store->read(), at_once)) ++slices;
        CHECK(round.take_findings() == Lines{});
        return slices;
    };
    const int whole = slices_in(scene.node, "", {});
    CHECK(slices_in(scene.node, position, {}) < whole);
    CHECK(slices_in(scene.node, position, {record_version + 1, fold_version}) >= whole);
    for (const char* text : {"x", "{}", R"({"reading":7})", "[]"}) CHECK(slices_in(scene.node, text, {}) == whole);
    CHECK(slices_in(empty, position, {}) == slices_in(empty, "", {}));
}

TEST_CASE("a line of a finding comes apart into place, fault and cure") {
    CHECK(finding_of("table op, record cq-1:5: its ops do not match: 3 (of 4) (bring back a backup; see there)") ==
          Finding{"table op, record cq-1:5", "its ops do not match: 3 (of 4)", "bring back a backup; see there"});
    CHECK(finding_of("audit row 7: it is missing") == Finding{"audit row 7", "it is missing", ""});
    CHECK(finding_of("broken") == Finding{"broken", "", ""});
    CHECK(finding_of("") == Finding{});
}
