// A market's list against the catalogue: what each row is answered with, in every form.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "catalog/text/encoding.hpp"
#include "src/checks/goods_list.hpp"
#include "tests/unit/checks/xlsx_support.hpp"
#include "tests/unit/http/api_fixture.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

struct Market {
    Market() {
        add_write_routes(node.router);
        node.write({{"trademark/10325554/33", {{"name", "涪陵"}, {"status", "registered"}, {"listing", "listed"}}},
                    {"trademark/10325554/29", {{"name", "涪陵"}, {"listing", "listed"}}},
                    {"patent/201710601862.3", {{"name", "一种榨菜的腌制方法"}, {"listing", "listed"}}},
                    {"gi/涪陵榨菜", {{"name", "涪陵榨菜"}, {"listing", "listed"}}},
                    {"trademark/5678901/30", {{"name", "老干妈"}, {"listing", "listed"}}},
                    {"trademark/3145899/33", {{"name", "国窖·1573"}, {"listing", "listed"}}},
                    {"trademark/G1630145A/9", {{"name", "Café Müller"}, {"listing", "listed"}}},
                    {"trademark/4001234/25", {{"name", "COCO-LEE 2000"}, {"listing", "listed"}}},
                    {"trademark/47741502/12", {{"name", "图形"}, {"listing", "listed"}}},
                    {"trademark/6001234/31", {{"name", "江津花椒及图"}, {"listing", "listed"}}},
                    {"patent/202110001234.8",
                     {{"name", "一种方法"}, {"listing", "listed"}, {"publication_number", "CN112734678B"}}}});
        node.write({{"gi/AGI00777", {{"name", "奉节脐橙"}, {"listing", "listed"}}, "2026-06-01"}});
    }
    HttpResponse send(const std::string& body, std::multimap<std::string, std::string> query = {}) const {
        HttpRequest request = get("/v1/checks", std::move(query));
        request.method = "POST";
        request.body = body;
        return node.router.handle(request);
    }
    /// The rows of the answer in JSON, and around them the first and the last line.
    std::vector<Json> lines(const std::string& body, std::multimap<std::string, std::string> query = {}) const {
        const HttpResponse response = send(body, std::move(query));
        INFO(response.body);
        REQUIRE(response.status == 200);
        std::vector<Json> lines;
        std::istringstream text(all_of(response));
        for (std::string line; std::getline(text, line);) lines.push_back(Json::parse(line));
        return lines;
    }
    static std::string all_of(const HttpResponse& response) {
        std::string all;
        for (std::string chunk; response.stream(chunk); chunk.clear()) all += chunk;
        return all;
    }

    HandClock clock;
    TestNode node{"cq", clock};
};

}  // namespace

