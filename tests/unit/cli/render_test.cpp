/// From answers to text: what people read, and what the program ends with.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli_support.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/text_width.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace minglu;
using namespace minglu::clitest;
using Json = nlohmann::json;

namespace {

const char* const freshness = R"("freshness":{"node":"cq","vector":"","as_of":"2026-01-01","partners":[)"
                              R"({"node":"sc","age_s":12,"lag":"up_to_date"},{"node":"gz","lag":"backing_off"}]})";

std::string entry(const std::string& more = "") {
    return R"({"key":"gi/AGI03244","kind":"gi","number":"AGI03244","listed":true,"etag":"cq-1:2","open_conflicts":0,)"
           R"("fields":{"name":"涪陵榨菜","status":"certified","listing":"listed","category":"调味品","home":"cq",)"
           R"("holders":[{"name":"涪陵区榨菜管理办公室","role":"holder"}],"new_field":"x"})" +
           more + "}";
}

class Files : public test::TemporaryDirectory {
public:
    [[nodiscard]] std::string file(const std::string& name, const std::string& content) const {
        std::ofstream(*this / name, std::ios::binary) << content;
        return file(name);
    }
    [[nodiscard]] std::string file(const std::string& name) const { return (*this / name).string(); }
};

std::string read(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("a search says what is listed, as of which day, and how fresh that is") {
    CommandLine line;
    const std::string removed = R"({"key":"gi/X","kind":"gi","listed":false,"verdict":"was_listed","open_conflicts":2,)"
                                R"("fields":{"name":"乙","listing":"removed","removed_on":"2025-05-05"}})";
    const std::string future = R"({"key":"gi/Y","kind":"gi","listed":false,"open_conflicts":0,"fields":{}})";
    line.answer("GET /v1/entries",
                "{\"items\":[" + entry() + "," + removed + "," + future + R"(],"next":"c2",)" + freshness + "}");
    const Run run = line.run({"query", "榨菜"});
    CHECK(run.code == 0);
    CHECK(run.out ==
          "3 条（截至 2026-01-01）\n"
          "名录               结论            条目         名称      法律状态    权利人                未决冲突  归口\n"
          "在册                               gi/AGI03244  涪陵榨菜  登记(有效)  涪陵区榨菜管理办公室            cq\n"
          "已移出 2025-05-05  曾在册，已移出  gi/X         乙                                          2\n"
          "未生效                             gi/Y\n"
          "本节点 cq；sc 数据截至 12 秒前；gz 尚无数据（连不上，重试中）\n"
          "还有更多：--cursor c2 或 --all\n");
}

TEST_CASE("a search says why, what was not looked at, and how many have which value") {
    CommandLine line;
    line.answer("GET /v1/entries",
                R"({"items":[{"key":"gi/X","listed":true,"open_conflicts":0,"fields":{"name":"重庆涪陵榨菜"},"reason":)"
                R"({"match":"name_part","highlights":[{"field":"name","text":"重庆涪陵榨菜","ranges":[[2,4]]}]}},)"
                R"({"key":"gi/Y","listed":true,"open_conflicts":0,"fields":{"name":"桃片"},"reason":)"
                R"({"match":"all_words","highlights":[{"field":"holders","item":0,)"
                R"("text":"重庆市某某某某某涪陵有限责任公司桃片厂分厂","ranges":[[8,10],[16,18]]}]}}],)"
                R"("bounded":true,"counts":{"entries":2000,"bounded":true,"by":{"region":)"
                R"([{"value":"50","count":1200,"label":"重庆市"}],"kind":[{"value":"gi","count":2000}]}}})");
    const Run run = line.run({"query", "涪陵", "--counts", "--fuzzy", "--sort", "relevance"});
    CHECK(run.code == 0);
    CHECK(line.query("counts") == "true");
    CHECK(line.query("fuzzy") == "true");
    CHECK(line.query("sort") == "relevance");
    CHECK(has(run.out, "命中"));
    CHECK(has(run.out, "名称：重庆【涪陵】榨菜\n"));
    CHECK(has(run.out, "各词（权利人）：…某某某某【涪陵】有限责任公司【桃片】厂分…\n"));
    CHECK(has(run.out, "命中太多"));
    CHECK(has(run.out, "合计 2000 条以上"));
    CHECK(has(run.out, "50  重庆市  1200"));
    CHECK_FALSE(has(run.out, "\x1b["));
}

TEST_CASE("on a narrow terminal verdicts and keys stay whole") {
    const std::vector<std::string> verdicts{"protected", "listed_not_in_force", "listed_right_unknown"};
    std::string items;
    for (const std::string& verdict : verdicts)
        items +=
            (items.empty() ? "" : ",") + std::string(R"({"key":"trademark/10325554/33","listed":true,)") +
            R"("verdict":")" + verdict +
            R"(","open_conflicts":0,"fields":{"name":"重庆市涪陵榨菜集团股份有限公司",)"
            R"("holders":[{"name":"重庆市涪陵榨菜集团股份有限公司"}],"region_name":"重庆市涪陵区","home":"cq"},)"
            R"("reason":{"match":"name_part","highlights":[{"field":"name","text":"涪陵榨菜","ranges":[[0,2]]}]}})";
    for (const std::size_t columns : {80U, 100U}) {
        CommandLine line;
        line.on_terminal = true;
        line.columns = columns;
        line.answer("GET /v1/entries", "{\"items\":[" + items + "]}");
        const Run run = line.run({"query", "涪陵"});
        for (const char* verdict : {"在册，权利有效 ", "在册，权利未生效或已失效 ", "在册，权利状态未载明 "})
            CHECK(has(run.out, std::string(verdict)));
        CHECK(has(run.out, " trademark/10325554/33 "));
        for (const char* empty : {"名录", "法律状态", "未决冲突"}) CHECK_FALSE(has(run.out, empty));
        std::istringstream lines(run.out);
        for (std::string one; std::getline(lines, one);) CHECK(cli::display_width(one) <= columns);
    }
}

TEST_CASE("on a very narrow terminal the reasons of look-alikes go, and are named") {
    const auto shown = [](std::size_t columns) {
        CommandLine line;
        line.on_terminal = true;
        line.columns = columns;
        line.answer("GET /v1/lookalikes",
                    R"({"min_score":75,"complete":true,"items":[{"score":95,"text":"康 帅≈师(形近) 傅","rules":[)"
                    R"({"rule":"shape","text":"文字字形近似"}],"entry":{"key":"trademark/1001/30",)"
                    R"("verdict":"protected","fields":{"name":"康师傅"}}}]})");
        return line.run({"lookalike", "康帅傅"}).out;
    };
    CHECK(has(shown(80), "帅≈师"));
    CHECK_FALSE(has(shown(80), "未显示"));
    const std::string narrow = shown(40);
    CHECK(has(narrow, "终端太窄，未显示：对应、审查规则"));
    CHECK(has(narrow, " trademark/1001/30 "));
    CHECK_FALSE(has(narrow, "帅≈师"));
}

TEST_CASE("what is wrong with a mistyped number is said in Chinese") {
    CommandLine line;
    line.answer("GET /v1/entries", R"({"items":[],"hint":"校验位不符，按前面各位应为 201710601862.3"})");
    CHECK(has(line.run({"query", "201710601862.4"}).out, "号码可能有误：校验位不符，按前面各位应为 201710601862.3\n"));
}

TEST_CASE("what the node notes about a filter is said; a page without entries is not the end") {
    CommandLine line;
    line.answer("GET /v1/entries", std::string(R"({"items":[],"next":"c2","note":"开县现为开州区（500154）"})"));
    const Run run = line.run({"query", "--region", "开县"});
    CHECK(run.code == 0);
    CHECK(has(run.out, "看过的部分没有符合条件的条目\n"));
    CHECK(has(run.out, "开县现为开州区（500154）\n"));
    CHECK(has(run.out, "--cursor c2"));
}

TEST_CASE("nothing found is said, not an error") {
    CommandLine line;
    line.answer("GET /v1/entries", std::string("{\"items\":[],") + freshness + "}");
    const Run run = line.run({"query", "x"});
    CHECK(run.code == 0);
    CHECK(has(run.out, "没有符合条件的条目（截至 2026-01-01）"));
}

TEST_CASE("every page is followed; with --json one page per line, as it came") {
    for (const bool json : {false, true}) {
        CommandLine line;
        const std::string first = "{\"items\":[" + entry() + R"(],"next":"c2"})";
        const std::string second = R"({"items":[{"key":"gi/Z","fields":{}}]})";
        line.answer("GET /v1/entries", first);
        line.answer("GET /v1/entries", second);
        std::vector<std::string> words{"query", "--all"};
        if (json) words.emplace_back("--json");
        const Run run = line.run(words);
        CHECK(run.code == 0);
        REQUIRE(line.node.requests.size() == 2);
        CHECK(line.query("cursor") == "c2");
        CHECK(line.query("limit") == "200");
        if (json) {
            CHECK(run.out == first + "\n" + second + "\n");
        } else {
            CHECK(has(run.out, "2 条"));
            CHECK_FALSE(has(run.out, "还有更多"));
        }
    }
}

TEST_CASE("an entry shows labels instead of codes, and fields of newer versions too") {
    CommandLine line;
    line.answer(
        "GET /v1/entries/gi/AGI03244",
        entry(std::string(R"(,"scheduled":[{"from":"2027-01-01","fields":{"category":"酱腌菜"}}],)") + freshness));
    const Run run = line.run({"entry", "show", "gi/AGI03244"});
    CHECK(run.code == 0);
    for (const char* part :
         {"登记(有效)", "涪陵区榨菜管理办公室", "new_field", "自 2027-01-01 起", "酱腌菜", "cq-1:2", "本节点 cq"})
        CHECK(has(run.out, part));
    CHECK_FALSE(has(run.out, "certified"));
}

TEST_CASE("that an entry was never listed is an answer") {
    const Answer absent{404, R"({"code":"not_found","detail":"there is no entry gi/X","where":"path",)"
                             R"("cure":"look for it with GET /v1/entries?q=","verdict":"never_listed"})"};
    struct Row {
        std::vector<std::string> more;
        const char* verdict;
    };
    for (const Row& row : {Row{{}, "结论  从未列入\n"}, Row{{"--as-of", "2020-01-01"}, "结论    从未列入\n"},
                           Row{{"--known-at", "2020-01-01"}, "结论        截至当时未列入\n"}}) {
        CommandLine line;
        line.answer("GET /v1/entries/gi/X", absent);
        std::vector<std::string> words{"entry", "show", "gi/X"};
        words.insert(words.end(), row.more.begin(), row.more.end());
        const Run run = line.run(words);
        CHECK(run.code == 4);
        CHECK(run.err.empty());
        CHECK(has(run.out, row.verdict));
        CHECK(has(run.out, "minglu query"));
        words.emplace_back("--json");
        const Run json = line.run(words);
        CHECK(json.code == 4);
        CHECK(json.out.empty());
        CHECK(Json::parse(json.err)["verdict"] == "never_listed");
    }
}

TEST_CASE("where there is no entry the cure is a command") {
    const Answer unknown{404, R"({"code":"not_found","detail":"nothing is served here","cure":"GET /v1/entries?q="})"};
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"entry", "show", "涪陵"},
                                               {"entry", "history", "涪陵"},
                                               {"entry", "remove", "涪陵", "--ground", "mistake", "--reason", "r"},
                                               {"entry", "restore", "涪陵", "--reason", "r"}}) {
        CommandLine line;
        line.answer("GET /v1/entries/涪陵", unknown);
        line.answer("GET /v1/entries/涪陵/history", unknown);
        const Run run = line.run(words);
        CHECK(run.code == 4);
        CHECK(run.out.empty());
        CHECK(run.err ==
              "minglu: there is no entry 涪陵 (look for it with minglu query; a key is kind/number or "
              "kind/number/class)\n");
    }
}

