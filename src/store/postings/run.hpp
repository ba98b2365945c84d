#pragma once
/// A run that has been written: its pages, found by where they start.
#include <cstdint>
#include <memory>
#include <vector>

#include "src/store/postings/page.hpp"

namespace minglu::postings {

/// Where each page of a run starts. Kept in memory, about 20 bytes for a page of 8 KiB; stored as
/// `(first, size of the term, term)*`, numbers as varints.
class RunDirectory {
public:
    RunDirectory() = default;
    /// Throws StoreFault(corrupt).
    explicit RunDirectory(std::string_view stored);

    void add(const PageStart& start);
    [[nodiscard]] std::string stored() const;
    [[nodiscard]] std::uint32_t pages() const { return static_cast<std::uint32_t>(starts_.size()); }
    [[nodiscard]] PageStart start(std::uint32_t page) const;
    /// The last page that starts at or before (term, doc); the first page when none does.
    [[nodiscard]] std::uint32_t page_for(std::string_view term, DocNo doc) const;

private:
    struct Start {
        std::uint32_t at;
        std::uint32_t size;
        DocNo first;
    };
    std::string terms_;
    std::vector<Start> starts_;
};

/// Bytes of a page; they never change, so that readers can share them.
using PageBytes = std::shared_ptr<const std::string>;

/// A run as its readers see it. `pages` outlives every cursor made from it.
class PageSource {
public:
    virtual ~PageSource() = default;
    /// Never null. Throws StoreFault(corrupt) when the page is missing.
    [[nodiscard]] virtual PageBytes read_page(std::int64_t run_no, std::uint32_t page) = 0;
};

struct Run {
    std::int64_t no = 0;
    std::shared_ptr<const RunDirectory> directory;
    PageSource* pages = nullptr;
};

}  // namespace minglu::postings
