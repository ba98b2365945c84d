#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "catalog/import/cells.hpp"
#include "import_support.hpp"
#include "tests/support/source_dir.hpp"

using namespace minglu;
using namespace minglu::testing;

namespace {

constexpr std::string_view messy_header = "省市,商标,商标注册号,类别,权利人/申请人,why\n";

std::string keys(const ImportedTable& table) {
    std::string out;
    for (const RowDraft& draft : table.drafts) out += (out.empty() ? "" : " ") + draft.key.value();
    return out;
}

}  // namespace

TEST_CASE("cells as published lists have them") {
    struct Case {
        std::string_view row, keys, name, holders, refused;
    };
    const Case cases[] = {
        {"北京,图形,40237560,13,蓝箭航天空间科技股份有限公司,x", "trademark/40237560/13", "\"图形\"",
         R"([{"name":"蓝箭航天空间科技股份有限公司","role":"holder"}])", ""},
        {"北京,pony.ai,G1630145A,39,北京小马智行科技有限公司,x", "trademark/G1630145A/39", "\"pony.ai\"", "", ""},
        {"北京,鹿客,26529741A,9,鹿客科技（北京）股份有限公司,x", "trademark/26529741A/9", "\"鹿客\"", "", ""},
        {"上海,SIMMONS,585088,20,上海席梦思床褥家居销售有限公司(被许可人),x", "trademark/585088/20", "\"SIMMONS\"",
         R"([{"name":"上海席梦思床褥家居销售有限公司","role":"licensee"}])", ""},
        {"北京,ROLLS-ROYCE,29270,7,罗尔斯-罗伊斯股份有限公司,x", "trademark/29270/7", "\"ROLLS-ROYCE\"", "", ""},
        {"上海,图形商标,19460253、 19461985,1、17,上海牛元工贸有限公司,x", "trademark/19460253/1 trademark/19461985/17",
         "\"图形\"", "", ""},
        {"上海,图形商标,36566078,5,\"美乐家有限公司 ( MELALEUCA, INC. )\",x", "trademark/36566078/5", "\"图形\"",
         R"([{"name":"美乐家有限公司（MELALEUCA, INC.）","role":"holder"}])", ""},
        {"上海,图形商标,569509,5,\"S.C.庄臣父子公司 S. C. JOHNSON & SON, INC\",x", "trademark/569509/5", "\"图形\"",
         R"([{"name":"S.C.庄臣父子公司 S. C. JOHNSON & SON, INC","role":"holder"}])", ""},
        {"上海,图形商标,G997914； 4487046,7,阿特拉斯·科普柯有限公司,x", "", "", "", "类别"},
        {"上海,图形商标,27963942;;27963941；;27963940,\"9, 16 18\",里莫瓦有限公司 （RIMOWA GMBH）,x",
         "trademark/27963942/9 trademark/27963941/16 trademark/27963940/18", "\"图形\"",
         R"([{"name":"里莫瓦有限公司（RIMOWA GMBH）","role":"holder"}])", ""},
        {"上海,图形商标,34354081,9、 41、 42,上海尤里卡信息科技有限公司,x",
         "trademark/34354081/9 trademark/34354081/41 trademark/34354081/42", "\"图形\"", "", ""},
        {"上海,图形商标,51525822、51527223,35、36、41,上海西岸开发 (集团)有限公司,x", "", "", "", "类别"},
        {"广东,Jafron+F,305470768,10,健帆生物科技集团股份有限公司,x", "", "", "", "商标注册号"},
        {"广东,大自然,4587176,46,大自然家居(中国）有限公司,x", "", "", "", "类别"},
        {"广东,大自然,4587176,,大自然家居(中国）有限公司,x", "", "", "", "类别"},
        {"广东,大自然,,19,大自然家居(中国）有限公司,x", "", "", "", "商标注册号"},
        {"广东,,4587176,19,大自然家居(中国）有限公司,x", "", "", "", "商标"},
        {"广东,大自然,4587176,19,大自然家居,x,stray", "", "", "", "column 7"},
        {",,,,,", "", "", "", ""},
    };
    for (const Case& c : cases) {
        CAPTURE(c.row);
        const ImportedTable table = import_table(std::string(messy_header) + std::string(c.row) + "\n");
        REQUIRE(table.fatal.empty());
        CHECK(keys(table) == c.keys);
        if (c.refused.empty()) {
            for (const RowError& error : table.errors) FAIL_CHECK(describe(error.error));
        } else {
            REQUIRE(table.errors.size() == 1);
            CHECK(table.errors[0].column == c.refused);
            CHECK(table.errors[0].row == 2);
            CHECK(table.errors[0].error.where.starts_with("list.csv, row 2, column " + std::string(c.refused)));
            CHECK_FALSE(table.errors[0].error.cure.empty());
        }
        for (const RowDraft& draft : table.drafts) {
            CHECK(json_of(draft, "name") == c.name);
            CHECK((json_of(draft, "alt_text").empty()) == (c.name != "\"图形\""));
            if (!c.holders.empty()) CHECK(json_of(draft, "holders") == c.holders);
        }
    }
}

