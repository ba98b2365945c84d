#include "catalog/entry_filter.hpp"
#include "tests/contract/stores.hpp"

using namespace minglu;
using namespace minglu::contract;

namespace {

EntryQuery words(std::vector<EntryQuery::Term> terms) {
    EntryQuery query = on_day(100);
    query.terms = std::move(terms);
    return query;
}

/// Three entries that differ in every column that is filtered by.
void fill(WriteTx& tx) {
    add_change(tx, log_cq, {"patent/1", "trademark/2/33", "gi/3"});
    Period patent = make_period(10, {}, {"涪陵", "陵榨", "榨菜", "#201710601862.3", "a+b", "AGI"});
    patent.subtype = "invention";
    patent.region = "500102";
    Period mark = make_period(10, {}, {"涪陵", "#2017", "agi"});
    mark.listing = "removed";
    mark.legal_status = "expired";
    mark.region = "510100";
    mark.home = "sc";
    mark.category = "酒";
    Period product = make_period(10, {}, {"郫县", "县豆", "\"quoted\" *", "#20171060"});
    product.region = "50";
    tx.put_entry(make_views("patent/1", {patent}), UnixMs{1});
    tx.put_entry(make_views("trademark/2/33", {mark}), UnixMs{1});
    tx.put_entry(make_views("gi/3", {product}), UnixMs{1});
}

}  // namespace

STORE_TEST("an entry and its periods come back as they were put") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    Period first = make_period(10, 20, {"x"});
    Period second = make_period(20, {}, {"y"});
    const EntryViews views = make_views("patent/1", {first, second}, {make_conflict("c", ConflictState::open)});
    tx->put_entry(views, UnixMs{1});
    const auto entry = tx->entry(EntryKey{"patent/1"});
    REQUIRE(entry);
    CHECK(entry->key == views.key);
    CHECK(entry->etag == views.etag);
    CHECK(entry->trie_leaf == views.trie_leaf);
    CHECK(entry->open_conflicts == 1);
    first.terms.clear();
    second.terms.clear();
    CHECK(tx->periods(entry->no) == std::vector{first, second});
    CHECK_FALSE(tx->entry(EntryKey{"patent/2"}));
    CHECK(tx->periods(EntryNo{99}).empty());
}

STORE_TEST("words, prefixes and Chinese bigrams") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    fill(*tx);
    struct Case {
        std::vector<EntryQuery::Term> terms;
        Strings keys;
    };
    const Strings all{"patent/1", "trademark/2/33", "gi/3"};
    const std::vector<Case> cases{
        {{}, all},
        {{{"", false}}, all},
        {{{"", true}}, all},
        {{{"涪陵", false}}, {"patent/1", "trademark/2/33"}},
        {{{"涪陵", false}, {"榨菜", false}}, {"patent/1"}},
        {{{"榨菜", false}, {"涪陵", false}}, {"patent/1"}},
        {{{"涪陵", false}, {"郫县", false}}, {}},
        {{{"涪", false}}, {}},
        {{{"涪", true}}, {"patent/1", "trademark/2/33"}},
        {{{"#2017", false}}, {"trademark/2/33"}},
        {{{"#2017", true}}, all},
        {{{"#20171060", true}}, {"patent/1", "gi/3"}},
        {{{"#20171060", true}, {"榨菜", false}}, {"patent/1"}},
        {{{"a+b", false}}, {"patent/1"}},
        {{{"a", false}}, {}},
        {{{"a+", true}}, {"patent/1"}},
        {{{"AGI", false}}, {"patent/1"}},
        {{{"agi", false}}, {"trademark/2/33"}},
        {{{"\"quoted\" *", false}}, {"gi/3"}},
        {{{"\"", true}}, {"gi/3"}},
        {{{"OR", false}}, {}},
        {{{"~kpatent", false}}, {}},
        {{{"~", true}}, {}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.terms.empty() ? "" : c.terms[0].text);
        CHECK(keys_of(tx->query(words(c.terms))) == c.keys);
    }
}

