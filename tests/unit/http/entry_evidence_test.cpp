// Evidence over HTTP, and the sheet that is printed of it.
#include <doctest/doctest.h>

#include "src/http/api/entry_evidence.hpp"
#include "src/http/api/similar_entries.hpp"
#include "src/http/message.hpp"
#include "src/sheet/qr.hpp"
#include "src/sheet/sheet.hpp"
#include "sync/evidence_check.hpp"
#include "sync/evidence_office.hpp"
#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using test::ask;
using test::get;
using test::HandClock;
using test::Json;
using test::TestNode;

const std::string pickle = "gi/AGI03244";

struct IssuingNode : TestNode {
    explicit IssuingNode(HandClock& hand_clock)
        : TestNode("cq", hand_clock), office(replica, *store, *key, hand_clock, card) {
        add_evidence_routes(router, office);
    }
    EvidenceOffice office;
};

std::size_t count_of(std::string_view text, std::string_view wanted) {
    std::size_t count = 0;
    for (auto at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + 1)) ++count;
    return count;
}

TEST_CASE("Evidence is a file of its own name, about any key") {
    HandClock clock;
    IssuingNode node(clock);
    node.write({{pickle, {{"listing", "listed"}, {"name", "涪陵榨菜"}, {"status", "certified"}}}});
    const std::vector<Card> trusted{*parse_card(node.card)};
    for (const auto& [key, verdict] :
         {std::pair{pickle, "protected"}, std::pair{std::string("gi/AGI99999"), "never_listed"}}) {
        const HttpResponse response = node.router.handle(get("/v1/entries/" + key + "/evidence"));
        REQUIRE(response.status == 200);
        CHECK(response.content_type == "application/json");
        const std::string hash = to_hex(bytes_of(sha256({response.body})));
        CHECK(response.headers.find("Content-Disposition")->second.find(hash.substr(0, 16)) != std::string::npos);
        const auto checked = check_evidence(response.body, trusted);
        REQUIRE(checked);
        CHECK(Json::parse(checked->evidence.answer).at("verdict") == verdict);
    }
    // The answer is that of the entry itself.
    const Json entry = ask(node, get("/v1/entries/" + pickle, {{"as_of", "2021-01-01"}}));
    const Json answer = ask(node, get("/v1/entries/" + pickle + "/evidence", {{"as_of", "2021-01-01"}})).at("answer");
    for (const char* member : {"verdict", "listing", "right", "fields"}) CHECK(answer.at(member) == entry.at(member));
    for (const std::string key : {"plant/1", "trademark/10325554", "patent/201710601862.4"})
        CHECK(ask(node, get("/v1/entries/" + key + "/evidence"), 400).at("where") == "key " + key);
    CHECK(ask(node, get("/v1/entries/gi/agi01459/evidence")).at("key") == "gi/AGI01459");
    CHECK(ask(node, get("/v1/entries/" + pickle + "/evidence", {{"as_of", "soon"}}), 400).at("code") == "bad_request");
}

