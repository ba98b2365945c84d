#include <atomic>
#include <thread>

#include "tests/contract/stores.hpp"

using namespace minglu;
using namespace minglu::contract;

STORE_TEST("without commit nothing happened") {
    StoreUnderTest under_test;
    {
        const auto tx = under_test.store->write();
        add_change(*tx, log_cq, {"patent/1"});
        tx->put_entry(make_views("patent/1", {make_period(10, {}, {"x"})}, {make_conflict("c", ConflictState::open)}),
                      UnixMs{1});
        tx->put_setting("s", "lost");
        CHECK(tx->counts().entries == 1);
    }
    const auto tx = under_test.store->write();
    CHECK(tx->counts().records == 0);
    CHECK(tx->logs().empty());
    CHECK_FALSE(tx->entry(EntryKey{"patent/1"}));
    CHECK(tx->journal(hash_of_text("c")).empty());
    CHECK(tx->setting("s").empty());
    add_change(*tx, log_cq, {"patent/2", "patent/1"});  // numbers given before do not stick
    tx->put_entry(make_views("patent/2", {make_period(10, {}, {"y"})}), UnixMs{1});
    CHECK(tx->entry(EntryKey{"patent/2"})->no == EntryNo{1});
    EntryQuery query = on_day(50);
    query.terms = {{"x", false}};
    CHECK(tx->query(query).hits.empty());
}

STORE_TEST("a reader keeps the state it began with") {
    StoreUnderTest under_test;
    {
        const auto tx = under_test.store->write();
        add_change(*tx, log_cq, {"patent/1"});
        tx->put_entry(make_views("patent/1", {make_period(10, {}, {"old"})}), UnixMs{1});
        tx->commit();
    }
    EntryQuery query = on_day(50);
    query.terms = {{"old", false}};
    const auto before = under_test.store->read();
    {
        const auto tx = under_test.store->write();
        add_change(*tx, log_cq, {"patent/1", "patent/2"});
        tx->put_entry(make_views("patent/1", {make_period(10, {}, {"new"})}), UnixMs{2});
        CHECK(before->last_record() == RecordNo{1});
        CHECK(under_test.store->read()->last_record() == RecordNo{1});
        CHECK(tx->query(query).hits.empty());
        tx->commit();
    }
    CHECK(before->last_record() == RecordNo{1});
    CHECK(before->ops_of_key(EntryKey{"patent/1"}).size() == 1);
    CHECK(before->query(query).hits.size() == 1);
    const auto after = under_test.store->read();
    CHECK(after->last_record() == RecordNo{2});
    CHECK(after->ops_of_key(EntryKey{"patent/1"}).size() == 2);
    CHECK(after->query(query).hits.empty());
    CHECK(under_test.store->check().empty());
}

STORE_TEST("a transaction ends with its commit") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    tx->put_setting("s", "1");
    tx->commit();
    CHECK_THROWS_AS(tx->commit(), std::logic_error);
    const auto next = under_test.store->write();  // does not wait for `tx`
    CHECK(next->setting("s") == "1");
}

STORE_TEST("writers wait for each other; readers see whole transactions") {
    StoreUnderTest under_test;
    constexpr int rounds = 40;
    std::atomic<int> torn{0};
    std::atomic<bool> done{false};
    const auto write = [&] {
        for (int i = 0; i < rounds; ++i) {
            const auto tx = under_test.store->write();
            const std::string value = tx->setting("a");
            const int next = value.empty() ? 1 : std::stoi(value) + 1;
            tx->put_setting("a", std::to_string(next));
            tx->put_setting("b", std::to_string(next));
            tx->commit();
        }
    };
    std::thread reader([&] {
        while (!done) {
            const auto tx = under_test.store->read();
            if (tx->setting("a") != tx->setting("b")) ++torn;
        }
    });
    std::thread one(write);
    std::thread two(write);
    one.join();
    two.join();
    done = true;
    reader.join();
    CHECK(torn == 0);
    CHECK(under_test.store->read()->setting("a") == std::to_string(2 * rounds));
}

STORE_TEST("check tells when a log does not hold what it says") {
    StoreUnderTest under_test;
    {
        const auto tx = under_test.store->write();
        add_change(*tx, log_cq, {"patent/1"});
        tx->put_entry(make_views("patent/1", {make_period(10, {}, {"x"})}, {make_conflict("c", ConflictState::open)}),
                      UnixMs{1});
        tx->commit();
    }
    CHECK(under_test.store->check().empty());
    const auto tx = under_test.store->write();
    LogRow log = *tx->log(log_cq);
    log.size = Seq{2};
    tx->update_log(log);
    tx->commit();
    CHECK(under_test.store->check().size() == 1);
}
