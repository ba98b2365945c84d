// Searching: text, numbers in any spelling, filters, counts, order, pages.
#include <doctest/doctest.h>

#include <set>

#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using test::all_items;
using test::ask;
using test::get;
using test::HandClock;
using test::in_capitals;
using test::invention;
using test::Json;
using test::keys_of;
using test::mark;
using test::pickle;
using test::TestNode;
using test::whole_body;
using test::write_three;

using Parameters = std::multimap<std::string, std::string>;

TEST_CASE("Search finds by text, by number in any spelling, and by filters") {
    HandClock clock;
    TestNode node("cq", clock);
    write_three(node);
    struct Case {
        Parameters query;
        std::set<std::string> found;
    };
    const std::vector<Case> cases{
        {{}, {mark, pickle, invention}},
        {{{"q", "   "}}, {mark, pickle, invention}},
        {{{"q", "榨"}}, {pickle, invention}},
        {{{"q", "榨菜"}}, {pickle, invention}},
        {{{"q", "涪陵榨菜"}}, {pickle}},
        {{{"q", "榨菜 包装"}}, {pickle, invention}},  // the first has one of the words
        {{{"q", "榨包"}}, {}},
        {{{"q", "，。"}}, {}},
        {{{"q", "201710601862.3"}}, {invention}},
        {{{"q", "ZL201710601862.3"}}, {invention}},
        {{{"q", "CN 201710601862.3"}}, {invention}},
        {{{"q", "2017106018623"}}, {invention}},
        {{{"q", "１０３２５５５４"}}, {mark}},
        {{{"q", "10325554/33"}}, {mark}},
        {{{"q", mark}}, {mark}},
        {{{"q", "10325554/34"}}, {}},
        {{{"kind", "gi"}}, {pickle}},
        {{{"kind", "trademark"}, {"class", "33"}}, {mark}},
        {{{"class", "第三十三类"}}, {mark}},
        {{{"class", "34"}}, {}},
        {{{"listing", "listed"}}, {mark, pickle, invention}},
        {{{"listing", "removed"}}, {}},
        {{{"status", "granted"}}, {invention}},
        {{{"subtype", "invention"}}, {invention}},
        {{{"region", "50"}}, {mark, pickle}},
        {{{"region", "500000"}}, {mark, pickle}},
        {{{"region", "500102"}}, {pickle}},
        {{{"region", "5101"}}, {invention}},
        {{{"category", "腌菜"}}, {pickle}},
        {{{"home", "sc"}}, {invention}},
        {{{"home", "cq"}, {"q", "榨菜"}}, {pickle}},
        {{{"conflict", "open"}}, {}},
        {{{"as_of", "2019-12-31"}}, {}},
        {{{"as_of", "2020-01-01"}, {"q", "江小白"}}, {mark}},
    };
    for (const Case& c : cases) {
        std::string query;
        for (const auto& [name, value] : c.query) query += name + "=" + value + "&";
        CAPTURE(query);
        const auto keys = keys_of(ask(node, get("/v1/entries", c.query)));
        CHECK(std::set<std::string>(keys.begin(), keys.end()) == c.found);
        CHECK(keys.size() == c.found.size());
    }
}