TEST_CASE("geographical indications go by three kinds of key") {
    const ImportedTable table = import_table(
        "name,province,region,gi_type,number,nice_class,applicant,year\n"
        "武隆高山辣椒,重庆,武隆区,农产品地理标志,AGI00019,,武隆县蔬菜产业发展办公室,2008\n"
        "涪陵榨菜,重庆,涪陵区,地理标志产品,国家质检总局2010年第145号公告,,,2010-12-24\n"
        "郫县豆瓣,四川,成都市郫都区,地理标志证明商标,1388982,30,成都市郫都区食品工业协会,\n"
        "彭水西瓜,重庆,彭水苗族土家族自治县,地理标志商标,12422865,,彭水协会,2013\n"
        "无名,重庆,,,,,,\n");
    REQUIRE(table.fatal.empty());
    CHECK(keys(table) == "gi/AGI00019 gi/涪陵榨菜 gi/1388982/30");
    REQUIRE(table.drafts.size() == 3);
    CHECK(json_of(table.drafts[0], "region") == "\"500156\"");
    CHECK(json_of(table.drafts[0], "region_name") == "\"武隆区\"");
    CHECK(json_of(table.drafts[0], "subtype") == "\"agricultural_gi\"");
    CHECK(json_of(table.drafts[0], "year") == "\"2008\"");
    CHECK(json_of(table.drafts[0], "granted_on").empty());
    CHECK(json_of(table.drafts[1], "announcement_number") == "\"国家质检总局公告2010年第145号\"");
    CHECK(json_of(table.drafts[1], "granted_on") == "\"2010-12-24\"");
    CHECK(table.drafts[0].home == NodeId{"cq"});
    CHECK(table.drafts[2].home == NodeId{"sc"});
    CHECK(table.refused == 2);
}

TEST_CASE("a wrong credit code is told at its own column") {
    const ImportedTable table = import_table(
        "证书编号,产品名称,权利人,统一社会信用代码,地区\n"
        "AGI00019,武隆高山辣椒,武隆区协会,91110108551385082X,重庆市武隆区\n");
    REQUIRE(table.errors.size() == 1);
    CHECK(table.errors[0].column == "统一社会信用代码");
    CHECK(table.errors[0].error.code == ErrorCode::bad_check_digit);
}

TEST_CASE("patents go by application number, else by publication number") {
    const ImportedTable table = import_table(
        "专利号,专利名称,专利权人,类型,地区,授权公告号,法律状态\n"
        "ZL 2017 1 0601862.3,甲,重庆大学、四川大学,发明,重庆市渝北区,CN107356789B,授权\n"
        "CN112734678B,乙,,,四川省,,\n"
        "201710601862.8,丙,,发明,,,\n"
        "ZL201310699744.2,丁,,发明,,,未授权\n"
        "201310699744.2,戊,,外观设计,,,\n"
        "201710601862.3、201310699744.2,己,,,,,\n");
    REQUIRE(table.fatal.empty());
    CHECK(keys(table) == "patent/201710601862.3 patent/CN112734678B patent/201710601862.3 patent/201310699744.2");
    CHECK(json_of(table.drafts.at(0), "publication_number") == "\"CN107356789B\"");
    CHECK(json_of(table.drafts.at(0), "holders") ==
          R"([{"name":"重庆大学","role":"holder"},{"name":"四川大学","role":"holder"}])");
    CHECK(table.drafts.at(0).home == NodeId{"cq"});
    CHECK(table.drafts.at(1).home == NodeId{"sc"});
    REQUIRE(table.errors.size() == 3);
    CHECK(table.errors[0].error.code == ErrorCode::bad_check_digit);
    CHECK(table.errors[0].column == "专利号");
    CHECK(table.errors[1].error.what.find("ZL") != std::string::npos);
    CHECK(table.errors[2].column == "类型");
}

TEST_CASE("a place of an area that is no more, or has no code yet") {
    struct Case {
        std::string_view place, region, home;
    };
    const Case cases[] = {
        {"重庆市渝北区", R"("500112")", "cq"},  // merged into 两江新区 on 2026-01-25
        {"江北区", R"("500105")", "cq"},
        {"重庆市两江新区", "", "cq"},  // its code is not published
        {"开县", R"("500234")", "cq"},
        {"成都市简阳市", R"("510185")", "sc"},  // stands: not one of the codes that it had before
        {"市中区", "", "cq"},                   // two of them stand
        {"火星市", "", "cq"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.place);
        const std::string list = "专利号,专利名称,地区\n201710601862.3,甲," + std::string(c.place) + "\n";
        TableOptions options = options_for();
        options.map.on = *parse_day("2026-06-01");
        const ImportedTable table = import_table(list, options);
        REQUIRE(table.drafts.size() == 1);
        CHECK(json_of(table.drafts[0], "region") == c.region);
        CHECK(json_of(table.drafts[0], "region_name") == "\"" + std::string(c.place) + "\"");
        CHECK(table.drafts[0].home == NodeId{std::string(c.home)});
    }
}