STORE_TEST("filters, alone and with words") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    fill(*tx);
    struct Case {
        const char* what = nullptr;
        std::function<void(EntryQuery&)> set;
        Strings keys;
    };
    const std::vector<Case> cases{
        {"kind", [](EntryQuery& q) { q.kind = Kind::gi; }, {"gi/3"}},
        {"class", [](EntryQuery& q) { q.nice_class = "33"; }, {"trademark/2/33"}},
        {"listing", [](EntryQuery& q) { q.listing = "listed"; }, {"patent/1", "gi/3"}},
        {"status", [](EntryQuery& q) { q.legal_status = "expired"; }, {"trademark/2/33"}},
        {"province", [](EntryQuery& q) { q.region_prefix = "50"; }, {"patent/1", "gi/3"}},
        {"city", [](EntryQuery& q) { q.region_prefix = "5001"; }, {"patent/1"}},
        {"odd prefix", [](EntryQuery& q) { q.region_prefix = "5"; }, {"patent/1", "trademark/2/33", "gi/3"}},
        {"odd long prefix", [](EntryQuery& q) { q.region_prefix = "50010"; }, {"patent/1"}},
        {"prefecture", [](EntryQuery& q) { q.region_prefix = "5101"; }, {"trademark/2/33"}},
        {"category", [](EntryQuery& q) { q.category = "特色 食品"; }, {"patent/1", "gi/3"}},
        {"part of a category", [](EntryQuery& q) { q.category = "特色"; }, {}},
        {"subtype", [](EntryQuery& q) { q.subtype = "invention"; }, {"patent/1"}},
        {"home", [](EntryQuery& q) { q.home = "sc"; }, {"trademark/2/33"}},
        {"two", [](EntryQuery& q) { q.home = "cq", q.listing = "removed"; }, {}},
        {"with words",
         [](EntryQuery& q) {
             q.terms = {{"涪陵", false}}, q.home = "cq";
         },
         {"patent/1"}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        EntryQuery query = on_day(100);
        c.set(query);
        CHECK(keys_of(tx->query(query)) == c.keys);
        query.accept = [](const EntryHit& hit) { return hit.key.value() != "patent/1"; };
        Strings rest = c.keys;
        std::erase(rest, "patent/1");
        CHECK(keys_of(tx->query(query)) == rest);
    }
}

STORE_TEST("what was never listed by the day is found by those who ask for it") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    Period before = make_period(10, 20, {"x"});
    before.listing.clear();
    tx->put_entry(
        make_views("patent/1", {before, make_period(20, {}, {"x"})}, {make_conflict("c", ConflictState::open)}),
        UnixMs{1});
    add_change(*tx, log_cq, {"patent/1"});
    const std::vector<std::function<void(EntryQuery&)>> ways{[](EntryQuery&) {},
                                                             [](EntryQuery& q) {
                                                                 q.terms = {{"x", false}};
                                                             },
                                                             [](EntryQuery& q) { q.home = "cq"; },
                                                             [](EntryQuery& q) { q.with_open_conflict = true; },
                                                             [](EntryQuery& q) {
                                                                 q.batch = Dot{log_cq, Seq{1}};
                                                             }};
    for (std::size_t i = 0; i < ways.size(); ++i) {
        CAPTURE(i);
        EntryQuery query = on_day(15);
        ways[i](query);
        CHECK(keys_of(tx->query(query)).empty());
        query.listing = any_listing;
        CHECK(keys_of(tx->query(query)) == Strings{"patent/1"});
        query.as_of = on_day(20).as_of;
        CHECK(keys_of(tx->query(query)) == Strings{"patent/1"});
        query.listing.clear();
        CHECK(keys_of(tx->query(query)) == Strings{"patent/1"});
    }
}

STORE_TEST("an entry is found under what its area has become, and under an area that has no code") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    Period former = make_period(10, {}, {"x"});
    former.region = "500234";
    Period no_code = make_period(10, {}, {"x"});
    no_code.region.clear();
    no_code.view = R"({"region_name":"重庆市两江新区"})";
    tx->put_entry(make_views("gi/1", {former}), UnixMs{1});
    tx->put_entry(make_views("gi/2", {no_code}), UnixMs{1});
    tx->put_entry(make_views("gi/3", {make_period(10, {}, {"x"})}), UnixMs{1});
    for (const auto& [area, found] : std::vector<std::pair<std::string, Strings>>{{"500154", {"gi/1"}},
                                                                                  {"500234", {"gi/1"}},
                                                                                  {"5002", {"gi/1"}},
                                                                                  {"5001", {"gi/1", "gi/3"}},
                                                                                  {"重庆市两江新区", {"gi/2"}},
                                                                                  {"50", {"gi/1", "gi/2", "gi/3"}},
                                                                                  {"500155", {}}}) {
        EntryQuery query = on_day(100);
        query.region_prefix = area;
        CAPTURE(query.region_prefix);
        CHECK(keys_of(tx->query(query)) == found);
        query.terms = {{"x", false}};
        CHECK(keys_of(tx->query(query)) == found);
    }
}