TEST_CASE("Search tells why, counts filters, sorts, and takes the name of a batch") {
    HandClock clock;
    TestNode node("cq", clock);
    write_three(node);
    const Json page = ask(node, get("/v1/entries", {{"q", "榨菜"}, {"counts", "true"}}));
    CHECK(keys_of(page) == std::vector<std::string>{pickle, invention});
    CHECK(page.at("bounded") == false);
    const Json& reason = page.at("items").at(0).at("reason");
    CHECK(reason.at("match") == "name_part");
    CHECK(reason.at("highlights").at(0) ==
          Json{{"field", "name"}, {"text", "涪陵榨菜"}, {"ranges", Json::array({Json::array({2, 4})})}});
    const Json& by = page.at("counts").at("by");
    CHECK(page.at("counts").at("entries") == 2);
    CHECK(by.at("home").size() == 2);
    CHECK(by.at("region").at(0).contains("label"));
    CHECK(keys_of(ask(node, get("/v1/entries", {{"q", "fulingzhacai"}}))) == std::vector<std::string>{pickle});
    CHECK(keys_of(ask(node, get("/v1/entries", {{"q", "hulinzacai"}}))).empty());
    CHECK(keys_of(ask(node, get("/v1/entries", {{"q", "hulinzacai"}, {"fuzzy", "true"}}))) ==
          std::vector<std::string>{pickle});
    CHECK(keys_of(ask(node, get("/v1/entries", {{"sort", "name"}}))) ==
          std::vector<std::string>{pickle, mark, invention});
    CHECK(keys_of(ask(node, get("/v1/entries", {{"sort", "-name"}}))) ==
          std::vector<std::string>{invention, mark, pickle});
    const std::string dot = page.at("items").at(0).at("etag");
    CHECK(keys_of(ask(node, get("/v1/entries", {{"q", dot}}))).size() == 3);
    // Ids of logs are in lower case, whatever is typed.
    const std::string capitals = in_capitals(dot);
    CHECK(keys_of(ask(node, get("/v1/entries", {{"q", capitals}}))).size() == 3);
    CHECK(keys_of(ask(node, get("/v1/entries", {{"batch", capitals}}))).size() == 3);
    CHECK(ask(node, get("/v1/entries", {{"sort", "colour"}}), 400).at("where") == "query parameter sort");
    CHECK(ask(node, get("/v1/entries", {{"sort", "-arrival"}}), 400).at("where") == "query parameter sort");
    CHECK(ask(node, get("/v1/entries", {{"counts", "perhaps"}}), 400).at("where") == "query parameter counts");
}

TEST_CASE("A search takes areas by name and labels what it counts; a number that is mistyped is told so") {
    HandClock clock;
    TestNode node("cq", clock);
    write_three(node);
    const auto of_area = [&](const char* area) { return keys_of(ask(node, get("/v1/entries", {{"region", area}}))); };
    CHECK(of_area("重庆市涪陵区") == of_area("500102"));
    CHECK_FALSE(of_area("涪陵区").empty());
    CHECK(of_area("渝北区").empty());
    CHECK(ask(node, get("/v1/entries", {{"kind", "trademark"}, {"status", "granted"}}), 400).at("where") ==
          "query parameter status");
    const Json by = ask(node, get("/v1/entries", {{"counts", "true"}})).at("counts").at("by");
    const auto label_of = [&](const char* filter, const char* value) {
        for (const Json& one : by.at(filter))
            if (one.at("value") == value) return one.value("label", "");
        return std::string("absent");
    };
    CHECK(label_of("region", "5001") == "重庆市市辖区");
    CHECK(label_of("region", "500102") == "涪陵区");
    CHECK(label_of("listing", "listed") == "在册");
    CHECK_FALSE(ask(node, get("/v1/entries", {{"q", "201710601862.3"}})).contains("hint"));
    for (const char* typed : {"专利号 201710601862.4", "ZL2017106018624", "专利号 2017-1-0601862-X"})
        CHECK(ask(node, get("/v1/entries", {{"q", typed}})).at("hint") == "校验位不符，按前面各位应为 201710601862.3");
    CHECK(ask(node, get("/v1/entries", {{"q", "91110108551385082P"}})).at("hint") == "统一社会信用代码的校验位不符");
}

TEST_CASE("What is counted is called as its kind calls it") {
    HandClock clock;
    TestNode node("cq", clock);
    const auto label_of = [&](Parameters counted) {
        counted.emplace("counts", "true");
        const Json status = ask(node, get("/v1/entries", counted)).at("counts").at("by").at("status");
        REQUIRE(status.size() == 1);
        return status.at(0).value("label", "");
    };
    node.write({{mark, {{"listing", "listed"}, {"name", "江小白"}, {"status", "invalidated"}}}});
    CHECK(label_of({}) == "宣告无效");
    node.write({{invention, {{"listing", "listed"}, {"name", "一种方法"}, {"status", "invalidated"}}}});
    CHECK(label_of({}) == "全部无效／宣告无效");
    CHECK(label_of({{"kind", "trademark"}}) == "宣告无效");
    CHECK(label_of({{"kind", "patent"}}) == "全部无效");
}

