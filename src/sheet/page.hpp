#pragma once
/// One printed page as HTML: the few shapes that the sheet is made of. Every text is escaped.
#include <initializer_list>
#include <string>
#include <string_view>

namespace minglu {

class Page {
public:
    explicit Page(std::string_view title);

    void title(std::string_view text, std::string_view below);
    void heading(std::string_view text);
    void paragraph(std::string_view text);
    void code(std::string_view text);
    void verdict(std::string_view text, bool good);
    void footnote(std::string_view text);

    /// Label and value, one below the other.
    void begin_table();
    void row(std::string_view label, std::string_view value);
    /// `data_url` of a picture, "data:image/…"; shown as text when it is of another form.
    void picture_row(std::string_view label, std::string_view data_url);
    void end_table();

    void begin_list(std::initializer_list<std::string_view> columns);
    void list_row(std::initializer_list<std::string_view> cells);
    void end_list();

    /// A picture on the left, what follows beside it.
    void begin_check(std::string_view svg);
    void end_check();

    /// A link that saves `bytes`; on the screen only.
    void download(std::string_view text, std::string_view file_name, std::string_view bytes);

    [[nodiscard]] std::string done() &&;

private:
    void element(std::string_view name, std::string_view text);

    std::string out_;
};

}  // namespace minglu
