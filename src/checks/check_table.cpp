#include "src/checks/check_table.hpp"

#include <xlsxwriter.h>

#include <cerrno>
#include <optional>

#include "catalog/export/csv.hpp"
#include "catalog/protection.hpp"
#include "catalog/terms.hpp"
#include "catalog/text/utf8.hpp"

namespace minglu {

namespace {

constexpr std::size_t cell_characters_max = 32'767;  // of a spreadsheet

struct Label {
    std::string_view code;
    std::string_view text;
};
constexpr std::array<Label, 4> match_labels{
    {{"number", "号码"}, {"name", "名称"}, {"text", "近似"}, {"none", "未找到"}}};

/// UTF-16 units are what a spreadsheet counts; characters beyond the basic plane are two.
std::string cut(const std::string& text) {
    std::size_t units = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        units += step.code > 0xFFFF ? 2 : 1;
        if (units > cell_characters_max) return text.substr(0, at);
        at += step.size;
    }
    return text;
}

/// Calls `put(column, text)` for each cell of a row.
template <class Put>
void for_each_cell(std::size_t columns, const std::vector<std::string>& cells, const Answer& answer,
                   AnswerColumns answers, const Put& put) {
    for (std::size_t i = 0; i < columns; ++i) put(i, i < cells.size() ? cells[i] : std::string());
    for (std::size_t i = 0; i < answers.size(); ++i)
        put(columns + i, answer_text(answers[i].member, answer[i], answer[answer_place("key")]));
}

Answer answer_headers() {
    Answer headers;
    for (std::size_t i = 0; i < headers.size(); ++i) headers[i] = answer_columns[i].header;
    return headers;
}

}  // namespace

std::string answer_text(std::string_view member, const std::string& value, std::string_view key) {
    if (member == "match")
        for (const Label& label : match_labels)
            if (label.code == value) return std::string(label.text);
    if (member == "right")
        for (const RightState state : all_right_states)
            if (name(state) == value) return std::string(label_zh(state));
    if (member == "verdict" || member == "as_known_then" || member == "lookalike_verdict") {
        for (const Verdict verdict : all_verdicts)
            if (name(verdict) == value) return std::string(label_zh(verdict));
        if (value == verdict_not_found) return "名录中未找到";
    }
    if (member == "status" || member == "listing") {
        const auto kind = parse_kind(key.substr(0, key.find('/')));
        const Term* const term = find_term(member, value, kind ? std::optional(*kind) : std::nullopt);
        if (term != nullptr) return term->label_zh;
    }
    return value;
}

std::string csv_header(const std::vector<std::string>& headers, AnswerColumns answers) {
    return "\xEF\xBB\xBF" + csv_row(headers.size(), headers, answer_headers(), answers);
}

std::string csv_row(std::size_t columns, const std::vector<std::string>& cells, const Answer& answer,
                    AnswerColumns answers) {
    std::string line;
    for_each_cell(columns, cells, answer, answers, [&](std::size_t column, const std::string& text) {
        if (column > 0) line += ',';
        append_csv_cell(line, text);
    });
    return line + "\r\n";
}

struct CheckWorkbook::Book {
    std::filesystem::path file;
    std::string folder;
    lxw_workbook* book = nullptr;
    lxw_worksheet* sheet = nullptr;
    std::vector<std::pair<std::string, std::string>> about;
    std::size_t columns = 0;
    AnswerColumns answers;
    lxw_row_t row = 0;
};

CheckWorkbook::CheckWorkbook(std::filesystem::path file, const std::vector<std::string>& headers, AnswerColumns answers,
                             std::vector<std::pair<std::string, std::string>> about)
    : book_(std::make_unique<Book>()) {
    book_->folder = file.parent_path().string();
    book_->file = std::move(file);
    book_->about = std::move(about);
    book_->columns = headers.size();
    book_->answers = answers;
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    options.tmpdir = book_->folder.data();
    book_->book = workbook_new_opt(book_->file.c_str(), &options);
    if (book_->book == nullptr) throw std::bad_alloc();
    book_->sheet = workbook_add_worksheet(book_->book, "核查结果");
    worksheet_freeze_panes(book_->sheet, 1, 0);
    add(headers, answer_headers());
}

CheckWorkbook::~CheckWorkbook() {
    if (book_->book != nullptr) (void)close();
}

void CheckWorkbook::add(const std::vector<std::string>& cells, const Answer& answer) {
    for_each_cell(book_->columns, cells, answer, book_->answers, [&](std::size_t column, const std::string& text) {
        if (!text.empty())
            worksheet_write_string(book_->sheet, book_->row, static_cast<lxw_col_t>(column), cut(text).c_str(),
                                   nullptr);
    });
    ++book_->row;
}

Result<void> CheckWorkbook::close() {
    lxw_worksheet* const about = workbook_add_worksheet(book_->book, "说明");
    lxw_row_t row = 0;
    for (const auto& [label, value] : book_->about) {
        worksheet_write_string(about, row, 0, label.c_str(), nullptr);
        worksheet_write_string(about, row++, 1, cut(value).c_str(), nullptr);
    }
    errno = 0;
    const lxw_error error = workbook_close(std::exchange(book_->book, nullptr));
    if (error == LXW_NO_ERROR) return {};
    return fail({errno == ENOSPC ? ErrorCode::disk_full : ErrorCode::io,
                 std::string("the workbook cannot be written: ") + lxw_strerror(error), book_->file.string(),
                 "check the space, or ask for CSV"});
}

}  // namespace minglu