TEST_CASE("A cursor leads on in its own question alone") {
    HandClock clock;
    TestNode node("cq", clock);
    write_three(node);
    const Json page = ask(node, get("/v1/entries", {{"limit", "1"}, {"sort", "name"}}));
    const std::string next = page.at("next");
    CHECK(ask(node, get("/v1/entries", {{"limit", "2"}, {"sort", "name"}, {"cursor", next}})).at("items").size() == 2);
    for (const Parameters& other :
         std::vector<Parameters>{{{"cursor", next}},
                                 {{"sort", "name"}, {"q", "榨菜"}, {"cursor", next}},
                                 {{"sort", "name"}, {"as_of", "2025-01-01"}, {"cursor", next}}})
        CHECK(ask(node, get("/v1/entries", other), 400).at("where") == "query parameter cursor");
    // One that counts how many were taken, one without its key, one with half a key.
    const std::string counted = "s" + next.substr(1, next.find('-')) + "0-1-0";
    for (const std::string& other : {counted, next.substr(0, next.find('.') + 1), next + "0", next + ".00"})
        CHECK(ask(node, get("/v1/entries", {{"sort", "name"}, {"cursor", other}}), 400).at("detail") ==
              "not a cursor of this list");
}

TEST_CASE("A sorted list goes on behind its last entry, whatever came and went before it") {
    HandClock clock;
    TestNode node("cq", clock);
    const std::string other_mark = "trademark/20000001/30";
    node.write({{"gi/甲", {{"listing", "listed"}, {"name", "安化黑茶"}}},
                {"gi/乙", {{"listing", "listed"}, {"name", "保山小粒咖啡"}}},
                {"gi/丙", {{"listing", "listed"}, {"name", "涪陵榨菜"}}},
                {"gi/丁", {{"listing", "listed"}, {"name", "合川桃片"}}}});
    const Parameters sorted{{"sort", "name"}, {"listing", "listed"}, {"limit", "2"}};
    const Json first = ask(node, get("/v1/entries", sorted));
    CHECK(keys_of(first) == std::vector<std::string>{"gi/甲", "gi/乙"});
    node.write({{"gi/甲", {{"listing", "removed"}}}, {"gi/乙", {{"listing", "removed"}}}});
    Parameters behind = sorted;
    behind.emplace("cursor", first.at("next").get<std::string>());
    CHECK(keys_of(ask(node, get("/v1/entries", behind))) == std::vector<std::string>{"gi/丙", "gi/丁"});
    node.write({{other_mark, {{"listing", "listed"}, {"name", "阿里"}}}});
    CHECK(keys_of(ask(node, get("/v1/entries", behind))) == std::vector<std::string>{"gi/丙", "gi/丁"});
}

TEST_CASE("What stands on a packet is found, counted, sorted and exported alike") {
    HandClock clock;
    TestNode node("cq", clock);
    write_three(node);
    struct Case {
        std::string typed, found, match;
    };
    for (const Case& c : std::vector<Case>{{"品名：涪陵榨菜 净含量：80g", pickle, "name_within"},
                                           {"涪陵榨菜鲜脆菜丝独立小包装", pickle, "name_within"},
                                           {"假货 10325554", mark, "number_within"},
                                           {"江小白酒业食品", mark, "name_within"},
                                           {"川味榨菜包装盒", invention, "some_words"}}) {
        CAPTURE(c.typed);
        const Json page = ask(node, get("/v1/entries", {{"q", c.typed}, {"counts", "true"}}));
        REQUIRE(keys_of(page) == std::vector<std::string>{c.found});
        CHECK(page.at("items").at(0).at("reason").at("match") == c.match);
        CHECK_FALSE(page.at("items").at(0).at("reason").at("highlights").empty());
        CHECK(page.at("bounded") == false);
        CHECK(page.at("counts").at("entries") == 1);
        for (const char* const sort : {"arrival", "name", "-date", "expiry"})
            CHECK(keys_of(ask(node, get("/v1/entries", {{"q", c.typed}, {"sort", sort}}))) == keys_of(page));
        const HttpResponse exported = node.router.handle(get("/v1/export", {{"q", c.typed}, {"format", "json"}}));
        std::string body;
        for (std::string chunk; exported.stream(chunk); chunk.clear()) body += chunk;
        const Json items = Json::parse(body).at("items");
        REQUIRE(items.size() == 1);
        CHECK(items.at(0).at("key") == c.found);
    }
}

