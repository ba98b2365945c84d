#pragma once
/// The search index in SQLite: runs of pages (see src/store/postings) in the tables search_run and search_page.
///
/// What a transaction files becomes one run at its end, in the same commit as the entries. Small runs are merged at
/// once, large ones in quiet moments (`upkeep`), so that a search looks through a few dozen of them at most.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "src/store/postings/cursor.hpp"
#include "src/store/postings/merge.hpp"
#include "src/store/postings/run_builder.hpp"
#include "src/store/sqlite/database.hpp"
#include "src/store/sqlite/run_cache.hpp"

namespace minglu {

class SearchIndex final : public postings::PageSource {
public:
    /// `cache` outlives the index. A writer has its own: what it sees may be rolled back.
    SearchIndex(Database& database, RunCache& cache) : database_(database), cache_(cache) {}

    /// Forgets which runs a transaction saw; between two of them that only read.
    void forget_seen();

    void add(postings::DocNo doc, std::string_view term) { pending_.add(doc, term); }
    /// About what `add` holds in memory.
    [[nodiscard]] std::size_t pending_bytes() const { return pending_.bytes(); }
    /// Puts what was added into the tables; before a search and before COMMIT.
    void flush();
    /// The transaction has ended: forgets what was added, and what only it could see.
    void end();
    void clear();

    /// A walk over documents. `least`: what the cursor was asked for last.
    struct Walk {
        std::vector<postings::WantedTerm> terms;
        postings::DocNo least = 0;
        std::unique_ptr<postings::DocCursor> docs;
    };
    /// Documents from `least` on that have all the terms, see postings::all_terms. Lives as long as the transaction.
    [[nodiscard]] Walk find(std::vector<postings::WantedTerm> terms, postings::DocNo least);
    /// Gives a walk back: the next `find` of the same terms goes on with it, instead of opening the lists anew.
    void keep(Walk walk) { kept_ = std::move(walk); }

    /// A slice of a merge, in its own transaction. False when there is nothing to do.
    bool upkeep();
    /// One line for each page or directory that is not what was written.
    void check(std::vector<std::string>& findings);
    /// The next pages of that after those up to `after`, which begins at 0 and is moved; false when there are no more.
    bool check_some(std::int64_t& after, std::vector<std::string>& findings);

    [[nodiscard]] postings::PageBytes read_page(std::int64_t run_no, std::uint32_t page) override;

private:
    /// A run while it is written.
    struct Building {
        std::int64_t run_no = 0;
        std::uint64_t bytes = 0;
        postings::RunDirectory directory;
    };
    struct Upkeep {
        Building to;
        std::vector<std::int64_t> from;
        std::unique_ptr<postings::Merge> merge;
    };
    [[nodiscard]] const std::vector<postings::Run>& live_runs();
    [[nodiscard]] postings::Run run(std::int64_t run_no);
    [[nodiscard]] Building begin_run();
    [[nodiscard]] postings::PageWriter::Out writer_of(Building& building);
    void finish_run(const Building& building);
    /// Runs that should become one, of those with at most `bytes_max` together; none when it is not worth it yet.
    [[nodiscard]] std::vector<std::int64_t> due_for_merge(std::uint64_t bytes_max);
    void merge_small_runs();
    [[nodiscard]] std::unique_ptr<Upkeep> begin_upkeep();
    bool remove_dead_pages();
    bool upkeep_slice();
    using Report = std::function<void(std::uint32_t page, std::string_view what)>;
    /// `count` pages of a run, from `page` on, which is moved; true while there are more.
    bool check_run(std::int64_t run_no, std::uint32_t& page, std::uint32_t count, const Report& report);

    Database& database_;
    RunCache& cache_;
    // As this transaction sees them:
    std::optional<std::vector<postings::Run>> live_runs_;
    Walk kept_;
    postings::RunBuilder pending_;
    std::unique_ptr<Upkeep> upkeep_;
};

}  // namespace minglu
