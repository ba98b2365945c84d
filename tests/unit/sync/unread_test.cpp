// Records of a version that the program did not read, after the upgrade: what a node makes of them is what it would
// have made had it read them when they came.
#include "sync/unread.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "sync/sender.hpp"
#include "sync/verify.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

const NodeId sc{"sc"};
const NodeId gz{"gz"};
const LogId sc_log{"sc-03ab99f0c1d2e3f4"};
constexpr HybridTime start{1'766'109'600'000, 0};
/// A program whose version 2 has the form of version 1.
constexpr Reading newer{2, fold_version + 1};
const EntryKey one{"gi/AGI1"};

Header header_of_kind(RecordKind kind, std::uint32_t version = 2) {
    Header header;
    header.version = version;
    header.kind = kind;
    header.actor = "x";
    return header;
}

std::string line(const Op& op) {
    return serialise(op);
}

/// What sc and gz have written.
struct Logs {
    std::unique_ptr<SigningKey> sc_key = fixed_key("sc");
    std::unique_ptr<SigningKey> gz_key = fixed_key("gz");
    LogForge by_sc{sc_log, *sc_key, start};
    LogForge by_gz{LogId{"gz-0000000000000001"}, *gz_key, start};
    std::optional<LogForge> next;  ///< a later log of sc

    void change(std::uint32_t version, const std::vector<std::string>& lines) {
        by_sc.append(header_of_kind(RecordKind::change, version), lines);
    }
    Dot propose(std::uint32_t version) {
        Header header = header_of_kind(RecordKind::batch_propose, version);
        header.needs = {gz};
        return by_sc.append(header,
                            {line(write_op("gi/AGI1", "name", "提案")), line(write_op("gi/AGI2", "name", "丙"))});
    }
    void approve(std::uint32_t version, const Dot& proposal) {
        Header header = header_of_kind(RecordKind::batch_approve, version);
        header.of = RecordRef{proposal, by_sc.leaf(proposal.seq)};
        by_gz.append(header, {});
    }
};

/// cq, which knows both.
struct Scene {
    Scene(const Logs& logs, const Reading& reading, std::unique_ptr<Store> store = make_memory_store())
        : node("cq", std::move(store)) {
        node.pin(sc, *logs.sc_key);
        node.pin(gz, *logs.gz_key);
        open(reading);
    }
    void open(const Reading& reading) {
        node.replica.reset();
        node.replica = std::make_unique<Replica>(node.id, *node.store, *node.key, node.clock, node.random, nullptr,
                                                 log_bytes_per_day_default, reading);
    }
    void take(const Logs& logs) const {
        REQUIRE(node.replica->ingest(logs.by_sc.rest(), sc).value().refused.empty());
        REQUIRE(node.replica->ingest(logs.by_gz.rest(), gz).value().refused.empty());
        if (logs.next) REQUIRE(node.replica->ingest(logs.next->rest(), sc).value().refused.empty());
    }
    [[nodiscard]] std::unique_ptr<ReadTx> tx() const { return node.store->read(); }

    LoneNode node;
};

std::string text_of(const RecordRow& row, const ReadTx& tx) {
    std::string text = to_string(row.dot) + " " + std::string(name(row.kind)) + " " + std::to_string(row.time.ms) +
                       (row.resolves ? " resolves" : "") + (row.valid ? " valid" : "") +
                       (row.is_batch ? " batch " : " ") + std::to_string(row.arrived.value()) + "\n";
    for (const EntryKey& key : tx.keys_of_record(row.no)) text += "  " + key.value() + "\n";
    for (const Hash& subtree : tx.op_subtrees(row.no)) text += "  " + to_hex(bytes_of(subtree)) + "\n";
    for (const BatchMark& mark : tx.marks_of(row.dot))
        text += "  " + std::string(name(mark.kind)) + " by " + to_string(mark.by) + (mark.valid ? " valid\n" : "\n");
    return text;
}