TEST_CASE("a right that never existed has no beginning, and its status is that of the day") {
    CommandLine line;
    line.answer("GET /v1/entries/trademark/1/33",
                std::string(R"({"key":"trademark/1/33","kind":"trademark","verdict":"listed_not_in_force","right":)"
                            R"({"state":"never_existed","basis":"invalidated","since":"2026-01-20",)"
                            R"("status":"registered"},"fields":{}})"));
    const Run run = line.run({"entry", "show", "trademark/1/33"});
    CHECK(has(run.out, "视为自始不存在（2026-01-20 宣告无效）；当日记录的状态：注册(有效)\n"));
}

TEST_CASE("values from elsewhere cannot steer the terminal") {
    CommandLine line;
    line.answer("GET /v1/entries/gi/1",
                std::string(R"({"key":"gi/1","fields":{"name":"a\u001b]0;x\u0007b","c\u001b[2J":"d"}})"));
    CHECK_FALSE(has(line.run({"entry", "show", "gi/1"}).out, "\x1b"));
}

TEST_CASE("an edit looks first, shows what changes, and sends what it saw") {
    CommandLine line;
    line.answer("GET /v1/entries/gi/AGI03244", entry());
    line.answer("PUT /v1/entries/gi/AGI03244", R"({"dot":"cq-1:3","entry":)" + entry() + "}");
    const Run run = line.run(
        {"entry", "edit", "gi/AGI03244", "--set", "category=酱腌菜", "--set", "name=涪陵榨菜", "--reason", "r"});
    CHECK(run.code == 0);
    CHECK(run.out ==
          "字段  原值    新值\n"
          "分类  调味品  酱腌菜\n"
          "已修改 gi/AGI03244（在册），记录 cq-1:3\n");
    REQUIRE(line.node.requests.size() == 2);
    CHECK(Json::parse(line.body()) ==
          Json::parse(R"({"fields":{"category":"酱腌菜","name":"涪陵榨菜"},"reason":"r","seen":"cq-1:2"})"));
}