TEST_CASE("each row is answered, in the order of the list, with what was found and how") {
    struct Case {
        const char* row;  ///< number, name, class
        const char* match;
        const char* key;
        const char* note;  ///< a part of it
    };
    const std::vector<Case> cases{
        {"10325554,,33", "number", "trademark/10325554/33", ""},
        {"10325554,,29", "number", "trademark/10325554/29", ""},
        {"１０３２５５５４,,第三十三类", "number", "trademark/10325554/33",
         "另有 1 条号码或名称相符，类别或权利人不符"},
        {"10325554,,", "number", "trademark/10325554/33", "另有 1 条同样符合"},
        {"ZL201710601862.3,,", "number", "patent/201710601862.3", ""},
        {"201710601862.8,,", "none", "", "校验位有误：201710601862.8，按前面各位应为 201710601862.3"},
        {"ZL 201710601862.8,,", "none", "", "按前面各位应为 201710601862.3"},
        {"10325554,另一名称,33", "number", "trademark/10325554/33", "名称与名录不符"},
        {"5678901,,33", "number", "trademark/5678901/30", "类别与名录不符"},
        {"9999999,涪陵榨菜,", "name", "gi/涪陵榨菜", "名录中无此号码：9999999"},
        {"不详,涪陵榨菜,", "name", "gi/涪陵榨菜", "不是已知形式的号码"},
        {"\"111111、5678901\",,", "number", "trademark/5678901/30", ""},
        {"10325554®,,33", "number", "trademark/10325554/33", ""},
        {"TM10325554,,33", "number", "trademark/10325554/33", ""},
        {"申请/注册号：10325554。,,33", "number", "trademark/10325554/33", ""},
        {"第10325554號,,33", "number", "trademark/10325554/33", ""},
        {"农产品地理标志AGI00888,,", "none", "", "名录中无此号码"},
        {"5678901 3145899,,", "number", "trademark/5678901/30", "另一号码亦在名录：trademark/3145899/33"},
        {"5678901/3145899,,", "number", "trademark/5678901/30", "另一号码亦在名录：trademark/3145899/33"},
        {"5678901和9999999,,", "number", "trademark/5678901/30", "名录中无此号码：9999999"},
        {"注册号5678901 / 3145899,,", "number", "trademark/5678901/30", "另一号码亦在名录：trademark/3145899/33"},
        {"CN112734678.B,,", "number", "patent/202110001234.8", ""},
        {"公开号CN112734678A,,", "number", "patent/202110001234.8", ""},
        {"112734678,,", "number", "patent/202110001234.8", ""},
        {"国际注册第1630145A号,,", "number", "trademark/G1630145A/9", ""},
        {"1630145A,,", "none", "", "名录中有国际注册 G1630145A，请核对是否漏写 G"},
        {"5678901第33类,,", "none", "", "5678901 不在第33类，名录中在第30类"},
        {"\"5,678,901\",,", "number", "trademark/5678901/30", ""},
        {",cafe muller,", "name", "trademark/G1630145A/9", ""},
        {"AGI777,,", "none", "", "此号码当日尚未列入名录：gi/AGI00777"},
        {"AGI00777,,", "none", "", "此号码当日尚未列入名录：gi/AGI00777（2026-06-01起）"},
        {",奉节脐橙,", "none", "", "此名称当日尚未列入名录：gi/AGI00777（2026-06-01起）"},
        {",国窖1573浓香型白酒,", "text", "trademark/3145899/33", ""},
        {",国窖·1573 白酒,", "text", "trademark/3145899/33", ""},
        {",COCO-LEE 2000连衣裙,", "text", "trademark/4001234/25", ""},
        {",COCOLEE2000 连衣裙,", "text", "trademark/4001234/25", ""},
        {"\"10325554/29、5678901\",,", "number", "trademark/10325554/29", "另一号码亦在名录：trademark/5678901/30"},
        {"商标注册号：10325554 第33类,,", "number", "trademark/10325554/33", ""},
        {"专利号：ZL201710601862.3,,", "number", "patent/201710601862.3", ""},
        {",涪陵 榨菜,", "name", "gi/涪陵榨菜", ""},
        {",老干妈风味豆豉,", "text", "trademark/5678901/30", ""},
        // A part of a longer name is a hint, not a find.
        {",榨菜的腌制,", "none", "", "名录中有更长的名称包含此名称：“一种榨菜的腌制方法”（patent/201710601862.3）"},
        {",方法,", "none", "", "“一种方法”（patent/202110001234.8）等"},
        {",干妈,", "none", "", "“老干妈”（trademark/5678901/30）"},
        // Beside a name, words for the picture are no part of it; alone they are no name.
        {",江津花椒,", "name", "trademark/6001234/31", ""},
        {",江津花椒 图形,", "name", "trademark/6001234/31", ""},
        {",图形,12", "none", "", ""},
        {",图形商标,", "none", "", ""},
        {"40237560,图形,13", "none", "", "名录中无此号码：40237560"},
        {"47741502,图形,12", "number", "trademark/47741502/12", ""},
        {"47741502,老干妈,12", "number", "trademark/47741502/12", "名称与名录不符"},
        {",什么也不是,", "none", "", ""},
        {",,", "none", "", "没有号码和名称"},
    };
    Market market;
    std::string list = "编号,商品名称,类别\r\n";
    for (const Case& c : cases) list += std::string(c.row) + "\r\n";
    const auto lines = market.lines(list);
    REQUIRE(lines.size() == cases.size() + 2);
    CHECK(lines.front().at("rows") == cases.size());
    CHECK(lines.front().at("columns").at("number") == Json{"编号"});
    CHECK(lines.front().at("freshness").at("as_of") == "2025-12-19");
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const Json& line = lines[i + 1];
        CAPTURE(cases[i].row);
        CAPTURE(line.dump());
        CHECK(line.at("row") == i + 2);
        CHECK(line.at("match") == cases[i].match);
        CHECK(line.value("key", "") == cases[i].key);
        CHECK(line.value("note", "").find(cases[i].note) != std::string::npos);
    }
    CHECK(lines.back().at("done").at("found") == 37);
    // A single character is a part of too many names to be told of them.
    CHECK_FALSE(market.lines("名称\n干\n")[1].contains("note"));
}

