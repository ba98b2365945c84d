#pragma once
/// A checked list as a table: the columns of the list as they came, then `answers`, the columns of the answer that the
/// result has, row for row.
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "minglu/error.hpp"
#include "src/checks/goods_answer.hpp"

namespace minglu {

/// What people read instead of the code: "number" → "号码". Others as they are.
[[nodiscard]] std::string answer_text(std::string_view member, const std::string& value, std::string_view key);

/// RFC 4180 with a byte order mark, as exports are.
[[nodiscard]] std::string csv_header(const std::vector<std::string>& headers, AnswerColumns answers);
[[nodiscard]] std::string csv_row(std::size_t columns, const std::vector<std::string>& cells, const Answer& answer,
                                  AnswerColumns answers);

/// An .xlsx workbook, written row by row in bounded memory. Every cell is text, so none is ever calculated.
class CheckWorkbook {
public:
    /// Writes `file` when it is closed, and keeps temporary files beside it. `about`: label and value of each line of
    /// the second sheet, which says what was checked, when, against what.
    CheckWorkbook(std::filesystem::path file, const std::vector<std::string>& headers, AnswerColumns answers,
                  std::vector<std::pair<std::string, std::string>> about);
    ~CheckWorkbook();
    CheckWorkbook(const CheckWorkbook&) = delete;
    CheckWorkbook& operator=(const CheckWorkbook&) = delete;

    void add(const std::vector<std::string>& cells, const Answer& answer);
    /// Errors: disk_full, io.
    [[nodiscard]] Result<void> close();

private:
    struct Book;
    std::unique_ptr<Book> book_;
};

}  // namespace minglu
