#pragma once
/// Collects terms of documents in memory, and writes them out as one run.
#include <vector>

#include "src/store/postings/page.hpp"

namespace minglu::postings {

class RunBuilder {
public:
    RunBuilder();

    /// Documents may come in any order; ascending is fastest. Terms longer than `term_bytes_max` are cut.
    void add(DocNo doc, std::string_view term);
    [[nodiscard]] bool empty() const { return lists_.empty(); }
    /// About what is held in memory.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    /// Terms in bytewise order with ascending documents.
    void write(PageWriter& out);
    void clear();

private:
    struct List {
        std::uint32_t at = 0;  ///< of the term in `terms_`
        std::uint32_t size = 0;
        DocNo last = 0;
        std::string docs;
    };
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t list = 0;  ///< index + 1; 0 = free
    };
    /// A document that came behind a larger one of the same term.
    struct Late {
        std::uint32_t list;
        DocNo doc;
    };
    [[nodiscard]] std::string_view term_of(const List& list) const {
        return std::string_view(terms_).substr(list.at, list.size);
    }
    List& list_of(std::string_view term);
    void grow();
    void write_with_late(PageWriter& out, const List& list, std::vector<DocNo> late) const;

    std::string terms_;
    std::vector<List> lists_;
    std::vector<Slot> slots_;
    std::vector<Late> late_;
    std::size_t bytes_ = 0;
};

}  // namespace minglu::postings
