#pragma once
/// Pages of a run: terms in bytewise order, each with its list of documents.
///
/// ```
/// page    := entry* offset* count
/// entry   := shared size suffix[size] bytes list[bytes]     numbers are varints
/// offset  := where each 16th entry starts, 2 bytes, little-endian; there `shared` is 0
/// count   := how many offsets, 2 bytes, little-endian
/// ```
/// `shared` bytes are those of the term before. A list too long for a page goes on in the next one under the same term.
#include <functional>
#include <optional>

#include "src/store/postings/docs.hpp"

namespace minglu::postings {

/// With SQLite's row around it, a page fills one leaf of 8192 bytes.
constexpr std::size_t page_bytes_max = 8'120;
constexpr std::size_t term_bytes_max = 512;

/// Where a page starts, in the order of the run: first by term, then by document.
struct PageStart {
    std::string_view term;
    DocNo first = 0;
    friend auto operator<=>(const PageStart&, const PageStart&) = default;
};

/// Cuts ascending terms with ascending documents into pages.
class PageWriter {
public:
    using Out = std::function<void(const PageStart& start, std::string_view page)>;
    explicit PageWriter(Out out) : out_(std::move(out)) {}

    /// Starts the next term, of at most `term_bytes_max` bytes.
    void term(std::string_view term);
    void add(DocNo doc);
    /// A whole list, already encoded, behind what the term has.
    void add_list(std::string_view list);
    /// Writes the last page. Nothing may be added afterwards.
    void finish();

private:
    [[nodiscard]] std::size_t bytes_with_chunk(std::size_t more) const;
    void close_entry();
    void close_page();

    Out out_;
    std::string term_;
    std::string chunk_;  ///< list of the current term, as far as it stands in this page
    DocNo chunk_first_ = 0;
    DocNo chunk_last_ = 0;
    std::string page_;
    std::string offsets_;
    std::string term_before_;
    std::size_t entries_ = 0;
    std::string start_term_;
    DocNo start_first_ = 0;
};

/// Walks over the entries of a page. Throws StoreFault(corrupt) where the bytes are no page.
class PageReader {
public:
    explicit PageReader(std::string_view page);

    /// False at the end.
    bool next();
    [[nodiscard]] const std::string& term() const { return term_; }
    [[nodiscard]] std::string_view list() const { return list_; }

    /// List of exactly this term.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view term);
    /// Moves to the last sixteenth entry that starts before `term`, so that next() soon meets it.
    void go_near(std::string_view term);

private:
    [[nodiscard]] std::size_t offset(std::size_t number) const;

    std::string_view entries_;
    std::string_view offsets_;
    std::string_view left_;
    std::string term_;
    std::string_view list_;
};

}  // namespace minglu::postings