TEST_CASE("an edit that is refused shows no change") {
    CommandLine line;
    line.answer("GET /v1/entries/gi/AGI03244", entry());
    line.answer("PUT /v1/entries/gi/AGI03244", Answer{422, R"({"code":"bad_value","detail":"no such class"})"});
    const Run run = line.run({"entry", "edit", "gi/AGI03244", "--set", "category=酱腌菜", "--reason", "r"});
    CHECK(run.code == 3);
    CHECK(run.out.empty());
    CHECK(has(run.err, "no such class"));
}

TEST_CASE("an edit without a difference writes nothing; a new entry has seen nothing") {
    CommandLine same;
    same.answer("GET /v1/entries/gi/AGI03244", entry());
    const Run unchanged = same.run({"entry", "edit", "gi/AGI03244", "--set", "category=调味品", "--reason", "r"});
    CHECK(unchanged.code == 0);
    CHECK(has(unchanged.out, "无变化"));
    CHECK(same.node.requests.size() == 1);

    CommandLine fresh;
    fresh.answer("PUT /v1/entries/gi/N", Answer{201, R"({"dot":"cq-1:3","entry":{"key":"gi/N","listed":true}})"});
    const Run created = fresh.run({"entry", "edit", "gi/N", "--set", "name=新", "--reason", "r"});
    CHECK(created.code == 0);
    CHECK(has(created.out, "已新增 gi/N（在册）"));
    CHECK(Json::parse(fresh.body())["seen"] == "");
}

