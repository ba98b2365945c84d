#include "tests/contract/stores.hpp"

using namespace minglu;
using namespace minglu::contract;

namespace {

void put(WriteTx& tx, const std::string& key, std::vector<ConflictView> conflicts, std::int64_t at) {
    tx.put_entry(make_views(key, {make_period(10, {}, {"x"})}, std::move(conflicts)), UnixMs{at});
}

std::vector<std::int64_t> numbers_of(const std::vector<ConflictRow>& rows) {
    std::vector<std::int64_t> numbers;
    for (const ConflictRow& row : rows) numbers.push_back(row.no);
    return numbers;
}

}  // namespace

STORE_TEST("the journal tells each change of state once") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    const Hash id = hash_of_text("c");
    struct Step {
        std::optional<ConflictState> state;
        Strings events;
    };
    const std::vector<Step> steps{
        {ConflictState::open, {"opened"}},
        {ConflictState::open, {}},
        {ConflictState::resolved, {"resolved"}},
        {ConflictState::open, {"reopened"}},
        {ConflictState::superseded, {"superseded"}},
        {ConflictState::resolved, {"resolved"}},
        {std::nullopt, {"withdrawn"}},
        {std::nullopt, {}},
        {ConflictState::open, {"reopened"}},
        {std::nullopt, {"withdrawn"}},
        {ConflictState::resolved, {"resolved"}},
    };
    Strings expected;
    std::int64_t at = 100;
    for (const Step& step : steps) {
        put(*tx, "patent/1", step.state ? std::vector{make_conflict("c", *step.state)} : std::vector<ConflictView>{},
            ++at);
        expected.insert(expected.end(), step.events.begin(), step.events.end());
        CHECK(events_of(*tx, id) == expected);
        CHECK(tx->conflict(id).has_value() == step.state.has_value());
        if (step.state) CHECK(tx->conflict(id)->view == make_conflict("c", *step.state));
        const bool open = step.state == ConflictState::open;
        CHECK(tx->entry(EntryKey{"patent/1"})->open_conflicts == (open ? 1 : 0));
        CHECK(tx->counts().conflicts_open == (open ? 1 : 0));
        CHECK(tx->counts().conflicts == (step.state ? 1 : 0));
    }
    const auto journal = tx->journal(id);
    CHECK(journal.front().at == UnixMs{101});
    CHECK(journal.front().key == EntryKey{"patent/1"});
    CHECK(journal.front().conflict == id);
    CHECK(tx->conflict(id)->found_at == UnixMs{101});
}

STORE_TEST("a conflict that arrives decided was opened all the same") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    put(*tx, "patent/1", {make_conflict("c", ConflictState::superseded)}, 1);
    CHECK(events_of(*tx, hash_of_text("c")) == Strings{"opened", "superseded"});
}

STORE_TEST("numbers, claims and the journal outlive the views") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    add_change(*tx, log_cq, {"patent/1", "patent/2"});
    put(*tx, "patent/1", {make_conflict("a", ConflictState::open)}, 1);
    put(*tx, "patent/2", {make_conflict("b", ConflictState::open)}, 2);
    tx->claim(hash_of_text("b"), "li.wei", UnixMs{3});
    const auto before = tx->conflicts({});
    tx->clear_views();
    CHECK(tx->conflicts({}).empty());
    CHECK_FALSE(tx->conflict(hash_of_text("a")));
    put(*tx, "patent/2", {make_conflict("b", ConflictState::open)}, 8);
    put(*tx, "patent/1", {make_conflict("a", ConflictState::open)}, 9);
    const auto after = tx->conflicts({});
    REQUIRE(after.size() == 2);
    CHECK(numbers_of(after) == numbers_of(before));
    CHECK(after[0].found_at == UnixMs{1});
    CHECK(after[1].claimed_by == "li.wei");
    CHECK(after[1].claimed_at == UnixMs{3});
    CHECK(events_of(*tx, hash_of_text("a")) == Strings{"opened"});

    tx->clear_views();
    put(*tx, "patent/1", {}, 10);  // the rebuild does not find it any more
    CHECK(events_of(*tx, hash_of_text("a")) == Strings{"opened", "withdrawn"});
    tx->remove_entry(EntryKey{"patent/1"}, UnixMs{11});
    put(*tx, "patent/2", {make_conflict("b", ConflictState::open)}, 11);
    tx->remove_entry(EntryKey{"patent/2"}, UnixMs{12});
    CHECK(events_of(*tx, hash_of_text("b")) == Strings{"opened", "claimed", "withdrawn"});
    CHECK(tx->journal(hash_of_text("b")).back().at == UnixMs{12});
    CHECK(tx->counts().conflicts == 0);
}

