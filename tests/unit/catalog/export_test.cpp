#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "catalog/export/csv.hpp"
#include "catalog/export/json.hpp"
#include "catalog/import/cells.hpp"
#include "catalog/import/plan.hpp"
#include "catalog/text/canonical_walk.hpp"
#include "import_support.hpp"

using namespace minglu;
using namespace minglu::testing;

namespace {

std::string export_csv(std::string_view key, std::string_view view, HeaderLanguage headers,
                       std::vector<std::string> more = {}) {
    std::string out;
    CsvExport csv{{true, headers, std::move(more)}, [&](std::string_view bytes) { out += bytes; }};
    csv.add(EntryKey{std::string(key)}, view);
    return out;
}

/// Planned again from its own export.
PlannedEntry plan_again(std::string_view csv, std::string_view view) {
    const ImportedTable table = import_table(csv);
    CHECK(table.fatal == "");
    for (const RowError& error : table.errors) FAIL_CHECK(describe(error.error));
    PlannedEntry planned;
    planned.kind = PlanKind::refused;
    Planner planner{{},
                    [&](const EntryKey&) {
                        return Current{std::string(view), {}};
                    },
                    [&](PlannedEntry entry) -> Result<void> {
                        planned = std::move(entry);
                        return {};
                    }};
    for (const RowDraft& draft : table.drafts) CHECK(planner.add(draft).has_value());
    return planned;
}

}  // namespace

TEST_CASE("what was exported is imported as unchanged") {
    struct Case {
        std::string_view key, view;
    };
    const Case cases[] = {
        {"trademark/10325554/33",
         R"({"alt_text":"a;b","award":"=1+1","category":"酒","goods":"白酒；\"Rice\" Wine\n二","holders":[{"credit_code":"91110108551385082Q","name":"小米科技有限责任公司","role":"holder"},{"name":"乙（被许可人）公司","role":"licensee"}],"home":"cq","listed_on":"2025-06-01","listing":"listed","name":"-江小白","notes":"'=x","region":"500156","region_name":"武隆区","subtype":"goods_mark"})"},
        {"trademark/10325554/33",
         R"({"holders":[{"name":"甲；乙","role":"holder"}],"listing":"listed","name":" 空 格 "})"},
        {"trademark/10325554/33", R"({"listing":"listed","name":"json:\"x\"","notes":""})"},
        {"patent/201710601862.3",
         R"({"filed_on":"2017-07-21","granted_on":"2019-01-01","listing":"listed","name":"甲","publication_number":"CN107356789B","status":"granted","subtype":"invention"})"},
        {"gi/涪陵榨菜",
         R"({"announcement_number":"国家质检总局公告2010年第145号","listing":"listed","name":"涪陵榨菜","related":["gi/1389976/29"],"subtype":"gi_product"})"},
        {"gi/涪陵榨菜", R"({"ground":"revoked","listing":"removed","name":"涪陵榨菜","removed_on":"2025-01-01"})"},
    };
    for (const Case& c : cases) {
        for (const HeaderLanguage headers : {HeaderLanguage::chinese, HeaderLanguage::english}) {
            const std::string csv = export_csv(c.key, c.view, headers, {"award"});
            CAPTURE(csv);
            const PlannedEntry planned = plan_again(csv, c.view);
            CHECK(planned.kind == PlanKind::unchanged);
            for (const std::string& field : planned.fields) MESSAGE(field);
        }
    }
}

TEST_CASE("into an empty catalogue an export brings every field but the list state") {
    const std::string view =
        R"({"holders":[{"credit_code":"91110108551385082Q","name":"小米","role":"licensee"}],"name":"米","notes":"@x"})";
    const ImportedTable table = import_table(export_csv("trademark/10325554/33", view, HeaderLanguage::chinese));
    REQUIRE(table.drafts.size() == 1);
    CHECK(view_of(table.drafts[0].set) == view);
}

TEST_CASE("any text survives export and import") {
    CHECK(rc::check([](const std::vector<unsigned>& picks) {
        static const char* const pieces[] = {"a", "重",       " ",  "　", "\"",   "'",  "=",        "+",     "-",
                                             "@", "\t",       "\r", "\n", ",",    "；", ";",        "json:", "（",
                                             "(", "被许可人", "）", "\\", "\x01", "Ａ", "e\xCC\x81"};
        std::string text = "x";
        for (const unsigned pick : picks) text += pieces[pick % std::size(pieces)];
        const std::string value = json_string(text.substr(picks.size() % 2));
        if (value == "\"\"") return;
        const std::string view = R"({"holders":[{"name":)" + value +
                                 R"(,"role":"holder"}],"listing":"listed","name":)" + value + R"(,"otherfield":)" +
                                 value + "}";
        const std::string csv = export_csv("gi/AGI01459", view, HeaderLanguage::english, {"otherfield"});
        RC_ASSERT(plan_again(csv, view).kind == PlanKind::unchanged);
    }));
}