/// Everything that is derived from the records.
std::string told(const ReadTx& tx) {
    std::string text;
    tx.visit_records(RecordNo{0}, [&](const RecordRow& row) { return text += text_of(row, tx), true; });
    for (const LogRow& log : tx.logs())
        text += log.id.value() + " " + to_string(log.author_vector) + " cut " +
                (log.cut ? std::to_string(log.cut->at.value()) : "nowhere") + "\n";
    std::map<EntryKey, std::string> entries;
    tx.visit_entries(EntryNo{0}, [&](const EntryRow& row) {
        std::string& entry = entries[row.key];
        entry = row.key.value() + " " + to_string(row.etag) + " " + to_hex(bytes_of(row.trie_leaf)) + "\n";
        for (const Period& period : tx.periods(row.no)) entry += "  " + period.view + "\n";
        return true;
    });
    for (const auto& [key, entry] : entries) text += entry;
    ConflictQuery all;
    all.limit = 100;
    std::set<std::string> conflicts;
    for (const ConflictRow& row : tx.conflicts(all))
        conflicts.insert(to_hex(bytes_of(row.view.id)) + " " + std::string(name(row.view.state)) + "\n");
    for (const std::string& conflict : conflicts) text += conflict;
    return text;
}

std::vector<IncidentRow> incidents_of(const ReadTx& tx, std::string_view kind) {
    auto rows = tx.incidents(0, 100);
    std::erase_if(rows, [&](const IncidentRow& row) { return row.kind != kind; });
    return rows;
}

std::string name_of(const ReadTx& tx, const EntryKey& key) {
    const auto entry = tx.entry(key);
    return entry ? tx.periods(entry->no).front().name : "";
}

struct Case {
    std::string_view title;
    void (*write)(Logs&);
    std::uint64_t unread;   ///< that version 2 reads
    std::uint64_t invalid;  ///< of them
    std::string_view name;  ///< of gi/AGI1 in the end
};

void two_unread_changes_between_read_ones(Logs& logs) {
    Vector of_gz;
    of_gz.set(logs.by_gz.log(), Seq{1});
    Header grown = header_of_kind(RecordKind::change, 1);
    grown.seen = of_gz;
    logs.by_sc.append(grown, {line(write_op("gi/AGI3", "name", "甲"))});
    logs.change(2, {line(write_op("gi/AGI1", "name", "乙", of_gz))});  // it saw what an earlier record says
    Vector of_both = of_gz;
    of_both.set(sc_log, logs.by_sc.size());
    logs.change(1, {line(write_op("gi/AGI1", "goods", "柑橘", of_both))});
    Vector of_all = of_both;
    of_all.set(sc_log, logs.by_sc.size());
    logs.change(2, {line(write_op("gi/AGI1", "name", "丙", of_all))});
}

void an_unread_side_of_a_conflict(Logs& logs) {
    logs.change(2, {line(write_op("gi/AGI1", "name", "甲"))});
    logs.by_gz.append(header_of_kind(RecordKind::change, 1), {line(write_op("gi/AGI1", "name", "乙"))});
}

