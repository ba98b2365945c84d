#pragma once
/// Runs kept in memory, and what they should hold.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "src/store/postings/cursor.hpp"
#include "src/store/postings/merge.hpp"
#include "src/store/postings/run_builder.hpp"

namespace minglu::postings {

using Model = std::map<std::string, std::set<DocNo>>;

constexpr DocNo doc_of(std::int64_t entry, std::int64_t number = 0) {
    return entry << doc_number_bits | number;
}

class MemoryRuns final : public PageSource {
public:
    Run write(RunBuilder& builder) {
        Writing writing{*this};
        PageWriter pages{writing.out()};
        builder.write(pages);
        pages.finish();
        return writing.done();
    }
    Run merge(std::vector<Run> runs, std::size_t step_bytes) {
        Writing writing{*this};
        Merge merge{std::move(runs), writing.out()};
        while (merge.step(step_bytes)) {
        }
        return writing.done();
    }
    PageBytes read_page(std::int64_t run_no, std::uint32_t page) override {
        ++reads_;
        return std::make_shared<const std::string>(pages_.at(run_no).at(page));
    }
    std::vector<std::string>& pages(const Run& run) { return pages_.at(run.no); }
    [[nodiscard]] int reads() const { return reads_; }

    static Run run_of(MemoryRuns& runs, const Model& model) {
        RunBuilder builder;
        for (const auto& [term, docs] : model) {
            for (const DocNo doc : docs) builder.add(doc, term);
        }
        return runs.write(builder);
    }

private:
    class Writing {
    public:
        explicit Writing(MemoryRuns& runs) : runs_(runs), no_(runs.next_no_++) { runs_.pages_[no_]; }
        PageWriter::Out out() {
            return [this](const PageStart& start, std::string_view page) {
                runs_.pages_[no_].emplace_back(page);
                directory_.add(start);
            };
        }
        Run done() { return {no_, std::make_shared<RunDirectory>(directory_.stored()), &runs_}; }

    private:
        MemoryRuns& runs_;
        std::int64_t no_;
        RunDirectory directory_;
    };
    std::map<std::int64_t, std::vector<std::string>> pages_;
    std::int64_t next_no_ = 1;
    int reads_ = 0;
};

/// Everything a cursor leads to.
inline std::vector<DocNo> walk(DocCursor& cursor, DocNo least = 0) {
    std::vector<DocNo> docs;
    while ((least = cursor.seek(least)) != end_of_docs) docs.push_back(least++);
    return docs;
}

}  // namespace minglu::postings