TEST_CASE("A browser gets a page that loads nothing and runs nothing") {
    HandClock clock;
    IssuingNode node(clock);
    node.write({{pickle,
                 {{"listing", "listed"},
                  {"name", "<script>alert(1)</script> & \"榨菜\""},
                  {"mark_image", "data:image/svg+xml;base64,PHN2Zz4="},
                  {"notes", "'><img src=x onerror=alert(1)>"}}}});
    HttpRequest request = get("/v1/entries/" + pickle + "/evidence");
    request.headers["accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    const HttpResponse page = node.router.handle(request);
    REQUIRE(page.status == 200);
    CHECK(page.content_type == "text/html; charset=utf-8");
    CHECK(page.body.find("查询证明") != std::string::npos);
    CHECK(page.body.find("<script") == std::string::npos);
    CHECK(page.body.find("<img") == std::string::npos);
    CHECK(page.body.find("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;榨菜&quot;") != std::string::npos);
    CHECK(count_of(page.body, "src=") == count_of(page.body, "&lt;img src="));
    CHECK(page.body.find("default-src 'none'") != std::string::npos);
    CHECK(page.body.find("在册，权利状态未载明") != std::string::npos);

    request.headers["accept"] = "*/*";
    const std::string file = node.router.handle(request).body;
    const auto sheet = evidence_sheet(file, "e.json");
    REQUIRE(sheet);
    CHECK(sheet->find(to_hex(bytes_of(sha256({file})))) != std::string::npos);
    CHECK(sheet->find(to_base64(file)) != std::string::npos);
    CHECK(evidence_sheet("{}", "e.json").error().code == ErrorCode::malformed);
}

TEST_CASE("Who asks for a key that is not listed is told of what it may be meant for") {
    HandClock clock;
    IssuingNode node(clock);
    node.write({{"gi/国窖·1573", {{"listing", "listed"}, {"name", "国窖·1573"}}},
                {"trademark/10325554/30", {{"listing", "listed"}, {"name", "江津老白干"}, {"status", "registered"}}},
                {"patent/CN112734678B", {{"listing", "listed"}, {"name", "一种酒"}, {"status", "granted"}}}});
    for (const auto& [asked, meant] :
         {std::pair{"gi/国窖1573", "gi/国窖·1573"}, std::pair{"trademark/10325554/33", "trademark/10325554/30"},
          std::pair{"patent/CN112734678A", "patent/CN112734678B"}, std::pair{"gi/茅台", ""},
          std::pair{"gi/国窖·1573", ""}, std::pair{"trademark/1032555/30", ""}}) {
        HttpRequest request = get("/v1/entries/" + std::string(asked) + "/evidence");
        CAPTURE(request.path);
        const HttpResponse file = node.router.handle(request);
        REQUIRE(file.status == 200);
        const auto told = file.headers.find(similar_header);
        REQUIRE((told == file.headers.end()) == std::string(meant).empty());
        if (told != file.headers.end()) CHECK(percent_decoded(told->second, false) == meant);
        request.headers["accept"] = "text/html";
        const std::string page = node.router.handle(request).body;
        CHECK((page.find("名录另有") != std::string::npos) == !std::string(meant).empty());
        if (!std::string(meant).empty()) CHECK(page.find(std::string("者：") + meant) != std::string::npos);
    }
}

TEST_CASE("The sheet says what its answer does not settle") {
    HandClock clock;
    IssuingNode node(clock);
    const auto sheet_of = [&](const std::multimap<std::string, std::string>& query) {
        const auto sheet =
            evidence_sheet(node.router.handle(get("/v1/entries/" + pickle + "/evidence", query)).body, "e.json");
        REQUIRE(sheet);
        return *sheet;
    };
    node.write({{pickle, {{"listing", "listed"}, {"name", "涪陵榨菜"}, {"status", "certified"}}}});
    CHECK(sheet_of({}).find("请注意") == std::string::npos);
    CHECK(sheet_of({{"as_of", "2999-01-01"}}).find("查询日晚于出具日") != std::string::npos);
    const std::string then = sheet_of({{"known_at", "2001-01-01"}});
    CHECK(then.find("截至当时未列入") != std::string::npos);
    CHECK(then.find("从未列入") == std::string::npos);
    // Neither of these has seen the other.
    const Vector seen = node.store->read()->entry(EntryKey{pickle})->etag;
    for (const char* const category : {"\"酱腌菜\"", "\"调味品\""}) {
        Draft draft;
        draft.actor = "li.wei";
        Op op;
        op.key = EntryKey{pickle};
        op.seen = seen;
        op.effective_on = *parse_day("2021-01-01");
        op.set = {{"category", category}};
        draft.ops = {op};
        REQUIRE(node.replica.publish(draft));
    }
    CHECK(sheet_of({}).find("未决冲突 1 项（分类）") != std::string::npos);
}

TEST_CASE("The sheet names the number, the class and the file, and does not contradict itself") {
    HandClock clock;
    IssuingNode node(clock);
    const std::string mark = "trademark/10325554/33";
    const std::string patent = "patent/201710601862.3";
    node.write({{mark, {{"listing", "listed"}, {"name", "江津老白干"}, {"status", "registered"}}},
                {patent, {{"listing", "listed"}, {"name", "一种酒"}, {"status", "granted"}}},
                {"gi/1389976/29", {{"listing", "listed"}, {"name", "涪陵榨菜"}}},
                {"gi/涪陵榨菜", {{"listing", "listed"}, {"name", "涪陵榨菜"}}}});
    const auto row = [](const std::string& label, const std::string& value) {
        return "<tr><th scope=\"row\">" + label + "</th><td>" + value + "</td></tr>";
    };
    const auto sheet_of = [&](const std::string& key, std::string_view file, const std::string& as_of = "2021-06-01") {
        const std::string evidence =
            node.router.handle(get("/v1/entries/" + key + "/evidence", {{"as_of", as_of}})).body;
        const auto sheet = evidence_sheet(evidence, file);
        REQUIRE(sheet);
        return *sheet;
    };
    struct Row {
        std::string key;
        std::vector<std::string> rows;
    };
    for (const Row& one :
         {Row{mark, {row("注册号", "10325554"), row("国际分类", "第 33 类")}},
          Row{patent, {row("专利号", "ZL201710601862.3")}},
          Row{"patent/201710601863.8", {row("申请号", "201710601863.8")}},
          Row{"patent/CN112734678B", {row("公开（公告）号", "CN112734678B")}},
          Row{"gi/1389976/29", {row("商标注册号", "1389976"), row("国际分类", "第 29 类")}},
          Row{pickle, {row("登记证书编号", "AGI03244")}}, Row{"gi/涪陵榨菜", {row("产品名称", "涪陵榨菜")}}}) {
        CAPTURE(one.key);
        const std::string sheet = sheet_of(one.key, "e.json");
        for (const std::string& wanted : one.rows) CHECK(sheet.find(wanted) != std::string::npos);
        CHECK((sheet.find("国际分类") != std::string::npos) == (one.rows.size() == 2));
    }

    for (const auto& [file, word] : {std::pair{"取证-1.json", "取证-1.json"}, std::pair{"a b.json", "'a b.json'"},
                                     std::pair{"-x's.json", "'./-x'\\''s.json'"}}) {
        const std::string sheet = sheet_of(mark, file);
        CHECK(sheet.find("<code>minglu verify-evidence " + std::string(word) + " --trust cq.json</code>") !=
              std::string::npos);
        CHECK(sheet.find("download=\"" + std::string(file) + "\"") != std::string::npos);
    }

    node.write({{mark, {{"status", "invalidated"}, {"status_on", "2021-06-20"}}, "2021-06-20"}});
    for (const auto& [as_of, said] :
         {std::pair{"2021-06-10", "视为自始不存在（2021-06-20 宣告无效）；当日记录的状态：注册(有效)"},
          std::pair{"2021-07-01", "视为自始不存在（2021-06-20 宣告无效）；登记状态：宣告无效"}}) {
        const std::string sheet = sheet_of(mark, "e.json", as_of);
        CHECK(sheet.find(said) != std::string::npos);
        CHECK(sheet.find("视为自始不存在（自") == std::string::npos);
    }
}

TEST_CASE("A QR code is a square of modules inside a quiet zone") {
    const std::string svg = qr_svg("sha256:" + std::string(64, 'a'), 30);
    CHECK(svg.starts_with("<svg "));
    CHECK(svg.find("width=\"30mm\"") != std::string::npos);
    // Version 5 (37 modules) holds 71 bytes at level M.
    CHECK(svg.find("viewBox=\"0 0 45 45\"") != std::string::npos);
    CHECK(svg.find("M4 4h1v1h-1z") != std::string::npos);  // the corner of the finder pattern
    CHECK(svg.find("M3 ") == std::string::npos);
    CHECK_THROWS_AS((void)qr_svg("", 30), std::invalid_argument);
    CHECK_THROWS_AS((void)qr_svg(std::string(1'001, 'a'), 30), std::invalid_argument);
    CHECK_THROWS_AS((void)qr_svg(std::string("a\0b", 3), 30), std::invalid_argument);
}

}  // namespace
}  // namespace minglu