void an_open_with_a_cut(Logs& logs) {
    for (const char* name : {"甲", "乙", "丙"}) logs.change(1, {line(write_op("gi/AGI1", "name", name))});
    logs.next.emplace(LogId{"sc-ffffffffffffffff"}, *logs.sc_key, HybridTime{start.ms + 60'000, 0},
                      Cut{sc_log, Seq{2}, logs.by_sc.root(Seq{2})}, 2);
}

void a_cut_that_takes_an_unread_change_away(Logs& logs) {
    logs.change(1, {line(write_op("gi/AGI1", "name", "甲"))});
    logs.change(2, {line(write_op("gi/AGI1", "name", "乙"))});
    logs.next.emplace(LogId{"sc-ffffffffffffffff"}, *logs.sc_key, HybridTime{start.ms + 60'000, 0},
                      Cut{sc_log, Seq{2}, logs.by_sc.root(Seq{2})}, 2);
}

void a_large_change(Logs& logs) {
    std::vector<std::string> lines;
    for (int i = 1; i <= 200; ++i) lines.push_back(line(write_op("gi/AGI" + std::to_string(i), "name", "甲")));
    logs.change(2, lines);
}

void an_approval_of_nothing(Logs& logs) {
    logs.by_gz.append_line(
        R"({"v":2,"log":"gz-0000000000000001","seq":2,"time":[1766109600005,0],"kind":"batch.approve","actor":"x",)"
        R"("seen":{},"ops":0,"ops_root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="})",
        {});
}

void lies_about_what_was_seen(Logs& logs) {
    Vector lie;
    lie.set(logs.by_gz.log(), Seq{1});
    logs.change(2, {line(write_op("gi/AGI1", "name", "甲", lie))});
    logs.change(2, {line(write_op("gi/AGI1", "name", "乙"))});
}

constexpr Case cases[] = {
    {"a change", [](Logs& logs) { logs.change(2, {line(write_op("gi/AGI1", "name", "甲"))}); }, 1, 0, "甲"},
    {"a proposal whose approval is unread", [](Logs& logs) { logs.approve(2, logs.propose(1)); }, 1, 0, "提案"},
    {"an approval whose proposal is unread", [](Logs& logs) { logs.approve(1, logs.propose(2)); }, 1, 0, "提案"},
    {"both", [](Logs& logs) { logs.approve(2, logs.propose(2)); }, 2, 0, "提案"},
    {"several in one log", two_unread_changes_between_read_ones, 2, 0, "丙"},
    {"one side of a conflict", an_unread_side_of_a_conflict, 1, 0, "甲"},
    {"an open with a cut", an_open_with_a_cut, 1, 0, "甲"},
    {"a change behind a cut", a_cut_that_takes_an_unread_change_away, 2, 0, "甲"},
    {"many ops", a_large_change, 1, 0, "甲"},
    {"two ops on one key",
     [](Logs& logs) {
         logs.change(2, {line(write_op("gi/AGI1", "name", "甲")), line(write_op("gi/AGI1", "name", "乙"))});
     },
     1, 1, ""},
    {"no op", [](Logs& logs) { logs.change(2, {"nothing"}); }, 1, 1, ""},
    {"a lie, and a sound one after it", lies_about_what_was_seen, 2, 1, "乙"},
    {"an approval of nothing", an_approval_of_nothing, 1, 1, ""},
};

TEST_CASE("an upgraded node holds and shows what one does that could read from the start") {
    for (const Case& c : cases) {
        CAPTURE(c.title);
        Logs logs;
        c.write(logs);
        Scene early(logs, newer);
        early.take(logs);
        CHECK(early.tx()->unread().empty());
        CHECK(name_of(*early.tx(), one) == c.name);
        CHECK(incidents_of(*early.tx(), "invalid_record").size() == c.invalid);

        Scene late(logs, {});
        late.take(logs);
        CHECK(late.tx()->unread().size() == c.unread);
        CHECK(incidents_of(*late.tx(), "invalid_record").empty());
        CHECK(verify(*late.tx()).empty());
        late.open(newer);
        CHECK(late.node.replica->read_at_start() == c.unread);
        CHECK(told(*late.tx()) == told(*early.tx()));
        CHECK(late.node.replica->standing().vector == early.node.replica->standing().vector);
        CHECK(late.node.replica->standing().state_root == early.node.replica->standing().state_root);
        CHECK(incidents_of(*late.tx(), "invalid_record").size() == c.invalid);
        CHECK(verify(*late.tx(), {}, newer).empty());
        CHECK(late.node.replica->agrees_with_own_head());
        CHECK(late.node.replica->rebuild({}));
        CHECK(told(*late.tx()) == told(*early.tx()));
    }
}

TEST_CASE("what is unread is forwarded byte for byte, and the next node reads it") {
    Logs logs;
    logs.approve(2, logs.propose(2));
    Scene old(logs, {});
    old.take(logs);
    Scene next(logs, newer);
    BundleRequest request;
    request.skip = {old.node.replica->standing().own_log};
    const auto bundle = make_bundle(*old.tx(), old.node.id, request);
    REQUIRE(bundle);
    CHECK(next.node.replica->ingest(*bundle, NodeId{"yn"}).value().refused.empty());
    CHECK(name_of(*next.tx(), one) == "提案");
}

TEST_CASE("an incident about a newer version is acknowledged once nothing of its log is left unread") {
    Logs logs;
    logs.change(2, {line(write_op("gi/AGI1", "name", "甲"))});
    Scene node(logs, {});
    node.take(logs);
    const auto only = [&] {
        const auto rows = incidents_of(*node.tx(), "unsupported_version");
        REQUIRE(rows.size() == 1);
        return rows.front();
    };
    CHECK(is_open(only()));
    node.open(newer);
    CHECK_FALSE(is_open(only()));
    CHECK(only().acknowledgements.front().by == "minglu");
    logs.change(3, {line(write_op("gi/AGI2", "name", "甲"))});
    node.take(logs);
    CHECK(is_open(only()));
    logs.change(2, {line(write_op("gi/AGI3", "name", "甲"))});
    node.take(logs);
    CHECK(node.tx()->entry(EntryKey{"gi/AGI3"}));
    node.open({3, newer.fold + 1});
    CHECK(node.tx()->entry(EntryKey{"gi/AGI2"}));
    CHECK_FALSE(is_open(only()));
}

TEST_CASE("a program that reads the same looks at nothing, and one that reads less does not start") {
    Logs logs;
    logs.change(2, {line(write_op("gi/AGI1", "name", "甲"))});
    Scene node(logs, {});
    node.take(logs);
    const std::string old_text = node.tx()->setting(reading_setting);
    CHECK(old_text == reading_text({}));
    node.open({});
    CHECK(node.node.replica->read_at_start() == 0);
    node.open(newer);
    CHECK(node.tx()->setting(reading_setting) == reading_text(newer));
    const std::string own_head = node.node.replica->standing().own_head;
    node.open(newer);
    CHECK(node.node.replica->read_at_start() == 0);
    CHECK(node.node.replica->standing().own_head == own_head);
    try {
        node.open({});
        FAIL("it starts");
    } catch (const StoreFault& fault) {
        CHECK(fault.code() == ErrorCode::unsupported_version);
    }
    CHECK(reads_less({}, old_text + " survey"));
    CHECK_FALSE(reads_less({}, old_text));
    CHECK_FALSE(reads_less({}, "1 open"));
    CHECK_FALSE(reads_less({}, ""));
}

TEST_CASE("rebuild reads, too, whatever the store says has been looked at") {
    Logs logs;
    logs.change(2, {line(write_op("gi/AGI1", "name", "甲"))});
    Scene node(logs, {});
    node.take(logs);
    node.node.replica->write_local([](WriteTx& tx) { tx.put_setting(reading_setting, reading_text(newer)); });
    node.open(newer);
    CHECK_FALSE(node.tx()->entry(one));
    const auto findings = verify(*node.tx(), {}, newer);
    REQUIRE(findings.size() == 1);
    CHECK(findings.front().find("run minglu rebuild") != std::string::npos);
    CHECK(node.node.replica->rebuild({}));  // it was no damage
    CHECK(name_of(*node.tx(), one) == "甲");
    CHECK(verify(*node.tx(), {}, newer).empty());
}

TEST_CASE("views that are damaged are told before they are signed anew, and rebuild reads on") {
    for (const Reading& reading : {newer, Reading{2, fold_version}}) {
        Logs logs;
        logs.change(1, {line(write_op("gi/AGI2", "name", "乙"))});
        logs.change(2, {line(write_op("gi/AGI1", "name", "甲"))});
        Scene node(logs, {});
        node.take(logs);
        node.node.replica->write_local([](WriteTx& tx) { tx.remove_entry(EntryKey{"gi/AGI2"}, UnixMs{}); });
        node.node.clock.advance(2 * head_interval_ms);
        node.open(reading);
        CHECK(node.node.replica->read_at_start() == 0);
        CHECK_FALSE(node.node.replica->agrees_with_own_head());
        CHECK_FALSE(node.tx()->entry(one));
        CHECK_FALSE(node.node.replica->rebuild({}));
        CHECK(name_of(*node.tx(), one) == "甲");
        CHECK(name_of(*node.tx(), EntryKey{"gi/AGI2"}) == "乙");
        CHECK(verify(*node.tx(), {}, reading).empty());
        node.open(reading);
        CHECK(node.node.replica->agrees_with_own_head());
    }
}

/// A store whose bytes of one record were changed.
std::unique_ptr<Store> damaged(Store& store, const Dot& dot) {
    auto copy = make_memory_store();
    const auto from = store.read();
    const auto tx = copy->write();
    for (const LogRow& log : from->logs()) {
        const LogNo no = tx->add_log(log);
        for (std::uint64_t seq = 0; seq < log.size.value(); ++seq)
            tx->add_tree_nodes(no, std::vector{TreeNode{0, seq, *from->tree_node(log.no, 0, seq)}});
    }
    from->visit_records(RecordNo{0}, [&](const RecordRow& row) {
        std::vector<std::string> lines = from->ops_of_record(row.no);
        if (row.dot == dot) lines.front().replace(lines.front().find("甲"), std::string_view("甲").size(), "乙");
        const std::vector<std::string_view> ops(lines.begin(), lines.end());
        const std::vector<EntryKey> keys = from->keys_of_record(row.no);
        tx->add_record({row, ops, keys});
        return true;
    });
    tx->commit();
    return copy;
}

TEST_CASE("damaged bytes are not judged: the log waits, the others are read") {
    Logs logs;
    logs.change(2, {line(write_op("gi/AGI1", "name", "甲"))});
    logs.by_gz.append(header_of_kind(RecordKind::change), {line(write_op("gi/AGI2", "name", "乙"))});
    Scene node(logs, {});
    node.take(logs);
    const auto store = damaged(*node.node.store, {sc_log, Seq{2}});
    const auto tx = store->write();
    Intake intake(*tx, UnixMs{9});
    const ReadSince done = read_unread(*tx, intake, newer, node.node.id, UnixMs{9});
    CHECK(done.records == 1);
    CHECK_FALSE(done.whole);
    CHECK(intake.touched() == std::set{EntryKey{"gi/AGI2"}});
    CHECK(tx->unread() == std::vector<Dot>{{sc_log, Seq{2}}});
    const auto incidents = incidents_of(*tx, "damaged_log");
    REQUIRE(incidents.size() == 1);
    CHECK(incidents.front().subject == sc_log.value());
}

TEST_CASE("a draft is written in the version that it asks for, if this node reads it") {
    Logs logs;
    Scene node(logs, newer);
    Draft draft;
    draft.version = 2;
    draft.actor = "li.wei";
    draft.ops = {write_op("gi/AGI1", "name", "甲")};
    const auto written = node.node.replica->publish(draft);
    REQUIRE(written);
    CHECK(header_of(*node.tx()->record(written->dot))->version == 2);
    CHECK(name_of(*node.tx(), one) == "甲");
    draft.version = 3;
    CHECK(node.node.replica->publish(draft).error().code == ErrorCode::bad_request);
    Scene old(logs, {});
    draft.version = 2;
    CHECK(old.node.replica->publish(draft).error().code == ErrorCode::bad_request);
}

TEST_CASE("nodes of two versions do not take each other's state for a divergence") {
    Logs logs;
    logs.change(2, {line(write_op("gi/AGI1", "name", "甲"))});
    Scene old(logs, {});
    old.take(logs);
    std::int64_t time_ms = start.ms + 90'000;
    for (const auto& [fold, tells] : {std::pair(newer.fold, false), std::pair(fold_version, true)}) {
        logs.by_sc.stated = {old.node.replica->standing().vector, fold, sha256({"another"})};
        BundleInfo info{sc, {}, {logs.by_sc.segment(Seq{3}, Seq{2}, Seq{2})}};
        info.segments.front().head = logs.by_sc.signed_head(Seq{2}, {time_ms += 1'000, 0});
        CHECK(old.node.replica->ingest(serialise(info), sc).value().diverged.empty() == !tells);
        CHECK(incidents_of(*old.tx(), "divergence").empty() == !tells);
    }
}

}  // namespace
