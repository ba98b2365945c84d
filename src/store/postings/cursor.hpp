#pragma once
/// Walking over the documents that match, in ascending order, page by page as far as they are asked for.
#include <memory>
#include <vector>

#include "src/store/postings/run.hpp"

namespace minglu::postings {

class DocCursor {
public:
    virtual ~DocCursor() = default;
    /// The first document from `least` on, or `end_of_docs`. `least` never decreases from call to call.
    virtual DocNo seek(DocNo least) = 0;
    /// About how many bytes of lists a walk over everything would read.
    [[nodiscard]] virtual std::uint64_t cost() const = 0;
};

struct WantedTerm {
    std::string text;
    bool prefix = false;
    friend bool operator==(const WantedTerm&, const WantedTerm&) = default;
};

/// Documents from `least` on that have all the terms, over all runs. There is at least one term.
[[nodiscard]] std::unique_ptr<DocCursor> all_terms(const std::vector<Run>& runs, const std::vector<WantedTerm>& terms,
                                                   DocNo least);

}  // namespace minglu::postings