TEST_CASE("what takes effect later is not said to be done") {
    const std::string ahead = R"({"dot":"cq-1:3","entry":)" +
                              entry(R"(,"scheduled":[{"from":"2027-03-01","fields":{"listing":"removed"}}])") + "}";
    struct Row {
        std::vector<std::string> words;
        const char* request;
        const char* later;
        const char* done;
    };
    for (const Row& row :
         {Row{{"remove", "--ground", "expired"}, "POST /v1/entries/gi/AGI03244/removal", "移出", "已移出"},
          Row{{"restore"}, "POST /v1/entries/gi/AGI03244/restoration", "恢复", "已恢复"},
          Row{{"edit", "--set", "category=酱腌菜"}, "PUT /v1/entries/gi/AGI03244", "修改", "已修改"}}) {
        // On a day in the past a scheduled change of something else stays a matter of its own.
        for (const char* day : {"2027-03-01", "2026-01-01"}) {
            CommandLine line;
            line.answer(row.request, ahead);
            std::vector<std::string> words{"entry"};
            words.insert(words.end(), row.words.begin(), row.words.end());
            words.insert(words.end(), {"gi/AGI03244", "--reason", "r", "--seen", "e", "--effective-on", day});
            const Run run = line.run(words);
            const bool is_ahead = std::string(day) == "2027-03-01";
            CHECK(run.out ==
                  (is_ahead ? "将于 2027-03-01 " + std::string(row.later) + " gi/AGI03244（目前在册），记录 cq-1:3\n"
                            : row.done + std::string(" gi/AGI03244（在册），记录 cq-1:3\n")));
        }
    }
}

TEST_CASE("a conflict stands side by side, with the rule that chose") {
    CommandLine line;
    const std::string id(64, 'a');
    line.answer("GET /v1/conflicts/" + id, R"({"id":")" + id + R"(","key":"gi/AGI03244","type":"update_update",
        "state":"open","groups":["category"],"found_at":"2026-01-02T10:00:00.000+08:00","claimed_by":"li.wei",
        "base":{"fields":{"category":"其他"}},
        "ours":{"dot":"cq-1:2","author":"cq","actor":"li.wei","reason":"甲","time":"2026-01-01T09:00:00.000+08:00",
                "effective_on":"2026-01-01","fields":{"category":"酱腌菜"}},
        "theirs":{"dot":"sc-1:2","author":"sc","actor":"wang.fang","reason":"乙","time":"2026-01-01T09:30:00.000+08:00",
                "effective_on":"2026-01-01","fields":{"category":"调味品"}},
        "winner":{"category":{"side":"ours","rule":"home","value":{"category":"酱腌菜"}}},
        "journal":[{"at":"2026-01-02T10:00:00.000+08:00","event":"opened"}],"resolutions":[]})");
    const Run run = line.run({"conflict", "show", id});
    CHECK(run.code == 0);
    CHECK(has(run.out, "我方  cq    li.wei     2026-01-01 09:00:00  2026-01-01  cq-1:2  甲\n"));
    CHECK(has(run.out, "对方  sc    wang.fang  2026-01-01 09:30:00  2026-01-01  sc-1:2  乙\n"));
    CHECK(has(run.out,
              "分类（category）  现采用：我方，归口节点所写\n"
              "字段  共同基础  我方    对方\n"
              "分类  其他      酱腌菜  调味品\n"));
    CHECK(has(run.out, "2026-01-02 10:00:00  发现"));
}

TEST_CASE("a conflict id may be typed short when one alone starts so") {
    const std::string one = "abcdef" + std::string(58, '0');
    const std::string two = "abcdee" + std::string(58, '0');
    CommandLine line;
    line.answer("GET /v1/conflicts", R"({"items":[{"id":")" + one + R"("},{"id":")" + two + R"("}]})");
    line.answer("GET /v1/conflicts/" + one, R"({"id":")" + one + "\"}");
    CHECK(line.run({"conflict", "show", "abcdef"}).code == 0);
    CHECK(line.node.requests.back().path == "/v1/conflicts/" + one);
    CHECK(line.run({"conflict", "show", "abcd"}).code == 3);
    CHECK(line.run({"conflict", "show", "999999"}).code == 4);
}

