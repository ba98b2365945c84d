#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "catalog/import/csv_reader.hpp"

using namespace minglu;

namespace {

struct Table {
    std::vector<CsvRow> rows;
    std::string error;
};

Table read_in_chunks(std::string_view text, const std::vector<std::size_t>& sizes, char delimiter = '\0') {
    Table table;
    CsvReader reader{[&](const CsvRow& row) -> Result<void> {
                         table.rows.push_back(row);
                         return {};
                     },
                     delimiter};
    std::size_t at = 0;
    for (std::size_t i = 0; at < text.size(); ++i) {
        const std::size_t size = sizes.empty() ? text.size() : 1 + sizes[i % sizes.size()] % 5;
        if (auto fed = reader.feed(text.substr(at, size)); !fed) {
            table.error = describe(fed.error());
            return table;
        }
        at += size;
    }
    if (auto ended = reader.finish(); !ended) table.error = describe(ended.error());
    return table;
}

std::string shown(const Table& table) {
    std::string out;
    for (const CsvRow& row : table.rows) {
        out += std::to_string(row.row) + "@" + std::to_string(row.line) + ":";
        for (const std::string& cell : row.cells) out += "[" + cell + "]";
        out += ";";
    }
    return out + table.error;
}

}  // namespace

TEST_CASE("tables in the spellings that programs write") {
    struct Case {
        std::string_view text, rows;
    };
    const Case cases[] = {
        {"", ""},
        {"a,b", "1@1:[a][b];"},
        {"a,b\r\n1,2\r\n", "1@1:[a][b];2@2:[1][2];"},
        {"a,b\n1,2\n", "1@1:[a][b];2@2:[1][2];"},
        {"a,b\r1,2\r", "1@1:[a][b];2@2:[1][2];"},
        {"\xEF\xBB\xBF"
         "a,b\n",
         "1@1:[a][b];"},
        {"a\tb\n1,5\t2\n", "1@1:[a][b];2@2:[1,5][2];"},
        {"a;b;c\n1,5;2;\n", "1@1:[a][b][c];2@2:[1,5][2][];"},
        {"\"a,b\tx\";c\n", "1@1:[a,b\tx][c];"},
        {"a,b\n\"x\ny\",\"say \"\"hi\"\"\"\nz,\n", "1@1:[a][b];2@2:[x\ny][say \"hi\"];3@4:[z][];"},
        {"a,b\n\"x\r\ny\",1\n2,3", "1@1:[a][b];2@2:[x\r\ny][1];3@4:[2][3];"},
        {"a,b\n\n\n1,2\n", "1@1:[a][b];4@4:[1][2];"},
        {"a,b\n\"\"\n", "1@1:[a][b];2@2:[];"},
        {"a,b\n5\" pipe,2\n", "1@1:[a][b];2@2:[5\" pipe][2];"},
        {",\n,\n", "1@1:[][];2@2:[][];"},
    };
    for (const Case& c : cases) CHECK_MESSAGE(shown(read_in_chunks(c.text, {})) == c.rows, c.text);
}

TEST_CASE("broken tables say where") {
    struct Case {
        std::string text, what, where;
    };
    const Case cases[] = {
        {"a,b\n1,\"x\ny,z\n", "never closed", "row 2, column 2, line 2"},
        {"a,b\n\"x\"y,1\n", "follows a closing quote", "row 2, column 1, line 2"},
        {"a\n" + std::string(csv_cell_bytes_max + 1, 'x') + "\n", "64 KiB", "row 2"},
        {"a\n\"" + std::string(csv_cell_bytes_max + 1, 'x') + "\n", "line 2", "row 2"},
        {std::string(csv_columns_max, ',') + "\n", "512 columns", "row 1"},
        {std::string(csv_cell_bytes_max * 5, 'x'), "256 KiB", "row 1"},
    };
    for (const Case& c : cases) {
        const std::string small_chunks = read_in_chunks(c.text, {4}).error;
        const std::string error = read_in_chunks(c.text, {}).error;
        CHECK_MESSAGE(error.find(c.what) != std::string::npos, error);
        CHECK_MESSAGE(error.find(c.where) == 0, error);
        CHECK(small_chunks.substr(0, c.where.size()) == c.where);
    }
    CHECK(read_in_chunks("a\n" + std::string(csv_cell_bytes_max, 'x') + "\n", {}).error.empty());
    CHECK(read_in_chunks(std::string(csv_columns_max - 1, ',') + "\n", {}).error.empty());
}

TEST_CASE("how the text is cut changes neither rows nor error") {
    CHECK(rc::check([](const std::vector<unsigned>& picks, const std::vector<std::size_t>& sizes) {
        static const char* const pieces[] = {"a",    "重", ",",  "\"",   "\r",          "\n",
                                             "\r\n", ";",  "\t", "\"\"", "\xEF\xBB\xBF"};
        std::string text;
        for (const unsigned pick : picks) text += pieces[pick % std::size(pieces)];
        RC_ASSERT(shown(read_in_chunks(text, sizes)) == shown(read_in_chunks(text, {})));
    }));
}

TEST_CASE("the reader stops where the caller refuses a row") {
    int taken = 0;
    CsvReader reader{[&](const CsvRow&) -> Result<void> {
        if (++taken == 2) return fail({ErrorCode::bad_value, "enough", "", ""});
        return {};
    }};
    const auto fed = reader.feed("a\nb\nc\nd\n");
    REQUIRE_FALSE(fed.has_value());
    CHECK(fed.error().what == "enough");
    CHECK(taken == 2);
}
