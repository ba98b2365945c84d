#include "tests/contract/stores.hpp"

using namespace minglu;
using namespace minglu::contract;

STORE_TEST("a log row comes back as it was written, whole, and is updated by number") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    LogRow log = make_log(log_sc);
    log.suite = Suite::sm2_sm3;
    log.own = true;
    log.size = Seq{5};
    log.frontier = {hash_of_text("a"), hash_of_text("b")};
    log.author_vector.raise(log_cq, Seq{9});
    log.head = "minglu/sc\n5\nroot\n";
    log.head_size = Seq{8};
    log.head_time = {77, 3};
    log.head_proof = {{Seq{5}, hash_of_text("r5"), {hash_of_text("p")}}, {Seq{8}, hash_of_text("r8"), {}}};
    log.no = tx->add_log(log);
    CHECK(tx->log(log_sc) == log);
    CHECK_FALSE(tx->log(log_cq));

    LogRow other = make_log(log_cq);
    other.no = tx->add_log(other);
    CHECK(tx->logs() == std::vector{other, log});  // by id, not by number

    log.cut = Cut{log_sc, Seq{4}, hash_of_text("r4")};
    log.head_proof.pop_back();
    log.frontier.clear();
    tx->update_log(log);
    CHECK(tx->log(log_sc) == log);
    CHECK(tx->log(log_cq) == other);
}

STORE_TEST("a log counts to its cut, and no further than it is held") {
    LogRow log = make_log(log_sc);
    log.size = Seq{5};
    CHECK(counted(log) == Seq{5});
    log.cut = Cut{log_sc, Seq{8}, {}};
    CHECK(counted(log) == Seq{5});
    log.cut->at = Seq{0};
    CHECK(counted(log) == Seq{0});
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    log.no = tx->add_log(log);
    CHECK(tx->log(log_sc) == log);
}

STORE_TEST("of each node the last cosignature of a log is kept, under a number that is never used again") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    tx->add_log(make_log(log_cq));
    tx->add_log(make_log(log_sc));
    CosignatureRow by_gz{0, log_cq, NodeId{"gz"}, Seq{3}, {77, 2}, "head\n\n\xe2\x80\x94 gz AA==\n", UnixMs{9}};
    CosignatureRow by_sc{0, log_cq, NodeId{"sc"}, Seq{4}, {78, 0}, "another", UnixMs{10}};
    CosignatureRow of_sc{0, log_sc, NodeId{"gz"}, Seq{1}, {79, 0}, "third", UnixMs{11}};
    for (CosignatureRow* row : {&by_gz, &by_sc, &of_sc}) tx->put_cosignature(*row);
    by_gz.no = 1;
    by_sc.no = 2;
    of_sc.no = 3;
    CHECK(tx->cosignatures(std::nullopt) == std::vector{by_gz, by_sc, of_sc});
    CHECK(tx->cosignatures(log_cq) == std::vector{by_gz, by_sc});
    CHECK(tx->cosignatures(log_cq, 1) == std::vector{by_sc});
    CHECK(tx->cosignatures(std::nullopt, 3).empty());
    of_sc.size = Seq{5};
    tx->put_cosignature(of_sc);
    of_sc.no = 4;
    CHECK(tx->cosignatures(std::nullopt) == std::vector{by_gz, by_sc, of_sc});
    by_gz.time = {80, 0};
    tx->put_cosignature(by_gz);
    by_gz.no = 5;
    CHECK(tx->cosignatures(std::nullopt, 2) == std::vector{of_sc, by_gz});
}

