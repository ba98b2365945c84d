#pragma once
/// The search index in SQLite: runs of pages (see src/store/postings) in the tables search_run and search_page.
///
/// What a transaction files becomes one run at its end, in the same commit as the entries. Small runs are merged at
/// once, large ones in quiet moments (`upkeep`), so that a search looks through a few dozen of them at most.
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "src/store/postings/cursor.hpp"
#include "src/store/postings/merge.hpp"
#include "src/store/postings/run_builder.hpp"
#include "src/store/sqlite/database.hpp"

namespace minglu {

/// Directories of committed runs, for all readers of a store. A run never changes and its number is never used again.
class RunDirectories {
public:
    using Directory = std::shared_ptr<const postings::RunDirectory>;
    [[nodiscard]] Directory find(std::int64_t run_no);
    void keep(std::int64_t run_no, Directory directory);
    /// Forgets every run that is not among these.
    void keep_only(const std::vector<std::int64_t>& run_numbers);
    void clear();

private:
    std::mutex mutex_;
    std::map<std::int64_t, Directory> directories_;
};

class SearchIndex final : public postings::PageSource {
public:
    /// `directories` outlives the index. A writer has its own: what it sees may be rolled back.
    SearchIndex(Database& database, RunDirectories& directories) : database_(database), directories_(directories) {}

    void add(postings::DocNo doc, std::string_view term) { pending_.add(doc, term); }
    /// About what `add` holds in memory.
    [[nodiscard]] std::size_t pending_bytes() const { return pending_.bytes(); }
    /// Puts what was added into the tables; before a search and before COMMIT.
    void flush();
    /// The transaction has ended: forgets what was added, and what only it could see.
    void end();
    void clear();

    /// Documents from `least` on that have all the terms, see postings::all_terms. Lives as long as the transaction.
    [[nodiscard]] std::unique_ptr<postings::DocCursor> find(const std::vector<postings::WantedTerm>& terms,
                                                            postings::DocNo least);

    /// A slice of a merge, in its own transaction. False when there is nothing to do.
    bool upkeep();
    /// One line for each page or directory that is not what was written.
    void check(std::vector<std::string>& findings);

    void read_page(std::int64_t run_no, std::uint32_t page, std::string& into) override;

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
    [[nodiscard]] std::vector<postings::Run> live_runs();
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
    void check_run(std::int64_t run_no, const Report& report);

    Database& database_;
    RunDirectories& directories_;
    postings::RunBuilder pending_;
    std::unique_ptr<Upkeep> upkeep_;
};

}  // namespace minglu