TEST_CASE("each row is told which protected marks it could be meant to imitate") {
    struct Case {
        const char* row;    ///< number, name, brand, class
        const char* alike;  ///< key and score of each
    };
    const std::vector<Case> cases{
        {",干老妈,,", "trademark/5678901/30 96"},
        {",干老妈,,30", "trademark/5678901/30 96"},
        // A name of its own is what the match finds, in any class, any script and with any spaces.
        {",老干妈,,", ""},
        {",涪陵 榨菜,,", ""},
        {",涪陵搾菜,,", ""},
        // The number is real, the sign beside it is not.
        {"5678901,老于妈,,", "trademark/5678901/30 99"},
        {"5678901,老干妈酱,,", ""},
        {"10325554,老干妈酱,,33", "trademark/5678901/30 85"},
        // Of two entries with one name the one in the class of the row.
        {",涪凌,,29", "trademark/10325554/29 97"},
        {",涪凌,,33", "trademark/10325554/33 97"},
        // Of all names of a row.
        {",涪凌搾菜,干老妈,", "gi/涪陵榨菜 98, trademark/5678901/30 96"},
        // With the name of the goods behind it; the mark itself in front is what the match finds.
        {",干老妈风味豆豉,,", "trademark/5678901/30 91"},
        {",老干妈风味豆豉,,", ""},
        // What a row is matched to is not what it imitates, whatever else its name says; others are.
        {",涪陵榨菜80g,,", ""},
        {",涪陵榨菜礼盒,,", ""},
        {",国窖1573 500ml,,", ""},
        {",涪陵榨菜（特级）,,", ""},
        {",江津花椒,,", ""},
        {",涪陵榨菜80g,干老妈,", "trademark/5678901/30 96"},
        {"5678901,涪陵榨菜80g,,", "gi/涪陵榨菜 88"},
        {",什么也不是,,", ""},
        {",★,,", ""},
        {",图形,,", ""},
        {"5678901,,,", ""},
    };
    Market market;
    std::string list = "编号,商品名称,品牌,类别\r\n";
    for (const Case& c : cases) list += std::string(c.row) + "\r\n";
    const auto lines = market.lines(list);
    REQUIRE(lines.size() == cases.size() + 2);
    CHECK(lines.front().at("lookalikes") == true);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        CAPTURE(cases[i].row);
        std::string alike;
        for (const Json& mark : lines[i + 1].at("lookalikes"))
            alike += (alike.empty() ? "" : ", ") + mark.at("key").get<std::string>() + " " +
                     std::to_string(mark.at("score").get<int>());
        CHECK(alike == cases[i].alike);
    }
    const Json& mark = lines[1].at("lookalikes").at(0);
    CHECK(mark.at("name") == "老干妈");
    CHECK(mark.at("verdict") == "listed_right_unknown");
    CHECK(mark.at("text") == "干(换位) 老(换位) 妈；文字构成相同，仅排列顺序不同");
    CHECK(lines.back().at("done").at("lookalikes") == 10);
    CHECK(lines.back().at("done").at("complete") == true);
}