TEST_CASE("an import follows its job and names what is wrong") {
    const Files dir;
    const std::string file = dir.file("list.csv", "专利号\n1\n");
    const std::string counts = R"("rows_read":2,"bytes_read":5,"bytes_total":10,"added":1,"changed":0,"unchanged":0,)";
    const std::string bad =
        R"("refused":1,"errors":[{"row":17,"column":"专利号","value":"201710601862.8","code":"bad_check_digit",)"
        R"("what":"校验位应为 3","cure":"更正号码"}])";
    struct Row {
        std::vector<std::string> more;
        std::string last;
        int code;
        std::vector<std::string> said;
        std::string unsaid;
    };
    const std::vector<Row> rows{
        {{},
         R"({"state":"done",)" + counts + R"("refused":0,"batches":[{"dot":"cq-1:2","title":"T","ops":1}]})",
         0,
         {"新增 1，修改 0，不变 0，不合格 0（共读 2 行）", "批次 cq-1:2  1 条  T"},
         "预览"},
        {{}, R"({"state":"refused",)" + counts + bad + "}", 3, {"整份退回"}, "批次"},
        {{"--dry-run"},
         R"({"state":"planned",)" + counts + R"("refused":0,"plan":[{"key":"gi/1","action":"add"}]})",
         0,
         {"预览：未写入", "gi/1"},
         "批次"},
        {{"--dry-run"}, R"({"state":"planned",)" + counts + bad + "}", 3, {"预览：未写入"}, "批次"},
        {{"--skip-invalid", dir.file("refused.csv")},
         R"({"state":"done",)" + counts + bad + "}",
         0,
         {"refused.csv"},
         "整份退回"},
        {{},
         R"({"state":"failed","error":{"code":"disk_full","what":"no space"},)" + counts + R"("refused":0})",
         1,
         {"未写入（已读 2 行）"},
         "新增"},
        {{},
         R"({"state":"failed","error":{"code":"disk_full","what":"no space"},"batches":[{"dot":"cq-1:2","title":"T","ops":1}],)" +
             counts + R"("refused":0})",
         1,
         {"中断，只写入以下批次", "批次 cq-1:2  1 条  T"},
         "新增"},
    };
    for (const Row& row : rows) {
        CommandLine line;
        line.answer("POST /v1/imports", Answer{202, R"({"id":"7","location":"/v1/imports/7"})"});
        line.answer("GET /v1/imports/7", R"({"state":"reading",)" + counts + R"("refused":0})");
        line.answer("GET /v1/imports/7", row.last);
        line.answer("GET /v1/imports/7/refused", Answer{200, "专利号,错误\nx,y\n", "text/csv"});
        std::vector<std::string> words{"import", file, "--kind", "patent"};
        words.insert(words.end(), row.more.begin(), row.more.end());
        const Run run = line.run(words);
        CAPTURE(row.last);
        CAPTURE(run.err);
        CHECK(run.code == row.code);
        for (const auto& part : row.said) CHECK(has(run.out, part));
        CHECK_FALSE(has(run.out, row.unsaid));
        CHECK(line.waited_ms > 0);
        const auto& upload = line.node.requests.front();
        CHECK(upload.body_file == std::filesystem::path(file));
        CHECK(upload.query.find("kind")->second == "patent");
        CHECK(upload.query.find("file_name")->second == "list.csv");
        CHECK(upload.query.contains("dry_run") == (!row.more.empty() && row.more[0] == "--dry-run"));
        CHECK(upload.query.contains("skip_invalid") == (row.more.size() == 2));
        if (has(row.last, "bad_check_digit"))
            CHECK(run.err == file + ", row 17, column 专利号, value '201710601862.8': 校验位应为 3 (更正号码)\n");
    }
    CHECK(read(dir.file("refused.csv")) == "专利号,错误\nx,y\n");
    CHECK(read(file) == "专利号\n1\n");
}

TEST_CASE("an export takes its name only when it is whole") {
    const Files dir;
    CommandLine line;
    line.answer("GET /v1/export", Answer{200, "a,b\n1,2\n", "text/csv"});
    CHECK(line.run({"export", "--format", "csv", "-o", dir.file("out.csv")}).code == 0);
    CHECK(read(dir.file("out.csv")) == "a,b\n1,2\n");
    CHECK(line.query("format") == "csv");
    CHECK(line.run({"export"}).out == "a,b\n1,2\n");

    CommandLine refused;
    refused.answer("GET /v1/export", Answer{403, R"({"code":"not_allowed","detail":"no"})"});
    CHECK(refused.run({"export", "-o", dir.file("none.csv")}).code == 8);
    CHECK_FALSE(std::filesystem::exists(dir.file("none.csv")));
    CHECK_FALSE(std::filesystem::exists(dir.file("none.csv.part")));
}

