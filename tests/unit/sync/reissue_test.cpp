// What stood behind the cut of a log and is written again: positions, and the limit of what a record may be.
#include "sync/reissue.hpp"

#include <doctest/doctest.h>

#include "sync/head.hpp"
#include "sync/verify.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

std::vector<Op> ops_with_texts(const LoneNode& node, const std::vector<std::string>& keys, std::size_t bytes) {
    std::vector<Op> ops;
    for (const std::string& key : keys)
        ops.push_back(write_op(key, "notes", std::string(bytes, 'x'), node.replica->standing().vector));
    return ops;
}

/// One record of as many ops as keys, each of which saw the last record, with the longest texts that a record takes.
void write_to_the_brim(const LoneNode& node, const std::vector<std::string>& keys) {
    const LoneNode other("cq", copy_memory_store(*node.store));
    const auto published = other.write(ops_with_texts(other, keys, 1));
    REQUIRE(published);
    const auto tx = other.store->read();
    const auto record = tx->record(published->dot);
    std::size_t bytes = record->header.size() + 1;
    for (const std::string& line : tx->ops_of_record(record->no)) bytes += line.size() + 1;
    const std::size_t left = record_bytes_max - bytes;
    REQUIRE(node.write(ops_with_texts(node, keys, 1 + left / keys.size())));
}

TEST_CASE("a full record behind a cut becomes two; of one that cannot be parted people are told") {
    LoneNode cq;
    const NodeId sc{"sc"};
    cq.pin(sc, *fixed_key("sc"));
    REQUIRE(cq.write({write_op("gi/common", "name", "x")}));
    const LogId first = cq.replica->standing().own_log;
    const Head common = parse_note(cq.store->read()->log(first)->head)->head;
    REQUIRE(common.size == Seq{2});
    REQUIRE(cq.write({write_op("gi/small", "name", "x")}));
    write_to_the_brim(cq, {"gi/half", "gi/other-half"});
    write_to_the_brim(cq, {"gi/whole"});
    // Another program that writes as cq has cut the log.
    const LogForge other(LogId{"cq-0000000000000002"}, *cq.key, {1'766'109'660'000, 0},
                         Cut{first, common.size, common.root});
    REQUIRE(cq.replica->ingest(other.rest(), sc)->refused.empty());

    CHECK(cq.incidents() == std::vector<std::string>{"fork", "not_written_again"});
    const auto tx = cq.store->read();
    for (const IncidentRow& incident : tx->incidents(0, 10)) {
        if (incident.kind != "not_written_again") continue;
        CHECK(incident.subject == to_string(Dot{first, Seq{5}}));
        CHECK(incident.received == "a record over 16 MiB");
    }
    for (const char* key : {"gi/common", "gi/small", "gi/half", "gi/other-half"})
        CHECK_MESSAGE(tx->entry(EntryKey{key}), key);
    CHECK_FALSE(tx->entry(EntryKey{"gi/whole"}));
    CHECK(tx->entry(EntryKey{"gi/half"})->etag != tx->entry(EntryKey{"gi/other-half"})->etag);
    CHECK(verify(*tx) == std::vector<std::string>{});
}

TEST_CASE("a verdict on a batch behind the cut is on the batch written again, but not one that named another record") {
    LoneNode cq;
    const NodeId sc{"sc"};
    cq.pin(sc, *fixed_key("sc"));
    REQUIRE(cq.write({write_op("gi/common", "name", "x")}));
    const LogId first = cq.replica->standing().own_log;
    const Head common = parse_note(cq.store->read()->log(first)->head)->head;
    Draft draft;
    draft.actor = "li.wei";
    draft.kind = RecordKind::batch_propose;
    draft.needs = {sc};
    draft.ops = {write_op("gi/AGI01459", "name", "x")};
    const Published proposal = cq.replica->publish(draft).value();
    draft = {};
    draft.actor = "li.wei";
    draft.kind = RecordKind::batch_close;
    draft.of = RecordRef{proposal.dot, proposal.leaf};
    REQUIRE(cq.replica->publish(draft));
    ++draft.of->leaf[0];
    const RecordRef nothing = *draft.of;
    REQUIRE(cq.replica->publish(draft));
    const LogForge other(LogId{"cq-0000000000000002"}, *cq.key, {1'766'109'660'000, 0},
                         Cut{first, common.size, common.root});
    REQUIRE(cq.replica->ingest(other.rest(), sc)->refused.empty());

    const LogId second = cq.replica->standing().own_log;
    REQUIRE(cq.holds(second) == Seq{4});
    const auto tx = cq.store->read();
    const auto again = tx->record({second, Seq{2}});
    REQUIRE(again->kind == RecordKind::batch_propose);
    const auto marks = tx->marks_of(again->dot);
    REQUIRE(marks.size() == 1);
    CHECK(marks.front().by == Dot{second, Seq{3}});
    CHECK(marks.front().proposal_leaf == again->leaf);
    CHECK(header_of(*tx->record({second, Seq{4}}))->of == nothing);
}

}  // namespace