STORE_TEST("records keep order of arrival, bytes and ops") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    CHECK(tx->last_record() == RecordNo{0});
    const RecordNo first = add_change(*tx, log_cq, {"patent/1", "patent/2"});
    const RecordNo second = add_change(*tx, log_sc, {"patent/2", "patent/3"}, true, RecordKind::batch_propose);
    const RecordNo empty = add_change(*tx, log_cq, {});
    CHECK(first == RecordNo{1});
    CHECK(tx->last_record() == RecordNo{3});

    const auto row = tx->record({log_sc, Seq{1}});
    REQUIRE(row);
    CHECK(row->no == second);
    CHECK(row->kind == RecordKind::batch_propose);
    CHECK(row->is_batch);
    CHECK(row->ops == 2);
    CHECK(row->time == HybridTime{1001, 7});
    CHECK(row->leaf == hash_of_text(to_string(row->dot)));
    CHECK(row->header == "header of sc-00000000000000bb:1");
    CHECK_FALSE(tx->record({log_sc, Seq{2}}));

    CHECK(tx->ops_of_record(second) ==
          Strings{"line of patent/2 at sc-00000000000000bb:1", "line of patent/3 at sc-00000000000000bb:1"});
    CHECK(tx->some_ops_of_record(second, 1, 5) == Strings{"line of patent/3 at sc-00000000000000bb:1"});
    CHECK(tx->some_ops_of_record(second, 0, 1) == Strings{"line of patent/2 at sc-00000000000000bb:1"});
    CHECK(tx->some_ops_of_record(second, 2, 1).empty());
    CHECK(tx->some_ops_of_record(first, 0, 1'000'000).size() == 2);
    CHECK(tx->keys_of_record(first) == std::vector{EntryKey{"patent/1"}, EntryKey{"patent/2"}});
    CHECK(tx->ops_of_record(empty).empty());
    CHECK(tx->ops_of_record(RecordNo{99}).empty());

    const auto ops = tx->ops_of_key(EntryKey{"patent/2"});
    REQUIRE(ops.size() == 2);
    CHECK(ops[0].record == first);
    CHECK(ops[1].record == second);
    CHECK(ops[1].kind == RecordKind::batch_propose);
    CHECK(ops[1].dot == Dot{log_sc, Seq{1}});
    CHECK(ops[1].arrived == UnixMs{5001});
    CHECK(ops[0].position == 1);
    CHECK(ops[1].position == 0);
    CHECK(ops[1].line == "line of patent/2 at sc-00000000000000bb:1");
    CHECK(tx->ops_of_key(EntryKey{"patent/9"}).empty());

    // Ops that count for no entry are kept whole all the same.
    NewRecord unfiled;
    unfiled.row = *row;
    unfiled.row.dot.seq = Seq{2};
    unfiled.row.valid = false;
    const std::vector<std::string_view> lines{"no op", "neither"};
    unfiled.ops = lines;
    const std::vector<Hash> subtrees{hash_of_text("one"), hash_of_text("two")};
    unfiled.op_subtrees = subtrees;
    CHECK(tx->op_subtrees(first).empty());
    {
        const RecordNo no = tx->add_record(unfiled);
        CHECK(tx->ops_of_record(no) == Strings{"no op", "neither"});
        CHECK(tx->keys_of_record(no).empty());
        CHECK(tx->op_subtrees(no) == subtrees);
    }

    std::vector<std::int64_t> seen;
    tx->visit_records(RecordNo{0}, [&](const RecordRow& record) {
        CHECK(tx->ops_of_record(record.no).size() == record.ops);  // a query inside a visit
        seen.push_back(record.no.value());
        return seen.size() < 2;
    });
    CHECK(seen == std::vector<std::int64_t>{1, 2});
    seen.clear();
    tx->visit_records(RecordNo{2}, [&](const RecordRow& record) { return seen.push_back(record.no.value()), true; });
    CHECK(seen == std::vector<std::int64_t>{3, 4});
}

STORE_TEST("a record that was kept unread is judged later, and then is as if it had been read when it came") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    CHECK(tx->unread().empty());
    add_change(*tx, log_sc, {"patent/1"});
    NewRecord kept;
    kept.row.dot = {log_cq, Seq{1}};
    kept.row.kind = RecordKind::unknown;
    kept.row.time = {7, 1};
    kept.row.arrived = UnixMs{70};
    kept.row.leaf = hash_of_text("leaf");
    kept.row.ops = 2;
    kept.row.header = "header";
    const std::vector<std::string_view> lines{"first", "second"};
    kept.ops = lines;
    tx->add_log(make_log(log_cq));
    const RecordNo no = tx->add_record(kept);
    kept.row.dot.seq = Seq{2};
    const RecordNo other = tx->add_record(kept);
    add_change(*tx, log_sc, {"patent/1"});
    CHECK(tx->unread() == std::vector<Dot>{{log_cq, Seq{1}}, {log_cq, Seq{2}}});
    CHECK(tx->batches(RecordNo{0}, 9).empty());

    RecordRow row = *tx->record({log_cq, Seq{1}});
    row.kind = RecordKind::batch_propose;
    row.time = {8, 2};
    row.resolves = true;
    row.valid = false;
    row.is_batch = true;
    const std::vector<EntryKey> keys{EntryKey{"patent/9"}, EntryKey{"patent/1"}};
    const std::vector<Hash> subtrees{hash_of_text("subtree")};
    tx->judge_record(row, keys, subtrees);
    CHECK(tx->unread() == std::vector<Dot>{{log_cq, Seq{2}}});
    CHECK(tx->record(row.dot) == row);
    CHECK(tx->batches(RecordNo{0}, 9) == std::vector{row});
    CHECK(tx->keys_of_record(no) == keys);
    CHECK(tx->op_subtrees(no) == subtrees);
    CHECK(tx->ops_of_record(no) == Strings{"first", "second"});
    const auto ops = tx->ops_of_key(EntryKey{"patent/1"});
    REQUIRE(ops.size() == 3);  // in order of arrival, not of judgement
    CHECK(ops[1].record == no);
    CHECK(ops[1].position == 1);
    CHECK(ops[1].line == "second");
    CHECK(ops[1].kind == RecordKind::batch_propose);
    CHECK_FALSE(ops[1].valid);
    CHECK(tx->keys_of_record(other).empty());

    // Without keys as well; but not twice, with other keys than ops, or a record that nobody has.
    CHECK_THROWS_AS(tx->judge_record(row, keys, {}), std::logic_error);
    RecordRow second = *tx->record({log_cq, Seq{2}});
    second.kind = RecordKind::change;
    CHECK_THROWS_AS(tx->judge_record(second, std::span(keys).first(1), {}), std::logic_error);
    tx->judge_record(second, {}, {});
    CHECK(tx->unread().empty());
    CHECK(tx->keys_of_record(other).empty());
    second.no = RecordNo{99};
    CHECK_THROWS_AS(tx->judge_record(second, {}, {}), std::logic_error);
}