TEST_CASE("a list that was checked shows the open conflicts of its entries, where there are any") {
    const Files dir;
    const std::string list = dir.file("list.csv", "名称\n涪陵榨菜\n");
    const auto shown = [&](const std::string& more, const std::string& alike) {
        CommandLine line;
        line.answer(
            "POST /v1/checks",
            Answer{200, R"({"headers":["名称"],"columns":{"name":["名称"]},"rows":1,"lookalikes":)" +
                            std::string(alike.empty() ? "false" : "true") + "}\n" +
                            R"({"row":2,"cells":["涪陵榨菜"],"match":"name","key":"gi/1","verdict":"protected",)" +
                            R"("right":"in_force","name":"涪陵榨菜")" + more + alike + "}\n" +
                            R"({"done":{"rows":1,"found":1}})" + "\n"});
        return line.run({"check", list}).out;
    };
    for (const std::string alike : {"", R"(,"lookalikes":[{"name":"浯陵","score":80}])"}) {
        const std::string out = shown(R"(,"conflicts":"7")", alike);
        CAPTURE(out);
        std::istringstream lines(out);
        std::string titles;
        std::string row;
        std::getline(lines, titles);
        std::getline(lines, row);
        REQUIRE(has(titles, "未决冲突"));
        REQUIRE(has(row, "7"));
        const auto width_before = [](const std::string& text, const char* what) {
            return cli::display_width(text.substr(0, text.find(what)));
        };
        CHECK(width_before(titles, "未决冲突") == width_before(row, "7"));
        CHECK(has(row, "浯陵 80") == !alike.empty());
        CHECK_FALSE(has(shown("", alike), "未决冲突"));
    }
}

TEST_CASE("no file is replaced without --force, and none is begun before the node is asked") {
    const Files dir;
    const std::string there = dir.file("there", "old");
    const std::string list = dir.file("list.csv", "x\n");
    struct Row {
        std::vector<std::string> words;
        const char* request;
        Answer answer;
    };
    const Answer rows{200, R"({"headers":["x"],"columns":{},"rows":0})"
                           "\n"
                           R"({"done":{"rows":0,"found":0}})"
                           "\n"};
    for (const Row& row : {Row{{"export", "-o", there}, "GET /v1/export", {200, "new", "text/csv"}},
                           Row{{"audit", "export", there}, "GET /v1/audit/export", {200, "new"}},
                           Row{{"evidence", "gi/1", "-o", there}, "GET /v1/entries/gi/1/evidence", {200, "new"}},
                           Row{{"import", list, "--skip-invalid", there}, "POST /v1/imports", {500, "{}"}}}) {
        CommandLine line;
        line.answer(row.request, row.answer);
        const Run refused = line.run(row.words);
        CAPTURE(row.request);
        CHECK(refused.code == 5);
        CHECK(has(refused.err, "there is such a file already (give another name, or --force to replace it)"));
        CHECK(line.node.requests.empty());
        CHECK(read(there) == "old");
        auto words = row.words;
        words.emplace_back("--force");
        (void)line.run(words);
        CHECK(line.node.requests.size() == 1);
        if (row.answer.status == 200) CHECK(read(there) == "new");
        (void)dir.file("there", "old");
    }
    for (const char* name : {"there.csv", "there.xlsx"}) {
        const std::string file = dir.file(name, "old");
        CommandLine line;
        line.answer("POST /v1/checks", rows);
        CHECK(line.run({"check", list, "-o", file}).code == 5);
        CHECK(line.node.requests.empty());
        CHECK(read(file) == "old");
        CHECK(line.run({"check", list, "-o", file, "--force"}).code == 0);
        CHECK(read(file) != "old");
    }
    // A sheet that is there keeps the evidence from being written too.
    CommandLine line;
    CHECK(line.run({"evidence", "gi/1", "-o", dir.file("e.json"), "--sheet", there}).code == 5);
    CHECK(line.run({"evidence", "gi/1", "-o", dir.file("e.json"), "--sheet", dir.file("e.json")}).code == 2);
    CHECK(line.node.requests.empty());
    CHECK_FALSE(std::filesystem::exists(dir.file("e.json")));
}

TEST_CASE("a verification that finds something ends with 7") {
    struct Row {
        const char* name;
        const char* answer;
        int code;
        const char* said;
    };
    for (const Row& row :
         {Row{"verify", "{\"done\":1,\"total\":2}\n{\"result\":{\"ok\":true,\"findings\":[]}}\n", 0, "校验通过"},
          Row{"verify", R"({"result":{"ok":false,"findings":["row 3 is odd"]}})", 7, "row 3 is odd"},
          Row{"verify", "{\"done\":1,\"total\":2}\n", 1, ""},
          Row{"rebuild", R"({"result":{"ok":false,"findings":[],"error":{"code":"disk_full","what":"no space"}}})", 1,
              ""},
          Row{"verify", R"({"result":{"ok":false,"findings":[],"error":{"code":"corrupt","what":"torn"}}})", 7, ""},
          Row{"rebuild", R"({"ok":true,"findings":[]})", 0, "重建"}}) {
        CommandLine line;
        line.answer(std::string("POST /v1/maintenance/") + row.name, Answer{200, row.answer});
        const Run run = line.run({row.name});
        CAPTURE(row.answer);
        CHECK(run.code == row.code);
        CHECK(has(run.out, row.said));
    }
}

