// Local writes: what is refused, what shares a commit, what a restart continues.
#include <doctest/doctest.h>

#include <thread>

#include "src/store/sqlite/sqlite_store.hpp"
#include "sync/exchange.hpp"
#include "sync/verify.hpp"
#include "tests/support/lone_node.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

TEST_CASE("a draft that nobody could take is refused by its cause, and leaves nothing") {
    LoneNode node;
    const Standing before = node.replica->standing();
    const Op good = write_op("gi/AGI1", "name", "甲");
    Op unset = good;
    unset.set.clear();
    Op bad_text = good;
    bad_text.set = {{"name", "\"\xff\""}};
    Vector unheld;
    unheld.set(LogId{"sc-03ab99f0c1d2e3f4"}, Seq{1});
    const auto draft = [](std::vector<Op> ops, RecordKind kind = RecordKind::change, std::string actor = "li.wei") {
        Draft made;
        made.kind = kind;
        made.actor = std::move(actor);
        made.ops = std::move(ops);
        return made;
    };
    const std::pair<Draft, ErrorCode> cases[] = {
        {draft({}), ErrorCode::missing_value},
        {draft({good}, RecordKind::change, ""), ErrorCode::missing_value},
        {draft({good, good}), ErrorCode::duplicate},
        {draft({write_op("gi/AGI1", "name", "甲", unheld)}), ErrorCode::stale},
        {draft(std::vector<Op>(record_ops_max + 1, good)), ErrorCode::too_large},
        {draft({unset}), ErrorCode::bad_request},
        {draft({bad_text}), ErrorCode::bad_request},
        {draft({good}, RecordKind::change, "\xff"), ErrorCode::bad_request},
        {draft({good}, RecordKind::batch_propose), ErrorCode::bad_request},
        {draft({}, RecordKind::batch_approve), ErrorCode::bad_request},
        {draft({}, RecordKind::open), ErrorCode::bad_request},
    };
    for (const auto& [made, code] : cases) {
        const auto published = node.replica->publish(made);
        REQUIRE_FALSE(published);
        CHECK_MESSAGE(published.error().code == code, describe(published.error()));
    }
    CHECK(node.replica->standing().vector == before.vector);
    CHECK(node.write({good}));
    CHECK(verify(*node.store->read()).empty());
}

TEST_CASE("writers that come together share commits, and each is told of its own record") {
    LoneNode node;
    constexpr std::size_t writers = 8;
    constexpr std::size_t each = 10;
    std::vector<std::thread> threads;
    std::vector<std::vector<Dot>> dots(writers);
    for (std::size_t i = 0; i < writers; ++i)
        threads.emplace_back([&node, &dots, i] {
            for (std::size_t j = 0; j < each; ++j)
                if (const auto done = node.write({write_op("gi/" + std::to_string(i * each + j), "name", "甲")}))
                    dots[i].push_back(done->dot);
        });
    for (std::thread& thread : threads) thread.join();
    std::set<Dot> all;
    for (const auto& some : dots) all.insert(some.begin(), some.end());
    CHECK(all.size() == writers * each);
    const auto tx = node.store->read();
    for (const Dot& dot : all) CHECK(tx->record(dot));
    CHECK(node.holds(node.replica->standing().own_log) == Seq{1 + writers * each});
    CHECK(verify(*tx).empty());
}

TEST_CASE("a long-poll wakes with the write that it waits for") {
    LoneNode node;
    Exchange exchange(*node.replica, *node.store, node.clock, fixed_card(node.id, *node.key));
    const Standing standing = node.replica->standing();
    std::optional<std::string> bundle;
    std::thread asker([&] { bundle = exchange.records({standing.vector, standing.heads, {}, 1'000}, 60, {}); });
    REQUIRE(node.write({write_op("gi/AGI1", "name", "甲")}));
    asker.join();
    REQUIRE(bundle);
    CHECK(parse_bundle(*bundle)->records.size() == 1);
}

TEST_CASE("a node whose clock was set back by years goes on signing heads, and does after a restart") {
    LoneNode node;
    const auto head_time = [&] { return parse_note(node.replica->standing().own_head)->head.time; };
    REQUIRE(node.write({write_op("gi/AGI1", "name", "x")}));
    for (const bool restarted : {false, true}) {
        node.clock.skew_ms -= 5LL * 365 * 24 * 3'600'000;
        if (restarted) node.open();
        const HybridTime before = head_time();
        node.clock.advance(head_interval_ms - 1);
        node.replica->refresh_head();
        CHECK(head_time() == before);
        node.clock.advance(1);
        node.replica->refresh_head();
        CHECK(head_time() > before);
    }
    // Set ahead: at once, and then at the usual pace.
    node.clock.skew_ms += 20LL * 365 * 24 * 3'600'000;
    const HybridTime behind = head_time();
    node.replica->refresh_head();
    const HybridTime ahead = head_time();
    CHECK(ahead > behind);
    node.replica->refresh_head();
    CHECK(head_time() == ahead);
}

TEST_CASE("a node over SQLite goes on with its log; told to, it opens a new one after it") {
    const TemporaryDirectory directory;
    const auto file = directory / "minglu.db";
    LoneNode node("cq", open_sqlite_store(file));
    const LogId first = node.replica->standing().own_log;
    REQUIRE(node.write({write_op("gi/AGI1", "name", "甲")}));
    const Hash root = node.replica->standing().state_root;
    const auto reopen = [&] {
        node.replica.reset();
        node.store.reset();
        node.store = open_sqlite_store(file);
        node.open();
    };
    reopen();
    CHECK(node.replica->standing().own_log == first);
    CHECK(node.replica->standing().state_root == root);
    CHECK(node.write({write_op("gi/AGI2", "name", "甲")})->dot == Dot{first, Seq{3}});
    node.replica->write_local([](WriteTx& tx) { tx.put_setting("open_new_log", "restored"); });
    reopen();
    const Standing after = node.replica->standing();
    CHECK(after.own_log != first);
    CHECK(after.vector.at(first) == Seq{3});
    const auto open = node.store->read()->record({after.own_log, Seq{1}});
    CHECK(parse_header(open->header)->open->predecessor == first);
    reopen();
    CHECK(node.replica->standing().own_log == after.own_log);
    CHECK(verify(*node.store->read()).empty());
    node.replica.reset();
    node.store.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
}

}  // namespace
