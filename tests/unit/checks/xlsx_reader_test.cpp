#include <doctest/doctest.h>

#include "src/checks/xlsx_parts.hpp"
#include "src/checks/xlsx_reader.hpp"
#include "src/checks/xlsx_sheet.hpp"
#include "tests/unit/checks/xlsx_support.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

using Cells = std::vector<std::vector<std::string>>;

Result<std::vector<CsvRow>> read(const Parts& parts, const std::string& sheet = {}, const TableLimits& limits = {}) {
    const std::string bytes = zip_of(parts);
    const auto archive = ZipArchive::open(bytes);
    REQUIRE(archive);
    return read_xlsx(*archive, sheet, limits);
}

Cells cells_of(const Result<std::vector<CsvRow>>& rows) {
    if (!rows) INFO(describe(rows.error()));
    REQUIRE(rows);
    Cells cells;
    for (const CsvRow& row : *rows) cells.push_back(row.cells);
    return cells;
}

Error error_of(const Result<std::vector<CsvRow>>& rows) {
    REQUIRE_FALSE(rows);
    CHECK_FALSE(rows.error().cure.empty());
    return rows.error();
}

std::string text_cell(const std::string& place, const std::string& text) {
    return R"(<c r=")" + place + R"(" t="inlineStr"><is><t>)" + text + "</t></is></c>";
}

const Parts strings_and_styles{
    {"xl/sharedStrings.xml",
     xml_head +
         "<sst><si><t>商标注册号</t></si><si><r><t>老</t></r><r><t>干妈</t></r><rPh sb=\"0\" eb=\"1\"><t>lao</t></rPh>"
         "</si></sst>"},
    {"xl/styles.xml",
     xml_head + "<styleSheet><numFmts><numFmt numFmtId=\"165\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/>"
                "<numFmt numFmtId=\"166\" formatCode=\"0.00&quot;day&quot;\"/></numFmts>"
                "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
                "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"165\"/><xf numFmtId=\"166\"/>"
                "<xf numFmtId=\"31\"/></cellXfs></styleSheet>"}};

}  // namespace

TEST_CASE("cells of every type come as text, as people write them") {
    struct Case {
        const char* name;
        std::string cell;
        std::string text;
    };
    const std::vector<Case> cases{
        {"shared text", R"(<c r="A1" t="s"><v>0</v></c>)", "商标注册号"},
        {"rich text without its phonetic guide", R"(<c r="A1" t="s"><v>1</v></c>)", "老干妈"},
        {"shared text that is not there", R"(<c r="A1" t="s"><v>99</v></c>)", ""},
        {"shared text by no number", R"(<c r="A1" t="s"><v>x</v></c>)", ""},
        {"inline text", text_cell("A1", "涪陵榨菜"), "涪陵榨菜"},
        {"integer", R"(<c r="A1"><v>10325554</v></c>)", "10325554"},
        {"integer in exponents", R"(<c r="A1"><v>1.0325554E7</v></c>)", "10325554"},
        {"application number as it is computed", R"(<c r="A1"><v>201710601862.29999</v></c>)", "201710601862.3"},
        {"nonsense number", R"(<c r="A1"><v>1e999</v></c>)", "1e999"},
        {"formula with its value", R"(<c r="A1"><f>1+1</f><v>2</v></c>)", "2"},
        {"formula with a text", R"(<c r="A1" t="str"><f>A2</f><v>文</v></c>)", "文"},
        {"formula without a value", R"(<c r="A1"><f>WEBSERVICE("http://x")</f></c>)", ""},
        {"error", R"(<c r="A1" t="e"><v>#N/A</v></c>)", ""},
        {"truth", R"(<c r="A1" t="b"><v>1</v></c>)", "TRUE"},
        {"date by a built-in format", R"(<c r="A1" s="1"><v>46053</v></c>)", "2026-01-31"},
        {"date and time", R"(<c r="A1" s="1"><v>46053.75</v></c>)", "2026-01-31"},
        {"date by a Chinese format", R"(<c r="A1" s="4"><v>46053</v></c>)", "2026-01-31"},
        {"date by an own format", R"(<c r="A1" s="2"><v>46053</v></c>)", "2026-01-31"},
        {"number whose format quotes a day", R"(<c r="A1" s="3"><v>46053</v></c>)", "46053"},
        {"first day", R"(<c r="A1" s="1"><v>1</v></c>)", "1900-01-01"},
        {"behind the day that never was", R"(<c r="A1" s="1"><v>61</v></c>)", "1900-03-01"},
        {"no such style", R"(<c r="A1" s="77"><v>46053</v></c>)", "46053"},
        {"ISO date", R"(<c r="A1" t="d"><v>2026-01-31T00:00:00</v></c>)", "2026-01-31"},
        {"escapes", text_cell("A1", "a&amp;b &lt;c&gt; &#x6DAA;"), "a&b <c> 涪"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.name);
        const auto rows =
            read(book_of(sheet_xml("<row r=\"1\">" + c.cell + text_cell("B1", "end") + "</row>"), strings_and_styles));
        CHECK(cells_of(rows) == Cells{{c.text, "end"}});
    }
}

TEST_CASE("days may be counted from 1904") {
    Parts parts = book_of(sheet_xml(R"(<row r="1"><c r="A1" s="1"><v>44591</v></c></row>)"), strings_and_styles);
    parts[0].second.insert(parts[0].second.find("<sheets>"), R"(<workbookPr date1904="1"/>)");
    CHECK(cells_of(read(parts)) == Cells{{"2026-01-31"}});
}

TEST_CASE("rows and cells keep their places, with gaps, without references, out of order") {
    const auto rows = read(book_of(sheet_xml("<row r=\"3\">" + text_cell("C3", "c") + "</row><row/><row r=\"2\">" +
                                             text_cell("A2", "a") + "<c t=\"inlineStr\"><is><t>b</t></is></c></row>")));
    CHECK(cells_of(rows) == Cells{{"a", "b"}, {"", "", "c"}});
    CHECK((*rows)[0].row == 2);
    CHECK((*rows)[1].row == 3);
}

TEST_CASE("a value that is merged over rows stands in each of them, over columns once") {
    const std::string rows = "<row r=\"1\">" + text_cell("A1", "标题") + "</row><row r=\"2\">" + text_cell("A2", "甲") +
                             text_cell("B2", "1") + "</row><row r=\"3\">" + text_cell("B3", "2") +
                             "</row><row r=\"4\">" + text_cell("B4", "3") + "</row>";
    const std::string merged =
        R"(<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A2:A3"/><mergeCell ref="A9:A12"/>)"
        R"(<mergeCell ref="nonsense"/></mergeCells>)";
    CHECK(cells_of(read(book_of(sheet_xml(rows, merged)))) == Cells{{"标题"}, {"甲", "1"}, {"甲", "2"}, {"", "3"}});
}