TEST_CASE("a holder is not told of marks of its own, and signs of registration are no part of a name") {
    struct Case {
        const char* row;    ///< name, holder
        const char* alike;  ///< key of each
        const char* match;
    };
    const std::vector<Case> cases{
        {"康帅傅,顶益（开曼岛）控股有限公司", "", "none"},
        {"康帅傅,顶益(开曼岛)控股", "", "none"},
        {"康帅傅,", "trademark/1001/30", "none"},
        {"康帅傅,某某食品厂", "trademark/1001/30", "none"},
        // A part that many names share clears nobody.
        {"康帅傅,有限公司", "trademark/1001/30", "none"},
        {"康帅傅,控股有限公司", "trademark/1001/30", "none"},
        {"雷碧,陶华碧", "", "none"},
        {"雷碧,陶华", "trademark/1002/32", "none"},
        {"康师傅™,", "", "name"},
        {"康帅傅®,", "trademark/1001/30", "none"},
    };
    Market market;
    Draft draft;
    const auto add = [&](const char* key, const char* name, const char* holder) {
        Op op;
        op.key = parse_entry_key(key).value();
        op.effective_on = parse_day("2020-01-01").value();
        const Json holders = Json::array({Json{{"name", holder}, {"role", "holder"}}});
        op.set = {{"holders", holders.dump()}, {"listing", R"("listed")"}, {"name", Json(name).dump()}};
        draft.ops.push_back(std::move(op));
    };
    add("trademark/1001/30", "康师傅", "顶益（开曼岛）控股有限公司");
    add("trademark/1002/32", "雪碧", "陶华碧");
    market.node.write({}, std::move(draft));
    std::string list = "商品名称,权利人\r\n";
    for (const Case& c : cases) list += std::string(c.row) + "\r\n";
    const auto lines = market.lines(list);
    REQUIRE(lines.size() == cases.size() + 2);
    for (std::size_t i = 0; i < cases.size(); ++i) {
        CAPTURE(cases[i].row);
        std::string alike;
        for (const Json& mark : lines[i + 1].at("lookalikes"))
            alike += (alike.empty() ? "" : ", ") + mark.at("key").get<std::string>();
        CHECK(alike == cases[i].alike);
        CHECK(lines[i + 1].at("match") == cases[i].match);
    }
}

TEST_CASE("look-alikes stand in tables as columns, unless they are switched off") {
    Market market;
    const std::string list = "品牌\n干老妈\n涪凌搾菜\n老干妈\n";
    const std::string csv = Market::all_of(market.send(list, {{"format", "csv"}}));
    CHECK(csv.find(",提示,近似度,近似名称,近似条目,近似名称结论,近似名称权利人,近似理由,其他近似名称\r\n") !=
          std::string::npos);
    CHECK(csv.find(",96,老干妈,trademark/5678901/30,在册，权利状态未载明,,") != std::string::npos);
    CHECK(csv.ends_with(",,,,,,,\r\n"));
    const std::string without = Market::all_of(market.send(list, {{"format", "csv"}, {"lookalikes", "0"}}));
    CHECK(without.find("近似度") == std::string::npos);
    const auto lines = market.lines(list, {{"lookalikes", "false"}});
    CHECK(lines.front().at("lookalikes") == false);
    CHECK_FALSE(lines[1].contains("lookalikes"));
    CHECK_FALSE(lines.back().at("done").contains("lookalikes"));
    CHECK(market.send(list, {{"lookalikes", "perhaps"}}).status == 400);
}

TEST_CASE("another publication of the same application is found, and the answer says so") {
    Market market;
    CHECK(market.lines("编号\nCN112734678B\n")[1].at("reason") == "号码 CN112734678B");
    CHECK(market.lines("编号\nCN112734678A\n")[1].at("reason") ==
          "号码 CN112734678，不计文献种类代码：同一申请的另一公布文本");
}

TEST_CASE("the answer is that of a day") {
    Market market;
    const std::string list = "商品名称\n奉节脐橙\n";
    CHECK(market.lines(list)[1].at("match") == "none");
    CHECK(market.lines(list, {{"as_of", "2026-06-01"}})[1].at("key") == "gi/AGI00777");
    CHECK(market.send(list, {{"as_of", "tomorrow"}}).status == 400);
}

TEST_CASE("what was said of a day before the listing does not put an entry on the list of that day") {
    Market market;
    market.node.write({{"gi/AGI00777", {{"status", "registered"}}, "2013-03-28"}});
    const Json row = market.lines("编号\nAGI00777\n", {{"as_of", "2020-01-01"}})[1];
    CHECK(row.at("match") == "none");
    CHECK(row.at("note") == "此号码当日尚未列入名录：gi/AGI00777（2026-06-01起）");
}