TEST_CASE("a home that the caller gives wins over the place, and a row's own over both") {
    const std::string list =
        "专利号,专利名称,地区\n201710601862.3,甲,重庆市涪陵区\n201310699744.2,乙,成都市\nCN112734678B,丙,\n";
    TableOptions options = options_for();
    options.map.home = NodeId{"yn"};
    const ImportedTable told = import_table(list, options);
    REQUIRE(told.drafts.size() == 3);
    for (const RowDraft& draft : told.drafts) CHECK(draft.home == NodeId{"yn"});
    const ImportedTable untold = import_table(list);
    REQUIRE(untold.drafts.size() == 3);
    CHECK(untold.drafts[0].home == NodeId{"cq"});
    CHECK(untold.drafts[1].home == NodeId{"sc"});
    CHECK(untold.drafts[2].home == NodeId{"cq"});
    const ImportedTable exported = import_table("key,name,home\npatent/201710601862.3,甲,sc\n", options);
    REQUIRE(exported.drafts.size() == 1);
    CHECK(exported.drafts[0].home == NodeId{"sc"});
}

TEST_CASE("headers that cannot be used say why") {
    struct Case {
        std::string_view header, says;
    };
    const Case cases[] = {
        {"a,b\n", "do not tell"},
        {"商标,商标名称,商标注册号,类别\n", "商标 and 商标名称 mean the same"},
        {"商标,类别,权利人\n", "no column identifies a trademark"},
        {"专利号,note,备注\n", "note and 备注 mean the same"},
        {"", "the file is empty"},
        {"专利号\n\"x\n", "never closed"},
    };
    for (const Case& c : cases) {
        const ImportedTable table = import_table(c.header);
        CHECK_MESSAGE(table.fatal.find(c.says) != std::string::npos, table.fatal);
    }
}

TEST_CASE("a header that nobody knows stays a field of its own") {
    const ImportedTable table = import_table("专利号,专利名称,获奖 情况（级别）\n201710601862.3,甲,银奖\n");
    REQUIRE(table.drafts.size() == 1);
    CHECK(json_of(table.drafts[0], "获奖_情况_级别") == "\"银奖\"");
}

TEST_CASE("dates in cells") {
    struct Case {
        std::string_view cell, date;
    };
    const Case cases[] = {{"2024-05-06", "2024-05-06"},
                          {"2024年5月6日", "2024-05-06"},
                          {"2024/5/6", "2024-05-06"},
                          {"2024.05.06", "2024-05-06"},
                          {"20240506", "2024-05-06"},
                          {"２０２４年５月６日", "2024-05-06"},
                          {"2024", ""},
                          {"2024年", ""},
                          {"2024-02-30", ""},
                          {"5/6/2024", ""},
                          {"2024-5", ""},
                          {"", ""},
                          {"2024-5-6-7", ""},
                          {"年月日", ""}};
    for (const Case& c : cases) CHECK_MESSAGE(parse_date_cell(c.cell).value_or("") == c.date, c.cell);
}

TEST_CASE("the encoding and the chunks of a file do not matter") {
    const std::string utf8 = std::string(messy_header) + "重庆,江小白,10325554,33,重庆江小白酒业有限公司,\n";
    const ImportedTable whole = import_table(utf8);
    REQUIRE(whole.drafts.size() == 1);
    CHECK(whole.drafts[0].home == NodeId{"cq"});
    for (std::size_t chunk = 1; chunk < 9; ++chunk) {
        CHECK(import_table(utf8, std::nullopt, chunk).drafts == whole.drafts);
        CHECK(import_table("\xEF\xBB\xBF" + utf8, std::nullopt, chunk).drafts == whole.drafts);
        CHECK(import_table(*to_gb18030(utf8), std::nullopt, chunk).drafts == whole.drafts);
    }
}

TEST_CASE("real lists of Chongqing and Sichuan") {
    struct Case {
        const char* file;
        std::uint64_t rows, drafts, refused;
    };
    const Case cases[] = {
        {"gi_cq_sc.csv", 354, 335, 19},       // the 19 marks lack number or class
        {"patent_cq_sc.csv", 124, 116, 8},    // 8 rows without a number
        {"trademark_cq_sc.csv", 102, 3, 99},  // only three rows have number and class
        {"messy_cells.csv", 25, 32, 2},       // two numbers in one class; Hong Kong number
    };
    for (const Case& c : cases) {
        std::ifstream in(test::source_dir() / "../shared/data" / c.file, std::ios::binary);
        if (!in) {
            MESSAGE("skipped: no ", c.file);
            continue;
        }
        std::stringstream bytes;
        bytes << in.rdbuf();
        const ImportedTable table = import_table(bytes.str());
        CAPTURE(c.file);
        CHECK(table.fatal == "");
        CHECK(table.rows == c.rows);
        CHECK(table.drafts.size() == c.drafts);
        CHECK(table.refused == c.refused);
        std::map<std::string, int> reasons;
        for (const RowError& error : table.errors)
            reasons[std::string(name(error.error.code)) + " " + error.column] += 1;
        for (const auto& reason : reasons) MESSAGE(reason.first, ": ", reason.second);
    }
}