TEST_CASE("no cell starts a formula") {
    for (const char* const start : {"=", "+", "-", "@", "\t", "\r"}) {
        std::string line;
        append_csv_cell(line, std::string(start) + "1");
        CHECK((line.starts_with("'") || line.starts_with("\"'")));
    }
    std::string line;
    append_csv_cell(line, "1=2");
    CHECK(line == "1=2");
}

TEST_CASE("columns of what holds on the day, which an import skips") {
    const std::string view = R"({"holders":[{"name":"某协会","role":"holder"}],"listing":"listed","name":"涪陵榨菜"})";
    for (const HeaderLanguage headers : {HeaderLanguage::chinese, HeaderLanguage::english}) {
        std::string out;
        CsvExport csv{{true, headers, {}, true}, [&](std::string_view bytes) { out += bytes; }};
        csv.add(EntryKey{"gi/AGI01459"}, view, {"在册，权利未生效或已失效", "视为自始不存在", "在册，权利有效"});
        CHECK(out.find(headers == HeaderLanguage::chinese
                           ? "条目键,名录结论,权利本身,当时所知结论,名称,"
                           : "key,verdict,right,as_known_then,name,") != std::string::npos);
        CHECK(out.find("\r\ngi/AGI01459,在册，权利未生效或已失效,视为自始不存在,在册，权利有效,涪陵榨菜,") !=
              std::string::npos);
        CHECK(plan_again(out, view).kind == PlanKind::unchanged);
    }
    // A field of that name is another thing.
    for (const std::string field : {"verdict", "right", "as_known_then"})
        CHECK(export_csv("gi/x", "{}", HeaderLanguage::english, {field}).find("," + field) == std::string::npos);
}

TEST_CASE("rows end in CRLF and the mark can be left out") {
    std::string out;
    CsvExport csv{{false, HeaderLanguage::english, {}}, [&](std::string_view bytes) { out += bytes; }};
    CHECK(out.starts_with("key,name,"));
    CHECK(out.ends_with("\r\n"));
    CHECK(export_csv("gi/x", "{}", HeaderLanguage::chinese).starts_with("\xEF\xBB\xBF条目键,名称,"));
}

TEST_CASE("JSON as lines and as an array") {
    for (const JsonForm form : {JsonForm::lines, JsonForm::array}) {
        std::string out;
        JsonExport json{form, [&](std::string_view bytes) { out += bytes; }};
        json.finish();
        CHECK(out == (form == JsonForm::lines ? "" : "[]\n"));
    }
    std::string lines;
    JsonExport json{JsonForm::lines, [&](std::string_view bytes) { lines += bytes; }};
    json.add(EntryKey{"gi/a"}, R"({"name":"a"})", {});
    json.add(EntryKey{"gi/b"}, "{}", {}, {"protected", "in_force", ""});
    json.add(EntryKey{"gi/c"}, "{}", {}, {"listed_not_in_force", "never_existed", "protected"});
    json.finish();
    CHECK(lines ==
          "{\"etag\":\"\",\"fields\":{\"name\":\"a\"},\"key\":\"gi/a\"}\n"
          "{\"etag\":\"\",\"fields\":{},\"key\":\"gi/b\",\"right\":\"in_force\",\"verdict\":\"protected\"}\n"
          "{\"as_known_then\":\"protected\",\"etag\":\"\",\"fields\":{},\"key\":\"gi/c\",\"right\":\"never_existed\","
          "\"verdict\":\"listed_not_in_force\"}\n");
    const std::string last = lines.substr(lines.rfind("{\"as_known"));
    CHECK(canonical_json(last).value() + "\n" == last);
    std::string array;
    JsonExport list{JsonForm::array, [&](std::string_view bytes) { array += bytes; }};
    list.add(EntryKey{"gi/a"}, "{}", {});
    list.add(EntryKey{"gi/b"}, "{}", {});
    list.finish();
    std::string one_line = array;
    std::erase(one_line, '\n');
    CHECK(canonical_json(one_line) == one_line);
}