TEST_CASE("adopting says of each record what becomes of it, and ends with 3 when one was refused") {
    const std::string items =
        R"({"dot":"cq-9f3c21d07be45a18:8","actor":"li","reason":"调整","outcome":"write","ops":2,"changed_since":1},)"
        R"({"dot":"cq-9f3c21d07be45a18:9","actor":"li","reason":"再调","outcome":"stands","ops":0,"changed_since":0})";
    const std::string refused =
        R"({"dot":"cq-9f3c21d07be45a18:9","actor":"li","reason":"再调","outcome":"refused","ops":1,"detail":"too large","cure":"split"})";
    const auto answer = [](const std::string& of, bool is_dry_run) {
        return R"({"log":"cq-9f3c21d07be45a18","dry_run":)" + std::string(is_dry_run ? "true" : "false") +
               R"(,"ops":2,"items":[)" + of + "]}";
    };
    CommandLine line;
    line.answer("POST /v1/forks/adoption", answer(items, true));
    const Run planned = line.run({"incident", "adopt", "cq-9f3c21d07be45a18", "--reason", "原机已毁", "--dry-run"});
    CHECK(planned.code == 0);
    CHECK(Json::parse(line.body()) == Json{{"log", "cq-9f3c21d07be45a18"}, {"reason", "原机已毁"}, {"dry_run", true}});
    for (const char* said : {"将写入 2 条", "1 条所涉条目此后另有变更", "不重复"}) CHECK(has(planned.out, said));
    CommandLine other;
    other.answer("POST /v1/forks/adoption", answer(refused, false));
    const Run done =
        other.run({"incident", "adopt", "cq-9f3c21d07be45a18", "--reason", "x", "--record", "cq-9f3c21d07be45a18:9"});
    CHECK(done.code == 3);
    CHECK(has(done.out, "  未写入\n    too large (split)\n"));
    CHECK(Json::parse(other.body())["record"] == "cq-9f3c21d07be45a18:9");
}

TEST_CASE("a long task prints one document with --json: its result") {
    CommandLine line;
    line.answer("POST /v1/maintenance/verify",
                Answer{200, "{\"done\":1,\"total\":2}\n{\"result\":{\"ok\":false,\"findings\":[\"row 3 is odd\"]}}\n"});
    const Run run = line.run({"--json", "verify"});
    CHECK(run.code == 7);
    CHECK(Json::parse(run.out) == Json{{"ok", false}, {"findings", {"row 3 is odd"}}});
}

TEST_CASE("a backup path is made absolute: the node runs elsewhere") {
    CommandLine line;
    line.answer("POST /v1/maintenance/backup", std::string(R"({"result":{"ok":true,"findings":[]}})"));
    CHECK(line.run({"backup", "x/../y.db"}).code == 0);
    CHECK(Json::parse(line.body())["path"] == (std::filesystem::current_path() / "y.db").string());
    CHECK(Json::parse(line.body())["verify"] == true);
}

TEST_CASE("a copy that was not verified is not called so") {
    CommandLine line;
    line.answer("POST /v1/maintenance/backup", std::string(R"({"result":{"ok":true,"findings":[]}})"));
    CHECK(has(line.run({"backup", "/y.db"}).out, "已备份并校验"));
    CHECK(has(line.run({"backup", "/y.db", "--no-verify"}).out, "内容未校验"));
    CHECK(Json::parse(line.body())["verify"] == false);
}

TEST_CASE("sync status says how the node verifies itself") {
    struct Case {
        const char* verification;
        const char* shown;
    };
    for (const Case& c :
         {Case{R"({"on":false})", "关闭"}, Case{R"({"on":true,"findings":0,"percent":7})", "尚未完成一轮，本轮 7%"},
          Case{R"({"on":true,"last_ok":"2026-02-01T03:10:00.000+08:00","last_findings":0,"findings":0,"percent":37})",
               "上次通过 2026-02-01 03:10"},
          Case{R"({"on":true,"last_findings":2,"findings":1,"percent":37})", "发现问题 2 项"}}) {
        CommandLine line;
        line.answer("GET /v1/sync", R"({"node":"cq","peers":[],"verification":)" + std::string(c.verification) + "}");
        const Run status = line.run({"sync", "status"});
        CHECK(has(status.out, "自检"));
        CHECK(has(status.out, c.shown));
    }
}