STORE_TEST("batch and open conflict, alone and with words and filters") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    fill(*tx);
    add_change(*tx, log_sc, {"gi/3", "trademark/2/33"});
    tx->put_entry(make_views("gi/3", {make_period(10, {}, {"郫县"})}, {make_conflict("c", ConflictState::open)}),
                  UnixMs{2});
    tx->put_entry(
        make_views("patent/1", {make_period(10, {}, {"涪陵"})}, {make_conflict("d", ConflictState::resolved)}),
        UnixMs{2});
    EntryQuery batch = on_day(100);
    batch.batch = Dot{log_sc, Seq{1}};
    CHECK(keys_of(tx->query(batch)) == Strings{"trademark/2/33", "gi/3"});
    batch.listing = "removed";
    CHECK(keys_of(tx->query(batch)) == Strings{"trademark/2/33"});
    batch.listing.clear();
    batch.terms = {{"郫县", false}};
    CHECK(keys_of(tx->query(batch)) == Strings{"gi/3"});
    batch.terms.clear();
    batch.after = EntryNo{2};
    CHECK(keys_of(tx->query(batch)) == Strings{"gi/3"});
    batch.batch = Dot{log_sc, Seq{9}};
    CHECK(keys_of(tx->query(batch)).empty());

    EntryQuery open = on_day(100);
    open.with_open_conflict = true;
    CHECK(keys_of(tx->query(open)) == Strings{"gi/3"});
    open.kind = Kind::patent;
    CHECK(keys_of(tx->query(open)).empty());
    open.kind.reset();
    open.terms = {{"涪陵", false}};
    CHECK(keys_of(tx->query(open)).empty());
    open.terms = {{"郫县", false}};
    CHECK(keys_of(tx->query(open)) == Strings{"gi/3"});
    open.batch = Dot{log_cq, Seq{1}};
    CHECK(keys_of(tx->query(open)) == Strings{"gi/3"});
}

STORE_TEST("as_of picks the period of the day; its end is exclusive") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    tx->put_entry(make_views("patent/1", {make_period(10, 20, {"old"}), make_period(20, 30, {"new"})}), UnixMs{1});
    struct Case {
        int day = 0;
        std::string word;
        std::optional<int> from;
    };
    for (const Case& c :
         {Case{9, "", {}}, Case{10, "", 10}, Case{19, "", 10}, Case{20, "", 20}, Case{29, "", 20}, Case{30, "", {}},
          Case{19, "old", 10}, Case{20, "old", {}}, Case{19, "new", {}}, Case{20, "new", 20}}) {
        EntryQuery query = on_day(c.day);
        query.terms = {{c.word, false}};
        const EntryPage page = tx->query(query);
        CAPTURE(c.day);
        CAPTURE(c.word);
        REQUIRE(page.hits.size() == (c.from ? 1u : 0u));
        if (c.from) CHECK(page.hits[0].period.from == Day{*c.from});
    }
}

STORE_TEST("putting an entry again leaves no ghost of its old words") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    const auto found = [&](const char* word) { return tx->query(words({{word, false}})).hits.size(); };
    const auto put = [&](std::vector<Period> periods) {
        tx->put_entry(make_views("patent/1", std::move(periods)), UnixMs{1});
    };
    put({make_period(10, {}, {"first", "both"})});
    CHECK(found("first") == 1);
    put({make_period(10, {}, {"second", "both"})});
    CHECK(found("first") == 0);
    CHECK(found("second") == 1);
    CHECK(found("both") == 1);
    put({make_period(10, {}, {"first", "both"})});  // back to words it had before
    CHECK(found("first") == 1);
    CHECK(found("second") == 0);
    CHECK(found("both") == 1);
    put({make_period(10, 50, {"first", "both"}), make_period(50, {}, {"first", "both"})});  // equal words twice
    CHECK(found("both") == 1);
    CHECK(tx->periods(EntryNo{1}).size() == 2);
    put({make_period(50, {}, {"first", "both"})});
    CHECK(tx->periods(EntryNo{1}).size() == 1);
    CHECK(found("both") == 1);
    put({});
    CHECK(found("both") == 0);
    REQUIRE(tx->entry(EntryKey{"patent/1"}));
    put({make_period(10, {}, {"third"})});
    tx->remove_entry(EntryKey{"patent/1"}, UnixMs{1});
    CHECK_FALSE(tx->entry(EntryKey{"patent/1"}));
    CHECK(found("third") == 0);
    CHECK(tx->query(on_day(100)).hits.empty());
    put({make_period(10, {}, {"fourth"})});
    CHECK(found("fourth") == 1);
    CHECK(found("first") == 0);
    CHECK(found("third") == 0);
    CHECK(tx->entry(EntryKey{"patent/1"})->no == EntryNo{1});
    tx->remove_entry(EntryKey{"patent/unknown"}, UnixMs{1});
}