STORE_TEST("of many conflicts of one key only those that change are told of") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    std::vector<ConflictView> conflicts;
    for (int i = 0; i < 3'000; ++i) conflicts.push_back(make_conflict(std::to_string(i), ConflictState::open));
    put(*tx, "patent/1", conflicts, 1);
    put(*tx, "patent/2", {make_conflict("other", ConflictState::open)}, 2);
    const auto numbers = numbers_of(tx->conflicts({{}, EntryKey{"patent/1"}, "", 0, 5'000}));
    REQUIRE(numbers.size() == 3'000);

    conflicts[7].state = ConflictState::resolved;
    conflicts[8].groups = {"name", "status"};
    conflicts[9] = make_conflict("new", ConflictState::open);
    put(*tx, "patent/1", conflicts, 3);
    CHECK(events_of(*tx, hash_of_text("7")) == Strings{"opened", "resolved"});
    CHECK(events_of(*tx, hash_of_text("8")) == Strings{"opened"});
    CHECK(tx->conflict(hash_of_text("8"))->view == conflicts[8]);
    CHECK(events_of(*tx, hash_of_text("9")) == Strings{"opened", "withdrawn"});
    CHECK_FALSE(tx->conflict(hash_of_text("9")));
    CHECK(events_of(*tx, hash_of_text("new")) == Strings{"opened"});
    CHECK(events_of(*tx, hash_of_text("10")) == Strings{"opened"});
    CHECK(events_of(*tx, hash_of_text("other")) == Strings{"opened"});
    CHECK(tx->counts().conflicts == 3'001);
    CHECK(tx->counts().conflicts_open == 3'000);
}

STORE_TEST("claim and release") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    put(*tx, "patent/1", {make_conflict("c", ConflictState::open)}, 1);
    const Hash id = hash_of_text("c");
    tx->claim(id, "", UnixMs{2});  // nobody holds it: nothing to tell
    tx->claim(id, "li.wei", UnixMs{3});
    tx->claim(id, "li.wei", UnixMs{4});
    CHECK(tx->conflict(id)->claimed_by == "li.wei");
    CHECK(tx->conflict(id)->claimed_at == UnixMs{3});
    tx->claim(id, "wang", UnixMs{5});
    ConflictQuery mine;
    mine.claimed_by = "li.wei";
    CHECK(tx->conflicts(mine).empty());
    mine.claimed_by = "wang";
    CHECK(tx->conflicts(mine).size() == 1);
    tx->claim(id, "", UnixMs{6});
    CHECK(tx->conflict(id)->claimed_by.empty());
    CHECK(tx->conflicts(mine).empty());
    const auto journal = tx->journal(id);
    CHECK(events_of(*tx, id) == Strings{"opened", "claimed", "claimed", "released"});
    CHECK(journal[1].actor == "li.wei");
    CHECK(journal[3].actor == "wang");
    CHECK(journal[3].at == UnixMs{6});
    CHECK_THROWS_AS(tx->claim(hash_of_text("unknown"), "li.wei", UnixMs{7}), std::logic_error);
}

STORE_TEST("conflicts are listed by number, filtered and paged") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    for (int i = 0; i < 12; ++i) {
        const auto state = i % 3 == 0 ? ConflictState::resolved : ConflictState::open;
        ConflictView conflict = make_conflict(std::to_string(i), state);
        if (i == 5) conflict.groups.clear();
        put(*tx, "patent/" + std::to_string(i),
            {conflict, make_conflict("s" + std::to_string(i), ConflictState::superseded)}, i);
        if (i % 4 == 1) tx->claim(conflict.id, "li.wei", UnixMs{i});
    }
    const auto all = tx->conflicts({});
    CHECK(all.size() == 24);
    CHECK(tx->conflict(hash_of_text("5"))->view.groups.empty());
    struct Case {
        std::optional<ConflictState> state;
        std::optional<EntryKey> key;
        std::string claimed_by;
        std::size_t count = 0;
    };
    const std::vector<Case> cases{
        {{}, {}, "", 24},
        {ConflictState::open, {}, "", 8},
        {ConflictState::resolved, {}, "", 4},
        {ConflictState::superseded, {}, "", 12},
        {{}, EntryKey{"patent/4"}, "", 2},
        {ConflictState::open, EntryKey{"patent/4"}, "", 1},
        {ConflictState::resolved, EntryKey{"patent/4"}, "", 0},
        {{}, EntryKey{"patent/99"}, "", 0},
        {{}, {}, "li.wei", 3},
        {ConflictState::open, {}, "li.wei", 2},
        {{}, EntryKey{"patent/5"}, "li.wei", 1},
        {{}, {}, "nobody", 0},
    };
    for (const Case& c : cases) {
        ConflictQuery query{c.state, c.key, c.claimed_by, 0, 2};
        std::vector<std::int64_t> numbers;
        while (true) {
            const auto page = tx->conflicts(query);
            CHECK(page.size() <= 2);
            if (page.empty()) break;
            for (const std::int64_t no : numbers_of(page)) numbers.push_back(no);
            query.after = page.back().no;
        }
        CAPTURE(c.count);
        CHECK(numbers.size() == c.count);
        CHECK(std::is_sorted(numbers.begin(), numbers.end()));
    }
}