TEST_CASE("a card goes out byte for byte, a secret alone") {
    CommandLine line;
    line.answer("GET /v1/card", std::string(R"({"card":"{\n \"minglu_card\": 1\n}\n","fingerprint":"9f3c 21d0"})"));
    const Run card = line.run({"peer", "card"});
    CHECK(card.out == "{\n \"minglu_card\": 1\n}\n");
    CHECK(has(card.err, "9f3c 21d0"));
    line.answer("POST /v1/tokens", Answer{201, R"({"no":1,"secret":"mlg_abc"})"});
    CHECK(line.run({"token", "create", "--name", "x", "--role", "reader"}).out == "mlg_abc\n");
}

TEST_CASE("adding a peer sends its card and asks to compare the fingerprint") {
    const Files dir;
    CommandLine line;
    line.answer("POST /v1/peers", Answer{201, R"({"node":"sc","name":"四川","fingerprint":"03ab 99f0"})"});
    const Run run = line.run({"peer", "add", dir.file("sc.json", "{card}"), "--url", "https://h:1"});
    CHECK(run.code == 0);
    CHECK(has(run.out, "03ab 99f0"));
    CHECK(has(run.out, "核对指纹"));
    CHECK(Json::parse(line.body()) == Json::parse(R"({"card":"{card}","url":"https://h:1"})"));
    CHECK(line.run({"peer", "add", dir.file("none.json")}).code == 4);
}

TEST_CASE("asked for at once, an exchange that fails fails the command; a status does not") {
    const char* const answer =
        R"({"node":"cq","peers":[{"node":"sc","state":"backing_off","last_error":{"code":"unreachable","what":"no"}},)"
        R"({"node":"gz","state":"up_to_date"}]})";
    CommandLine line;
    line.answer("GET /v1/sync", std::string(answer));
    line.answer("POST /v1/sync/now", std::string(answer));
    const Run status = line.run({"sync", "status"});
    CHECK(status.code == 0);
    CHECK(has(status.out, "连不上，重试中"));
    CHECK(has(status.out, "sc: no"));
    CHECK(line.run({"sync", "now"}).code == 6);
    CHECK(line.run({"sync", "now", "sc"}).code == 6);
    CHECK(line.run({"sync", "now", "gz"}).code == 0);
}

TEST_CASE("problems end with their exit code, and say what, where and what to do") {
    struct Row {
        int status;
        const char* code;
        int exit;
    };
    for (const Row& row :
         {Row{400, "bad_request", 3}, Row{422, "bad_check_digit", 3}, Row{404, "not_found", 4}, Row{412, "stale", 5},
          Row{409, "already_exists", 5}, Row{428, "bad_request", 5}, Row{503, "busy", 6}, Row{502, "unreachable", 6},
          Row{403, "not_allowed", 8}, Row{401, "unauthenticated", 8}, Row{500, "internal", 1}, Row{507, "disk_full", 1},
          Row{500, "corrupt", 7}, Row{404, "", 4}, Row{418, "", 3}, Row{500, "new_code", 1}}) {
        const std::string body = std::string(R"({"code":")") + row.code + R"(","detail":"D","where":"W","cure":"C"})";
        for (const bool json : {false, true}) {
            CommandLine line;
            line.answer("GET /v1/sync", Answer{row.status, body, "application/problem+json"});
            std::vector<std::string> words{"sync", "status"};
            if (json) words.emplace_back("--json");
            const Run run = line.run(words);
            CAPTURE(row.status);
            CAPTURE(row.code);
            CHECK(run.code == row.exit);
            CHECK(run.out.empty());
            CHECK(run.err == (json ? body + "\n" : std::string("minglu: W: D (C)\n")));
        }
    }
}

TEST_CASE("no node is its own exit code, with --json as a problem document too") {
    CommandLine line;
    line.node.fault = Error{ErrorCode::unreachable, "nobody answers", "/d/minglu.sock", "start it"};
    CHECK(line.run({"sync", "status"}).code == 6);
    const Run json = line.run({"sync", "status", "--json"});
    CHECK(json.code == 6);
    CHECK(Json::parse(json.err)["code"] == "unreachable");
}

TEST_CASE("an answer that is not JSON is a fault, not a crash") {
    CommandLine line;
    line.answer("GET /v1/sync", std::string("<html>"));
    CHECK(line.run({"sync", "status"}).code == 1);
}

TEST_CASE("answers of other shapes show what they have") {
    for (const char* const odd :
         {"{}", "[]", "null", "3", R"({"items":3,"peers":{},"freshness":[]})",
          R"({"items":[3,null,{}],"peers":[[]],"freshness":{"node":"cq","partners":[null]}})"}) {
        CommandLine line;
        for (const char* request : {"GET /v1/sync", "GET /v1/entries", "GET /v1/conflicts", "GET /v1/batches",
                                    "GET /v1/peers", "GET /v1/tokens", "GET /v1/incidents"})
            line.answer(request, std::string(odd));
        CAPTURE(odd);
        CHECK(line.run({"sync", "status"}).code == 0);
        CHECK(line.run({"query"}).code == 0);
        for (const char* group : {"conflict", "batch", "peer", "token", "incident"})
            CHECK(line.run({group, "list"}).code == 0);
    }
}