TEST_CASE("lists in GB18030, as workbooks and from spooled files are the same lists") {
    Market market;
    const std::string list = "商品名称,编号\n涪陵榨菜,5678901\n";
    const Json wanted = market.lines(list)[1];
    CHECK(market.lines(to_gb18030(list).value())[1] == wanted);
    const std::string cell = "<c t=\"inlineStr\"><is><t>";
    const std::string end = "</t></is></c>";
    const std::string book =
        zip_of(book_of(sheet_xml("<row>" + cell + "商品名称" + end + cell + "编号" + end + "</row><row>" + cell +
                                 "涪陵榨菜" + end + "<c><v>5678901</v></c></row>")));
    CHECK(market.lines(book)[1] == wanted);
    CHECK(market.send(book, {{"sheet", "无"}}).status == 400);

    std::filesystem::create_directories(market.node.spool);
    const auto file = market.node.spool / "list";
    std::ofstream(file, std::ios::binary) << book;
    HttpRequest request = get("/v1/checks");
    request.method = "POST";
    request.body_file = file;
    std::istringstream text(Market::all_of(market.node.router.handle(request)));
    std::string line;
    std::getline(text, line);
    std::getline(text, line);
    CHECK(Json::parse(line) == wanted);
}

TEST_CASE("results come as CSV and as a workbook, with the list's own columns first") {
    Market market;
    const std::string list = "价格,品牌\n=1+1,老干妈\n9,无\n";
    const std::string csv = Market::all_of(market.send(list, {{"format", "csv"}}));
    CHECK(csv.starts_with("\xEF\xBB\xBF价格,品牌,匹配方式,匹配依据,名录条目,结论,"));
    CHECK(csv.find("\r\n'=1+1,老干妈,名称,名称相同,trademark/5678901/30,") != std::string::npos);
    CHECK(csv.find("\r\n9,无,未找到,") != std::string::npos);

    const HttpResponse answer = market.send(list, {{"format", "xlsx"}});
    CHECK(answer.content_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    const std::string book = Market::all_of(answer);
    const auto read = read_goods_list({book, {}, {}});
    REQUIRE(read);
    CHECK(read->headers.front() == "价格");
    CHECK(read->headers[2] == "匹配方式");
    REQUIRE(read->rows.size() == 2);
    CHECK(read->rows[0].cells[0] == "=1+1");
    CHECK(read->rows[0].cells[4] == "trademark/5678901/30");
    CHECK(read_goods_list({book, {}, "说明"}).error().code == ErrorCode::bad_request);
}

TEST_CASE("a list that cannot be checked is refused with the reason") {
    Market market;
    struct Case {
        std::string body;
        int status;
        const char* code;
    };
    std::string long_list = "编号\n";
    for (int i = 0; i < 20'001; ++i) long_list += "1\n";
    const std::vector<Case> cases{
        {"", 422, "missing_value"},
        {"价格,库存\n1,2\n", 400, "bad_request"},
        {"编号\n\"1\n", 400, "bad_encoding"},
        {"PK\x03\x04 nothing", 400, "malformed"},
        {"\xD0\xCF\x11\xE0 old", 400, "bad_request"},
        {long_list, 413, "too_large"},
        {"编号" + std::string(70, ',') + "\n" + std::string(70, ',') + "1\n", 413, "too_large"}};
    for (const Case& c : cases) {
        const HttpResponse answer = market.send(c.body);
        CAPTURE(answer.body);
        CHECK(answer.status == c.status);
        CHECK(json_of(answer).at("code") == c.code);
        CHECK(json_of(answer).contains("cure"));
    }
    CHECK(market.send("编号\n1\n", {{"format", "pdf"}}).status == 400);
}

TEST_CASE("two lists at a time; a third one is told to wait, and comes in when one is done") {
    Market market;
    const std::string list = "编号\n1\n";
    HttpResponse first = market.send(list);
    const HttpResponse second = market.send(list);
    const HttpResponse third = market.send(list);
    CHECK(third.status == 503);
    CHECK(third.headers.contains("Retry-After"));
    first.stream = nullptr;
    CHECK(market.send(list).status == 200);
}