STORE_TEST("paging meets every entry once, in one order, with and without words") {
    StoreUnderTest under_test;
    {
        const auto tx = under_test.store->write();
        for (int i = 0; i < 57; ++i) {
            const std::string key = "patent/" + std::to_string(i * 37 % 57);
            tx->put_entry(make_views(key, {make_period(10, {}, {"word", i % 3 == 0 ? "third" : "other"})}), UnixMs{1});
        }
        tx->commit();
    }
    const auto tx = under_test.store->read();
    for (const char* word : {"", "word", "third"}) {
        for (const std::uint32_t limit : {1u, 7u, 19u, 57u, 100u}) {
            EntryQuery query = words({{word, false}});
            query.limit = limit;
            Strings seen;
            EntryPage page;
            do {
                page = tx->query(query);
                CHECK(page.hits.size() <= limit);
                for (const std::string& key : keys_of(page)) seen.push_back(key);
                if (!page.hits.empty()) query.after = page.hits.back().no;
            } while (page.more);
            query = words({{word, false}});
            CAPTURE(word);
            CAPTURE(limit);
            CHECK(seen == keys_of(tx->query(query)));
            CHECK(seen.size() == (std::string_view(word) == "third" ? 19u : 57u));
        }
    }
    std::vector<std::int64_t> numbers;
    tx->visit_entries(EntryNo{50}, [&](const EntryRow& row) { return numbers.push_back(row.no.value()), true; });
    CHECK(numbers == std::vector<std::int64_t>{51, 52, 53, 54, 55, 56, 57});
    std::vector<std::int64_t> named;
    tx->visit_names([&](EntryNo no, const EntryKey& key, std::string_view name) {
        named.push_back(no.value());
        CHECK(tx->entry(key)->no == no);
        CHECK(name == tx->periods(no).front().name);
    });
    CHECK(named.size() == 57);
    CHECK(std::is_sorted(named.begin(), named.end()));
    std::size_t leaves = 0;
    tx->visit_leaves([&](EntryNo no, const EntryKey& key, const Hash& leaf) {
        CHECK(leaf == hash_of_text(key.value()));
        CHECK(tx->entry(key)->no == no);
        CHECK(tx->key_of(no) == key);
        ++leaves;
    });
    CHECK(leaves == 57);
    CHECK_FALSE(tx->key_of(EntryNo{0}));
    CHECK_FALSE(tx->key_of(EntryNo{1'000}));
}

STORE_TEST("views that are dropped and made again give the same answers") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    fill(*tx);
    const auto before = tx->entry(EntryKey{"gi/3"});
    tx->clear_views();
    CHECK_FALSE(tx->entry(EntryKey{"gi/3"}));
    CHECK(tx->query(on_day(100)).hits.empty());
    CHECK(tx->query(words({{"涪陵", false}})).hits.empty());
    CHECK(tx->counts().entries == 0);
    CHECK(tx->ops_of_key(EntryKey{"gi/3"}).size() == 1);
    tx->put_entry(make_views("gi/3", {make_period(10, {}, {"郫县"})}), UnixMs{1});  // another order
    CHECK(tx->entry(EntryKey{"gi/3"})->no == before->no);
    tx->put_entry(make_views("patent/1", {make_period(10, {}, {"涪陵"})}), UnixMs{1});
    CHECK(keys_of(tx->query(on_day(100))) == Strings{"patent/1", "gi/3"});
    CHECK(keys_of(tx->query(words({{"涪陵", false}}))) == Strings{"patent/1"});
    CHECK(tx->query(words({{"榨菜", false}})).hits.empty());
}