TEST_CASE("What a search cannot understand is named") {
    HandClock clock;
    TestNode node("cq", clock);
    struct Case {
        std::string name, value;
    };
    for (const Case& c : std::vector<Case>{{"kind", "plant"},
                                           {"listing", "perhaps"},
                                           {"region", "5a"},
                                           {"region", "501"},
                                           {"region", "市中区"},
                                           {"region", "不存在区"},
                                           {"class", "99"},
                                           {"status", "有效"},
                                           {"status", "perhaps"},
                                           {"subtype", "perhaps"},
                                           {"home", "CQ"},
                                           {"batch", "cq"},
                                           {"conflict", "closed"},
                                           {"as_of", "2020-02-30"},
                                           {"limit", "0"},
                                           {"limit", "201"},
                                           {"cursor", "zz"},
                                           {"cursor", "s1"},
                                           {"cursor", "c1-2"},
                                           {"q", std::string(1'001, 'a')},
                                           {"verdict", "never_granted"},
                                           {"verdict", "有效"},
                                           {"colour", "red"}}) {
        CAPTURE(c.name);
        CAPTURE(c.value);
        const Json error = ask(node, get("/v1/entries", {{c.name, c.value}}), 400);
        CHECK(error.at("where") == "query parameter " + c.name);
        CHECK(error.at("code") == "bad_request");
        CHECK_FALSE(error.at("cure").get<std::string>().empty());
    }
}

TEST_CASE("Pages of any size join to the same list, each hit once, also while entries arrive") {
    HandClock clock;
    TestNode node("cq", clock);
    std::vector<test::Write> writes;
    // The name of some is the number of others: two readings of one query find them.
    for (int i = 0; i < 30; ++i)
        writes.push_back(
            {"trademark/" + std::to_string(10'325'500 + i) + "/33",
             {{"listing", "listed"}, {"name", i % 3 == 0 ? "10325501 酒" : "江小白 " + std::to_string(i)}}});
    node.write(writes);
    for (const std::string q : {"", "1032550", "江小白", "103255"}) {
        CAPTURE(q);
        const auto whole = all_items(node, get("/v1/entries", {{"q", q}}), 200);
        CHECK(whole.size() >= 10);
        std::set<std::string> keys;
        for (const Json& item : whole) keys.insert(item.at("key"));
        CHECK(keys.size() == whole.size());
        for (const int limit : {1, 2, 7, 10, 29, 30})
            CHECK(all_items(node, get("/v1/entries", {{"q", q}}), limit) == whole);
    }

    const Json first = ask(node, get("/v1/entries", {{"limit", "10"}}));
    node.write({{"gi/新产品", {{"listing", "listed"}, {"name", "新产品"}}}});
    const Json second = ask(node, get("/v1/entries", {{"limit", "200"}, {"cursor", first.at("next")}}));
    CHECK(second.at("items").size() == 21);
    CHECK(keys_of(second).back() == "gi/新产品");
    CHECK_FALSE(second.contains("next"));
}

TEST_CASE("A batch is found by its document number in any spelling, however it was entered") {
    HandClock clock;
    TestNode node("cq", clock);
    write_three(node);
    const auto publish = [&](const char* key, const char* document) {
        Draft draft;
        draft.batch = BatchInfo{"一批", document, ""};
        node.write({{key, {{"listing", "listed"}}}}, draft);
    };
    publish("gi/AGI00119", "渝知发〔2024〕119号");
    publish("gi/AGI00120", "渝知發(2024)120號");
    for (const char* typed : {"渝知发〔2024〕119号", "渝知发〔2024〕119號", "渝知發〔2024〕119号", "渝知发2024第119号",
                              "渝知发[2024]119", "文号：渝知发（2024）119号"})
        CHECK_MESSAGE(keys_of(ask(node, get("/v1/entries", {{"q", typed}}))) == std::vector<std::string>{"gi/AGI00119"},
                      typed);
    CHECK(keys_of(ask(node, get("/v1/entries", {{"q", "渝知发〔2024〕120号"}}))) ==
          std::vector<std::string>{"gi/AGI00120"});
    // Without its issuer it is that of any.
    publish("gi/AGI00121", "川知发〔2024〕119号");
    publish("gi/AGI00122", "川知发〔2023〕119号");
    const std::vector<std::string> newest_first{"gi/AGI00121", "gi/AGI00119"};
    for (const char* typed : {"〔2024〕119号", "2024年119号", "(二〇二四)119号", "文号：[2024]119"})
        CHECK_MESSAGE(keys_of(ask(node, get("/v1/entries", {{"q", typed}}))) == newest_first, typed);
    node.write(
        {{"gi/涪陵榨菜",
          {{"listing", "listed"}, {"name", "涪陵榨菜"}, {"announcement_number", "国家质检总局公告2012年第119号"}}}});
    publish("gi/AGI00123", "渝知发〔2012〕119号");
    CHECK(keys_of(ask(node, get("/v1/entries", {{"q", "2012年第119号"}}))) == std::vector<std::string>{"gi/涪陵榨菜"});
    CHECK(keys_of(ask(node, get("/v1/entries", {{"q", "〔2012〕119号"}}))) == std::vector<std::string>{"gi/AGI00123"});
}

TEST_CASE("A number that was typed otherwise is found, or the answer says what may be meant") {
    HandClock clock;
    TestNode node("cq", clock);
    node.write(
        {{"trademark/1094857/30", {{"listing", "listed"}, {"name", "甲"}}},
         {"trademark/1094857/9", {{"listing", "listed"}, {"name", "甲"}}},
         {"trademark/G1630145A/9", {{"listing", "listed"}, {"name", "乙"}}},
         {"patent/202110001234.8", {{"listing", "listed"}, {"publication_number", "CN112734678B"}}},
         {"gi/AGI03244", {{"listing", "listed"}, {"name", "丙"}}},
         {"gi/丁", {{"listing", "listed"}, {"name", "丁"}, {"announcement_number", "国家知识产权局公告第354号"}}}});
    struct Case {
        const char* typed;
        std::vector<std::string> keys;
        const char* hint;
    };
    const std::vector<std::string> both{"trademark/1094857/30", "trademark/1094857/9"};
    const Case cases[] = {
        {"1,094,857", both, ""},
        {"1094857第29类", {}, "1094857 不在第29类，名录中在第9、30类"},
        {"1094857第30类", {"trademark/1094857/30"}, ""},
        {"1630145A", {"trademark/G1630145A/9"}, "名录中有国际注册 G1630145A，请核对是否漏写 G"},
        {"国际注册第1630145A号", {"trademark/G1630145A/9"}, ""},
        {"国际注册第1630145号", {"trademark/G1630145A/9"}, ""},
        {"国际注册 1630145", {"trademark/G1630145A/9"}, ""},
        {"1630145", {"trademark/G1630145A/9"}, ""},
        {"G1630145", {"trademark/G1630145A/9"}, ""},
        {"1630146", {}, ""},
        {"公告第三五四号", {"gi/丁"}, ""},
        {"公告第354号", {"gi/丁"}, ""},
        {"354号公告", {"gi/丁"}, ""},
        {"第354号", {"gi/丁"}, ""},
        {"丁 第354号", {"gi/丁"}, ""},
        {"第355号", {}, ""},
        {"112734678", {"patent/202110001234.8"}, ""},
        {"agi 3244", {"gi/AGI03244"}, ""},
        {"9I1IOIO855I385O82Q", {}, "统一社会信用代码中没有字母 O、I，已按 91110108551385082Q 查找"},
        {"9I1IOIO855I385O82P", {}, "统一社会信用代码的校验位不符"},
        {"10325554", {}, ""},
    };
    for (const Case& c : cases) {
        const Json answer = ask(node, get("/v1/entries", {{"q", c.typed}}));
        CHECK_MESSAGE(keys_of(answer) == c.keys, c.typed);
        CHECK_MESSAGE(answer.value("hint", "") == c.hint, c.typed);
    }
}

TEST_CASE("A batch that is typed and one of the filter both have to have written an entry") {
    HandClock clock;
    TestNode node("cq", clock);
    const auto publish = [&](const std::vector<std::string>& keys, const char* document) {
        std::vector<test::Write> writes;
        for (const std::string& key : keys) writes.push_back({key, {{"listing", "listed"}, {"name", "某物"}}});
        Draft draft;
        draft.batch = BatchInfo{"一批", document, ""};
        return to_string(node.write(writes, draft).dot);
    };
    const std::string first = publish({"gi/AGI00001", "gi/AGI00002"}, "渝知发〔2024〕9号");
    const std::string second = publish({"gi/AGI00002", "gi/AGI00003"}, "渝知发〔2024〕9号");
    const std::string other = publish({"gi/AGI00003", "gi/AGI00004"}, "川知发〔2025〕3号");
    const std::string edit = to_string(node.write({{"gi/AGI00002", {{"name", "别物"}}}}).dot);
    using Keys = std::set<std::string>;
    const auto found = [&](const std::string& q, const std::string& batch) {
        const auto keys = keys_of(ask(node, get("/v1/entries", {{"q", q}, {"batch", batch}})));
        Keys all(keys.begin(), keys.end());
        CHECK(keys.size() == all.size());
        const Json exported = Json::parse(
            whole_body(node.router.handle(get("/v1/export", {{"q", q}, {"batch", batch}, {"format", "json"}}))));
        const auto of_export = keys_of(exported);
        CHECK(Keys(of_export.begin(), of_export.end()) == all);
        const Json counts = ask(node, get("/v1/entries", {{"q", q}, {"batch", batch}, {"counts", "true"}}));
        CHECK(counts.at("counts").at("entries") == all.size());
        return all;
    };
    const std::string nine = "渝知发〔2024〕9号";
    CHECK(found(nine, "") == Keys{"gi/AGI00001", "gi/AGI00002", "gi/AGI00003"});
    CHECK(found(nine, first) == Keys{"gi/AGI00001", "gi/AGI00002"});
    CHECK(found(nine, second) == Keys{"gi/AGI00002", "gi/AGI00003"});
    CHECK(found(nine, other) == Keys{"gi/AGI00003"});
    CHECK(found(nine, edit) == Keys{"gi/AGI00002"});
    CHECK(found(first, other) == Keys{});
    CHECK(found(first, first) == Keys{"gi/AGI00001", "gi/AGI00002"});
    CHECK(found(first, second) == Keys{"gi/AGI00002"});
    CHECK(found("川知发〔2025〕3号", first) == Keys{});
}

TEST_CASE("Every count of a value is how many entries its filter finds") {
    HandClock clock;
    TestNode node("cq", clock);
    Draft draft;
    draft.batch = BatchInfo{"第一批", "渝知发〔2024〕9号", ""};
    clock.now_ms += 165 * 86'400'000LL;  // 2026-06-02
    write_three(node);
    node.write({{mark, {{"status", "registered"}, {"subtype", "goods_mark"}}},
                {"gi/AGI00001", {{"listing", "listed"}, {"name", "开县水竹凉席"}, {"region", "500234"}}},
                {"gi/AGI00002", {{"listing", "listed"}, {"name", "两江牌"}, {"region_name", "重庆市两江新区"}}},
                {"gi/AGI00003", {{"listing", "listed"}, {"name", "某物"}}}},
               draft);
    clock.now_ms += 86'400'000LL;
    const std::string known = to_string(clock.now());
    node.write({{mark, {{"category", "白酒"}}}, {"gi/AGI00003", {{"listing", "removed"}}}});
    node.write({{mark, {{"status", "revoked"}}}, {pickle, {{"category", "酱腌菜"}}}}, draft);
    node.write({{mark, {{"name", "江小白酒"}}, "2027-01-01"}}, draft);
    int values = 0;
    for (const Parameters& question : std::vector<Parameters>{{},
                                                              {{"q", "某物"}},
                                                              {{"q", "江小白"}},
                                                              {{"as_of", "2020-06-01"}},
                                                              {{"known_at", known}},
                                                              {{"q", "两江牌"}},
                                                              {{"listing", "listed"}}}) {
        Parameters counted = question;
        counted.emplace("counts", "true");
        const Json counts = ask(node, get("/v1/entries", counted)).at("counts");
        for (const auto& [filter, of_filter] : counts.at("by").items()) {
            for (const Json& value : of_filter) {
                Parameters filtered = question;
                filtered.erase(filter);
                filtered.emplace(filter, value.at("value"));
                const std::string asked = filter + " " + value.dump();
                CAPTURE(asked);
                CHECK(ask(node, get("/v1/entries", filtered)).at("items").size() == value.at("count"));
                ++values;
            }
        }
    }
    CHECK(values > 100);
    const Json by = ask(node, get("/v1/entries", {{"counts", "true"}})).at("counts").at("by");
    REQUIRE(by.at("batch").size() == 3);  // whatever was edited since
    CHECK(by.at("batch").at(0).at("label") == "第一批");
    CHECK(by.at("batch").at(0).at("count") == 4);
    CHECK(by.at("kind").at(0) == Json{{"value", "gi"}, {"count", 4}, {"label", "地理标志"}});
    // A batch that was not known yet had written nothing.
    const std::string later = by.at("batch").at(1).at("value");
    CHECK(keys_of(ask(node, get("/v1/entries", {{"batch", later}}))).empty() == false);
    CHECK(keys_of(ask(node, get("/v1/entries", {{"batch", later}, {"known_at", known}}))).empty());
}

TEST_CASE("Areas that ended, and one that has no code yet") {
    HandClock clock;
    TestNode node("cq", clock);
    clock.now_ms += 165 * 86'400'000LL;  // 2026-06-02
    const std::string mat = "gi/AGI00001";
    const std::string new_area = "trademark/1/9";
    node.write({{mat, {{"listing", "listed"}, {"name", "开县水竹凉席"}, {"region", "500234"}}},
                {new_area, {{"listing", "listed"}, {"name", "两江牌"}, {"region_name", "重庆市两江新区"}}},
                {mark, {{"listing", "listed"}, {"name", "江小白"}, {"region", "500105"}}}});
    struct Case {
        const char* region;
        std::vector<std::string> found;
        bool noted;
    };
    for (const Case& c : {Case{"50", {mat, new_area, mark}, false}, Case{"重庆", {mat, new_area, mark}, false},
                          Case{"两江新区", {new_area, mark}, false}, Case{"江北区", {new_area, mark}, true},
                          Case{"500105", {mark}, true}, Case{"开州区", {mat}, false}, Case{"开县", {mat}, true},
                          Case{"武隆县", {}, true}}) {
        CAPTURE(c.region);
        const Json page = ask(node, get("/v1/entries", {{"region", c.region}}));
        CHECK(keys_of(page) == c.found);
        CHECK(page.contains("note") == c.noted);
    }
    CHECK(keys_of(ask(node, get("/v1/entries", {{"q", "两江牌"}, {"region", "重庆"}}))) ==
          std::vector<std::string>{new_area});
}

TEST_CASE("A filter by verdict asks whether the right holds, whatever its recorded status says") {
    HandClock clock;
    TestNode node("cq", clock);
    const std::string holds = "trademark/1/9";
    const std::string over = "trademark/2/9";
    const std::string silent = "trademark/3/9";
    const std::string taken_off = "trademark/4/9";
    node.write(
        {{holds, {{"listing", "listed"}, {"name", "甲牌"}, {"status", "registered"}}},
         {over, {{"listing", "listed"}, {"name", "乙牌"}, {"status", "registered"}, {"expires_on", "2022-01-01"}}},
         {silent, {{"listing", "listed"}, {"name", "丙牌"}}},
         {taken_off, {{"listing", "listed"}, {"name", "丁牌"}, {"status", "registered"}}}});
    node.write({{taken_off, {{"listing", "removed"}}, "2024-01-01"}});
    struct Case {
        Parameters query;
        std::vector<std::string> found;
    };
    for (const Case& c :
         std::vector<Case>{{{{"verdict", "protected"}}, {holds}},
                           {{{"verdict", "在册，权利有效"}}, {holds}},
                           {{{"verdict", "listed_not_in_force"}}, {over}},
                           {{{"verdict", "listed_right_unknown"}}, {silent}},
                           {{{"verdict", "was_protected"}}, {taken_off}},
                           {{{"verdict", "was_listed"}}, {}},
                           {{{"verdict", "protected"}, {"as_of", "2021-01-01"}}, {holds, over, taken_off}},
                           {{{"verdict", "protected"}, {"listing", "移出"}}, {}},
                           {{{"verdict", "protected"}, {"status", "registered"}}, {holds}},
                           {{{"verdict", "protected"}, {"q", "乙牌"}}, {}},
                           {{{"verdict", "listed_not_in_force"}, {"q", "乙牌"}}, {over}},
                           {{{"verdict", "listed_not_in_force"}, {"q", "乙牌 无此词"}}, {over}},
                           {{{"verdict", "listed_not_in_force"}, {"sort", "name"}}, {over}},
                           {{{"kind", "商标"}, {"listing", "移出"}}, {taken_off}}}) {
        std::string query;
        for (const auto& [name, value] : c.query) query += name + "=" + value + "&";
        CAPTURE(query);
        CHECK(keys_of(ask(node, get("/v1/entries", c.query))) == c.found);
        Parameters counted = c.query;
        counted.emplace("counts", "true");
        CHECK(ask(node, get("/v1/entries", counted)).at("counts").at("entries") == c.found.size());
        Parameters exported = c.query;
        exported.erase("sort");
        exported.emplace("format", "json");
        CHECK(Json::parse(whole_body(node.router.handle(get("/v1/export", exported)))).at("items").size() ==
              c.found.size());
    }
}

}  // namespace
}  // namespace minglu
