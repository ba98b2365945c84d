/// Columns, cutting, wrapping, and what a terminal must never be sent.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <sstream>

#include "src/cli/progress.hpp"
#include "src/cli/table.hpp"
#include "src/cli/text_width.hpp"

using namespace minglu::cli;

TEST_CASE("width counts columns, not characters") {
    struct Row {
        const char* text;
        std::size_t width;
    };
    for (const Row& row : {Row{"", 0}, Row{"abc", 3}, Row{"涪陵榨菜", 8}, Row{"ＡＢ", 4}, Row{"（）", 4},
                           Row{"e\u0301", 1}, Row{"a\u200Bb", 2}, Row{"𠮷", 2}, Row{"—", 1}, Row{"A涪b", 4}}) {
        CAPTURE(row.text);
        CHECK(display_width(row.text) == row.width);
    }
}

TEST_CASE("nothing that a terminal would obey gets through") {
    struct Row {
        std::string text, expected;
    };
    for (const Row& row : {Row{"a\x1b[31mb", "a [31mb"}, Row{"line\nbreak\ttab", "line break tab"},
                           Row{"a\u202Eb", "a b"}, Row{"  two   words ", "two   words"}, Row{"\u0085x", "x"},
                           Row{"bad \xff\xfe byte", "bad  byte"}, Row{"cut \xe6\xb6", "cut"}, Row{"涪陵", "涪陵"}}) {
        CHECK(printable(row.text) == row.expected);
    }
}

TEST_CASE("text fits or is cut with an ellipsis") {
    struct Row {
        const char* text;
        std::size_t columns;
        const char* expected;
    };
    for (const Row& row : {Row{"涪陵榨菜", 8, "涪陵榨菜"}, Row{"涪陵榨菜", 7, "涪陵榨…"}, Row{"涪陵榨菜", 6, "涪陵…"},
                           Row{"abc", 3, "abc"}, Row{"abcd", 3, "ab…"}, Row{"abc", 0, ""}, Row{"涪", 1, "…"}}) {
        CAPTURE(row.columns);
        CHECK(fit(row.text, row.columns) == row.expected);
    }
}

TEST_CASE("wrapping breaks at spaces, else between characters") {
    using Lines = std::vector<std::string>;
    CHECK(wrap("one two three", 7) == Lines{"one two", "three"});
    CHECK(wrap("one two three", 6) == Lines{"one", "two", "three"});
    CHECK(wrap("涪陵榨菜", 5) == Lines{"涪陵", "榨菜"});
    CHECK(wrap("", 5) == Lines{""});
    CHECK(wrap("abcdef", 2) == Lines{"ab", "cd", "ef"});
}

TEST_CASE("wrapping loses nothing but spaces, and keeps to the width") {
    rc::check([] {
        const auto words = *rc::gen::container<std::vector<std::string>>(
            rc::gen::element<std::string>("涪陵", "榨菜", "a", "long", "（", "x1", "地理标志"));
        std::string text;
        for (const auto& word : words) text += (text.empty() || word.size() % 2 == 0 ? "" : " ") + word;
        const std::size_t columns = *rc::gen::inRange<std::size_t>(2, 20);
        std::string joined;
        for (const auto& line : wrap(text, columns)) {
            RC_ASSERT(display_width(line) <= columns);
            joined += line;
        }
        const auto without_spaces = [](std::string from) {
            from.erase(std::remove(from.begin(), from.end(), ' '), from.end());
            return from;
        };
        RC_ASSERT(without_spaces(joined) == without_spaces(text));
        RC_ASSERT(display_width(fit(text, columns)) <= columns);
    });
}

TEST_CASE("columns stand under each other in wide and narrow characters alike") {
    std::ostringstream out;
    Table table({"条目", "name", "n"});
    table.add({"gi/AGI03244", "涪陵榨菜", "1"});
    table.add({"p", "abc"});
    table.print({out, false, 0});
    CHECK(out.str() ==
          "条目         name      n\n"
          "gi/AGI03244  涪陵榨菜  1\n"
          "p            abc\n");
}

TEST_CASE("on a terminal the widest column gives way; wrapped cells keep everything") {
    Table table({"k", "v"});
    table.add({"key", "一二三四五六七八九十"});
    std::ostringstream cut;
    table.print({cut, false, 16});
    CHECK(cut.str() == "k    v\nkey  一二三四五…\n");
    table.wrap_cells();
    std::ostringstream wrapped;
    table.print({wrapped, false, 16});
    CHECK(wrapped.str() == "k    v\nkey  一二三四五\n     六七八九十\n");
}

TEST_CASE("what must stay whole does, what is spare goes, and the line says so") {
    const auto printed = [](std::size_t columns) {
        Table table({{"结论", Keep::whole}, "名称", {"状态", Keep::spare}, {"所在", Keep::spare}, "空"});
        table.add({"在册，权利有效", "一二三四五六七八九十", "登记", "重庆市涪陵区"});
        table.add({"在册，权利状态未载明", "一", "", "成都"});
        std::ostringstream out;
        table.print({out, false, columns});
        return out.str();
    };
    // 20 + 2 + 20 + 2 + 4 + 2 + 12
    CHECK(printed(62) ==
          "结论                  名称                  状态  所在\n"
          "在册，权利有效        一二三四五六七八九十  登记  重庆市涪陵区\n"
          "在册，权利状态未载明  一                          成都\n");
    CHECK(printed(46) ==
          "结论                  名称      状态  所在\n"
          "在册，权利有效        一二三…   登记  重庆市…\n"
          "在册，权利状态未载明  一              成都\n");
    CHECK(printed(45) ==
          "结论                  名称               状态\n"
          "在册，权利有效        一二三四五六七八…  登记\n"
          "在册，权利状态未载明  一\n"
          "终端太窄，未显示：所在\n");
    for (const std::size_t columns : {1U, 29U}) {
        CHECK(printed(columns) ==
              "结论                  名称\n"
              "在册，权利有效        一二三…\n"
              "在册，权利状态未载明  一\n"
              "终端太窄，未显示：状态、所在\n");
    }
    CHECK(printed(0) == printed(62));
}

TEST_CASE("a table without any value prints nothing") {
    std::ostringstream out;
    Table table({"a", "b"});
    table.add({"", ""});
    table.print({out, false, 80});
    CHECK(out.str().empty());
}

TEST_CASE("colours only where there are any") {
    for (const bool colours : {false, true}) {
        std::ostringstream out;
        Table table({"a"});
        table.add({Cell("x", Tone::bad)});
        table.print({out, colours, 0});
        CHECK((out.str().find('\x1b') != std::string::npos) == colours);
    }
}

TEST_CASE("a progress bar draws on terminals alone, and clears its line") {
    std::ostringstream silent;
    {
        ProgressBar bar(silent, false, 80);
        bar.show("读取", 1, 2);
    }
    CHECK(silent.str().empty());

    std::ostringstream drawn;
    {
        ProgressBar bar(drawn, true, 80);
        bar.show("读取", 1, 2, "新增 3");
        const std::string first = drawn.str();
        CHECK(first.find("[############............] 50%  新增 3") != std::string::npos);
        bar.show("读取", 1, 2, "新增 3");
        CHECK(drawn.str() == first);
        bar.show("读取", 5, 2);
        CHECK(drawn.str().find("100%") != std::string::npos);
    }
    CHECK(drawn.str().ends_with("\r\x1b[K"));
}