STORE_TEST("a key is the same key only byte by byte") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    add_change(*tx, log_cq, {"gi/AGI01459", "gi/agi01459", "gi/涪陵榨菜", "gi/涪陵榨菜 "});
    for (const char* key : {"gi/AGI01459", "gi/agi01459", "gi/涪陵榨菜", "gi/涪陵榨菜 "}) {
        CHECK(tx->ops_of_key(EntryKey{key}).size() == 1);
    }
}

STORE_TEST("arrival_before: where a sender starts") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    CHECK(tx->arrival_before({}) == RecordNo{0});
    add_change(*tx, log_cq, {"patent/1"});  // 1 = cq:1
    add_change(*tx, log_sc, {"patent/1"});  // 2 = sc:1
    add_change(*tx, log_cq, {"patent/1"});  // 3 = cq:2
    add_change(*tx, log_sc, {"patent/1"});  // 4 = sc:2
    struct Case {
        std::uint64_t cq, sc;
        std::int64_t before;
    };
    for (const Case& c : {Case{0, 0, 0}, Case{1, 0, 1}, Case{0, 1, 0}, Case{2, 0, 1}, Case{1, 1, 2}, Case{1, 2, 2},
                          Case{2, 1, 3}, Case{2, 2, 4}, Case{9, 9, 4}, Case{9, 1, 3}}) {
        Vector have;
        if (c.cq > 0) have.raise(log_cq, Seq{c.cq});
        if (c.sc > 0) have.raise(log_sc, Seq{c.sc});
        CAPTURE(to_string(have));
        CHECK(tx->arrival_before(have) == RecordNo{c.before});
    }
}

STORE_TEST("tree nodes are found by log, level and index") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    const LogNo cq = tx->add_log(make_log(log_cq));
    const LogNo sc = tx->add_log(make_log(log_sc));
    const std::vector<TreeNode> nodes{
        {0, 0, hash_of_text("0.0")}, {0, 1, hash_of_text("0.1")}, {1, 0, hash_of_text("1.0")}};
    tx->add_tree_nodes(cq, nodes);
    for (const TreeNode& node : nodes) CHECK(tx->tree_node(cq, node.level, node.index) == node.hash);
    CHECK_FALSE(tx->tree_node(cq, 1, 1));
    CHECK_FALSE(tx->tree_node(sc, 0, 0));
}

STORE_TEST("marks are filed before the proposal is here") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    const Dot proposal{log_sc, Seq{4}};
    BatchMark approve;
    approve.proposal = proposal;
    approve.proposal_leaf = hash_of_text("proposal");
    approve.by = {log_sc, Seq{9}};
    approve.time = {10, 2};
    approve.leaf = hash_of_text("approve");
    BatchMark close = approve;
    close.kind = RecordKind::batch_close;
    close.by = {log_cq, Seq{2}};
    close.valid = false;
    tx->add_mark(approve);
    tx->add_mark(close);
    CHECK(tx->marks_of(proposal) == std::vector{close, approve});
    CHECK(tx->marks_of({log_sc, Seq{5}}).empty());
    CHECK(tx->marks_of({log_cq, Seq{4}}).empty());
}

STORE_TEST("batches page backwards, newest first") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    for (int i = 0; i < 9; ++i) add_change(*tx, log_cq, {"patent/1"}, i % 2 == 0);  // 1, 3, 5, 7, 9
    std::vector<std::int64_t> seen;
    RecordNo before{0};
    while (true) {
        const auto page = tx->batches(before, 2);
        if (page.empty()) break;
        CHECK(page.size() <= 2);
        for (const RecordRow& row : page) seen.push_back(row.no.value());
        before = page.back().no;
    }
    CHECK(seen == std::vector<std::int64_t>{9, 7, 5, 3, 1});
}