TEST_CASE("merged cells that overlap cannot take the time of the node") {
    std::string rows;
    for (int i = 1; i <= 100; ++i)
        rows += "<row r=\"" + std::to_string(i) + "\">" + text_cell("A" + std::to_string(i), "x") + "</row>";
    std::string merged = "<mergeCells>";
    for (int i = 0; i < 5'000; ++i) merged += R"(<mergeCell ref="A1:A100"/>)";
    TableLimits limits;
    limits.rows_max = 100;
    CHECK(error_of(read(book_of(sheet_xml(rows, merged + "</mergeCells>")), "", limits)).code == ErrorCode::malformed);
}

TEST_CASE("the sheet that is meant is found by its name, the first shown one else") {
    const std::string workbook =
        xml_head + R"(<workbook xmlns:r="r"><sheets><sheet name="旧" state="hidden" r:id="rId1"/>)"
                   R"(<sheet name="清单" r:id="rId2"/><sheet name="另" r:id="rId3"/></sheets></workbook>)";
    const Parts parts{{"xl/workbook.xml", workbook},
                      {"xl/_rels/workbook.xml.rels", xml_head + "<Relationships>" + relation(1, "worksheets/a.xml") +
                                                         relation(2, "/xl/worksheets/b.xml") +
                                                         relation(3, "worksheets/gone.xml") + "</Relationships>"},
                      {"xl/worksheets/a.xml", sheet_xml("<row>" + text_cell("A1", "hidden") + "</row>")},
                      {"xl/worksheets/b.xml", sheet_xml("<row>" + text_cell("A1", "shown") + "</row>")}};
    CHECK(cells_of(read(parts)) == Cells{{"shown"}});
    CHECK(cells_of(read(parts, "清单")) == Cells{{"shown"}});
    CHECK(error_of(read(parts, "无")).cure == "it has: 清单, 另");
    CHECK(error_of(read(parts, "另")).code == ErrorCode::not_found);
    CHECK(error_of(read(book_of("", {{"xl/workbook.xml", xml_head + "<workbook/>"}}))).code == ErrorCode::not_found);
    CHECK(error_of(read({{"word/document.xml", "<w/>"}})).code == ErrorCode::not_found);
}

TEST_CASE("what is too large is refused where it becomes so, whatever the archive says of itself") {
    TableLimits small;
    small.part_bytes_max = std::size_t{1} << 20;
    small.text_bytes_max = std::size_t{1} << 19;
    small.rows_max = 50;
    small.columns_max = 4;
    const auto row = [](int number, const std::string& cells) {
        return "<row r=\"" + std::to_string(number) + "\">" + cells + "</row>";
    };
    std::string many;
    for (int i = 1; i <= 51; ++i) many += row(i, text_cell("A" + std::to_string(i), "x"));
    std::string strings = xml_head + "<sst>";
    for (int i = 0; i < 600; ++i) strings += "<si><t>" + std::string(1'000, 'x') + "</t></si>";
    std::string long_text;
    for (int i = 1; i <= 40; ++i) long_text += row(i, text_cell("A" + std::to_string(i), std::string(20'000, 'x')));
    struct Case {
        const char* name;
        Parts parts;
    };
    const std::vector<Case> cases{
        {"a sheet of spaces", book_of(sheet_xml(std::string(std::size_t{8} << 20, ' ')))},
        {"a million empty rows", book_of(sheet_xml([] {
             std::string rows;
             for (int i = 0; i < 1'048'576; ++i) rows += "<row/>";
             return rows;
         }()))},
        {"rows", book_of(sheet_xml(many))},
        {"columns", book_of(sheet_xml(row(1, text_cell("E1", "x"))))},
        {"a cell", book_of(sheet_xml(row(1, text_cell("A1", std::string(70'000, 'x')))))},
        {"text", book_of(sheet_xml(long_text))},
        {"shared text", book_of(sheet_xml(""), {{"xl/sharedStrings.xml", strings + "</sst>"}})},
    };
    for (const Case& c : cases) {
        CAPTURE(c.name);
        CHECK(error_of(read(c.parts, "", small)).code == ErrorCode::too_large);
    }
    // Formatted and empty, as spreadsheets leave them behind, is not too large.
    CHECK(cells_of(read(book_of(sheet_xml(row(1, text_cell("A1", "x") + R"(<c r="XFD1" s="1"/>)") +
                                          R"(<row r="1048576"><c r="A1048576"/></row>)")),
                        "", small)) == Cells{{"x"}});
}

TEST_CASE("hostile XML is refused") {
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += "<a>";
    const std::string laughs =
        R"(<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>)";
    const std::string outside =
        R"(<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet><sheetData/></worksheet>)";
    for (const std::string& sheet :
         {deep, laughs, outside, std::string("<worksheet><sheetData>"), std::string("\0\1", 2), std::string(),
          std::string("<worksheet>\xff</worksheet>")}) {
        CAPTURE(sheet.substr(0, 60));
        CHECK(error_of(read(book_of(sheet))).code == ErrorCode::malformed);
    }
    for (const char* part :
         {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml"}) {
        CAPTURE(part);
        CHECK(error_of(read(book_of(sheet_xml(""), {{part, laughs}}))).code == ErrorCode::malformed);
    }
}

TEST_CASE("archives that are none, damaged, or full of files are refused") {
    CHECK(ZipArchive::open("PK\x03\x04 nothing").error().code == ErrorCode::malformed);
    CHECK(ZipArchive::open_file("/nonexistent").error().code == ErrorCode::malformed);
    Parts many;
    for (std::size_t i = 0; i <= zip_files_max; ++i) many.emplace_back("f" + std::to_string(i), "");
    CHECK(ZipArchive::open(zip_of(many)).error().code == ErrorCode::too_large);
    std::string damaged = zip_of(book_of(sheet_xml(std::string(100'000, ' '))));
    const std::size_t at = damaged.find("sheet1.xml") + 20;
    for (std::size_t i = 0; i < 40; ++i) damaged[at + i] = static_cast<char>(~damaged[at + i]);
    const auto archive = ZipArchive::open(std::string_view(damaged));
    if (archive) CHECK_FALSE(read_xlsx(*archive));
    CHECK(is_xlsx(damaged));
    CHECK_FALSE(is_xlsx("名称,编号"));
    CHECK(is_old_workbook("\xD0\xCF\x11\xE0\xA1\xB1"));
}

TEST_CASE("places of cells") {
    CHECK(parse_cell_place("A1")->column == 0);
    CHECK(parse_cell_place("XFD1048576")->column == 16'383);
    CHECK(parse_cell_place("AA12")->row == 12);
    for (const char* wrong : {"", "A", "1", "A0", "XFE1", "A1048577", "a1", "A1B", "A-1", "ZZZZZZZZZZZZZZ1"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_cell_place(wrong));
    }
}

TEST_CASE("formats that show a date") {
    for (const char* date : {"yyyy-mm-dd", "m/d/yy", "[$-804]yyyy\"年\"m\"月\"d\"日\";@", "d-mmm", "YYYY/MM"}) {
        CAPTURE(date);
        CHECK(is_date_format(date));
    }
    for (const char* other : {"General", "0.00", "\"day\"0", "h:mm", "0\\d", "#,##0", "0;yy", "[Red]0", "\"", "["}) {
        CAPTURE(other);
        CHECK_FALSE(is_date_format(other));
    }
}
