#include "src/store/sqlite/search_index.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace minglu {
namespace {

/// page_no = run_no << 20 | page, so that a run is a range.
constexpr int page_bits = 20;
constexpr std::int64_t first_page(std::int64_t run_no) {
    return run_no << page_bits;
}

/// Merges up to this size are done inside the commit that made them due.
constexpr std::uint64_t merge_at_once_bytes = 96u << 10;
/// With more runs than this a commit merges whatever is due, so that searches stay fast without a quiet moment.
constexpr std::int64_t runs_max = 128;
/// Of upkeep: what is read in one transaction, and how many dead pages one removes.
constexpr std::size_t slice_bytes = 256u << 10;
constexpr std::int64_t slice_dead_pages = 256;
/// Of a check: pages that are looked at in one piece.
constexpr std::uint32_t checked_pages = 512;

/// 64 bits of SHA-256: tells a page that was changed from one that was written.
std::int64_t checksum_of(std::string_view bytes) {
    const Hash hash = sha256({bytes});
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | hash[i];
    return static_cast<std::int64_t>(value);
}

}  // namespace

postings::PageBytes SearchIndex::read_page(std::int64_t run_no, std::uint32_t page) {
    const std::int64_t page_no = first_page(run_no) + page;
    if (auto kept = cache_.page(page_no)) return kept;
    Query query = database_.query("SELECT data FROM search_page WHERE page_no = ?", page_no);
    if (!query.next()) postings::damaged("a page is missing");
    auto bytes = std::make_shared<const std::string>(query->bytes(0));
    cache_.keep(page_no, bytes);
    return bytes;
}

postings::Run SearchIndex::run(std::int64_t run_no) {
    auto directory = cache_.directory(run_no);
    if (!directory) {
        Query query = database_.query("SELECT starts FROM search_run WHERE run_no = ?", run_no);
        if (!query.next()) postings::damaged("a run is missing");
        directory = std::make_shared<postings::RunDirectory>(query->bytes(0));
        cache_.keep(run_no, directory);
    }
    return {run_no, std::move(directory), this};
}

const std::vector<postings::Run>& SearchIndex::live_runs() {
    if (live_runs_) return *live_runs_;
    std::vector<std::int64_t> numbers;
    bool all_known = true;
    {
        Query query = database_.query("SELECT run_no FROM search_run WHERE state = 'live' ORDER BY run_no");
        while (query.next()) numbers.push_back(query->integer(0));
    }
    std::vector<postings::Run> runs;
    runs.reserve(numbers.size());
    for (const std::int64_t number : numbers) {
        all_known = all_known && cache_.directory(number) != nullptr;
        runs.push_back(run(number));
    }
    if (!all_known) cache_.keep_only(numbers);
    return live_runs_.emplace(std::move(runs));
}

SearchIndex::Walk SearchIndex::find(std::vector<postings::WantedTerm> terms, postings::DocNo least) {
    if (kept_.docs && kept_.least <= least && kept_.terms == terms) return std::exchange(kept_, {});
    auto docs = postings::all_terms(live_runs(), terms, least);
    return {std::move(terms), least, std::move(docs)};
}

void SearchIndex::forget_seen() {
    live_runs_.reset();
    kept_ = {};
}

SearchIndex::Building SearchIndex::begin_run() {
    database_.run("INSERT INTO search_run (state, pages, bytes, starts) VALUES ('building', 0, 0, x'')");
    return {database_.last_insert_rowid(), 0, {}};
}

postings::PageWriter::Out SearchIndex::writer_of(Building& building) {
    return [this, &building](const postings::PageStart& start, std::string_view page) {
        if (building.directory.pages() >> page_bits != 0) {
            throw StoreFault(ErrorCode::internal, "search index: a run has more pages than can be numbered");
        }
        database_.run("INSERT INTO search_page (page_no, checksum, data) VALUES (?, ?, ?)",
                      first_page(building.run_no) + building.directory.pages(), checksum_of(page), Blob{page});
        building.directory.add(start);
        building.bytes += page.size();
    };
}

void SearchIndex::finish_run(const Building& building) {
    forget_seen();
    const std::string starts = building.directory.stored();
    database_.run("UPDATE search_run SET state = 'live', pages = ?2, bytes = ?3, starts = ?4 WHERE run_no = ?1",
                  building.run_no, building.directory.pages(), static_cast<std::int64_t>(building.bytes), Blob{starts});
}

void SearchIndex::flush() {
    if (pending_.empty()) return;
    Building building = begin_run();
    postings::PageWriter pages{writer_of(building)};
    pending_.write(pages);
    pages.finish();
    finish_run(building);
    pending_.clear();
    merge_small_runs();
}

void SearchIndex::end() {
    pending_.clear();
    forget_seen();
    cache_.clear();
}

void SearchIndex::clear() {
    end();
    upkeep_.reset();
    database_.run("UPDATE search_run SET state = 'dead', starts = x''");
}

std::vector<std::int64_t> SearchIndex::due_for_merge(std::uint64_t bytes_max) {
    std::vector<std::int64_t> numbers;
    std::vector<std::uint64_t> sizes;
    {
        Query query = database_.query("SELECT run_no, bytes FROM search_run WHERE state = 'live' ORDER BY run_no");
        while (query.next()) {
            const std::int64_t number = query->integer(0);
            if (upkeep_ && std::find(upkeep_->from.begin(), upkeep_->from.end(), number) != upkeep_->from.end()) {
                continue;
            }
            numbers.push_back(number);
            sizes.push_back(static_cast<std::uint64_t>(query->integer(1)));
        }
    }
    std::vector<std::int64_t> due;
    std::uint64_t bytes = 0;
    for (const std::size_t i : postings::runs_to_merge(sizes)) {
        due.push_back(numbers[i]);
        bytes += sizes[i];
    }
    if (bytes > bytes_max && static_cast<std::int64_t>(numbers.size()) <= runs_max) due.clear();
    return due;
}

void SearchIndex::merge_small_runs() {
    for (auto due = due_for_merge(merge_at_once_bytes); !due.empty(); due = due_for_merge(merge_at_once_bytes)) {
        std::vector<postings::Run> runs;
        runs.reserve(due.size());
        for (const std::int64_t number : due) runs.push_back(run(number));
        Building building = begin_run();
        postings::Merge merge{std::move(runs), writer_of(building)};
        while (merge.step(slice_bytes)) {
        }
        finish_run(building);
        for (const std::int64_t number : due) {
            database_.run("DELETE FROM search_page WHERE page_no >= ? AND page_no < ?", first_page(number),
                          first_page(number + 1));
            database_.run("DELETE FROM search_run WHERE run_no = ?", number);
        }
    }
}

std::unique_ptr<SearchIndex::Upkeep> SearchIndex::begin_upkeep() {
    // What is being built now was begun by a process, or by a slice, that did not come to its end.
    database_.run("UPDATE search_run SET state = 'dead' WHERE state = 'building'");
    auto upkeep = std::make_unique<Upkeep>();
    upkeep->from = due_for_merge(std::numeric_limits<std::uint64_t>::max());
    if (upkeep->from.empty()) return nullptr;
    std::vector<postings::Run> runs;
    runs.reserve(upkeep->from.size());
    for (const std::int64_t number : upkeep->from) runs.push_back(run(number));
    upkeep->to = begin_run();
    upkeep->merge = std::make_unique<postings::Merge>(std::move(runs), writer_of(upkeep->to));
    return upkeep;
}

/// True while there are more.
bool SearchIndex::remove_dead_pages() {
    Query query = database_.query("SELECT run_no FROM search_run WHERE state = 'dead' LIMIT 1");
    if (!query.next()) return false;
    const std::int64_t run_no = query->integer(0);
    database_.run(
        "DELETE FROM search_page WHERE page_no IN"
        " (SELECT page_no FROM search_page WHERE page_no >= ? AND page_no < ? LIMIT ?)",
        first_page(run_no), first_page(run_no + 1), slice_dead_pages);
    if (database_.changes() < slice_dead_pages) database_.run("DELETE FROM search_run WHERE run_no = ?", run_no);
    return true;
}

bool SearchIndex::upkeep_slice() {
    if (remove_dead_pages()) return true;
    if (!upkeep_) upkeep_ = begin_upkeep();
    if (!upkeep_) return false;
    if (upkeep_->merge->step(slice_bytes)) return true;
    finish_run(upkeep_->to);
    for (const std::int64_t run_no : upkeep_->from) {
        database_.run("UPDATE search_run SET state = 'dead', starts = x'' WHERE run_no = ?", run_no);
    }
    upkeep_.reset();
    return true;
}

bool SearchIndex::upkeep() {
    database_.run("BEGIN IMMEDIATE");
    try {
        const bool more = upkeep_slice();
        database_.run("COMMIT");
        return more;
    } catch (...) {
        upkeep_.reset();  // a part of what it wrote is gone
        if (database_.in_transaction()) database_.run("ROLLBACK");
        throw;
    }
}

bool SearchIndex::check_run(std::int64_t run_no, std::uint32_t& page, std::uint32_t count, const Report& report) {
    const auto directory = run(run_no).directory;
    const std::int64_t end = first_page(run_no + 1);
    Query pages = database_.query(
        "SELECT page_no, checksum, data FROM search_page WHERE page_no >= ? AND page_no < ? ORDER BY page_no LIMIT ?",
        first_page(run_no) + page, end, count);
    std::uint32_t read = 0;
    for (; pages.next(); ++page, ++read) {
        if (page >= directory->pages() || pages->integer(0) != first_page(run_no) + page) {
            report(page, "is not where it should be");
            return false;
        }
        if (checksum_of(pages->bytes(2)) != pages->integer(1)) {
            report(page, "was changed");
            continue;
        }
        postings::PageReader entries{pages->bytes(2)};
        entries.next();
        postings::DocReader docs{entries.list()};
        docs.next();
        if (directory->start(page) != postings::PageStart{entries.term(), docs.doc()}) {
            report(page, "does not start where its run says");
        }
    }
    if (read == count) return true;
    if (page != directory->pages()) report(page, "is missing");
    return false;
}

bool SearchIndex::check_some(std::int64_t& after, std::vector<std::string>& findings) {
    Query next = database_.query("SELECT run_no FROM search_run WHERE state = 'live' AND run_no >= ? ORDER BY run_no",
                                 after >> page_bits);
    if (!next.next()) return false;
    const std::int64_t run_no = next->integer(0);
    const bool is_begun = run_no == after >> page_bits;
    auto page = is_begun ? static_cast<std::uint32_t>(after - first_page(run_no)) : 0;
    const auto report = [&](std::uint32_t at, std::string_view what) {
        findings.push_back("table search_page, page " + std::to_string(at) + " of run " + std::to_string(run_no) +
                           ": it " + std::string(what) + " (run minglu rebuild)");
    };
    after = first_page(run_no + 1);
    try {
        if (check_run(run_no, page, checked_pages, report)) after = first_page(run_no) + page;
    } catch (const StoreFault& fault) {
        findings.push_back("table search_run, run " + std::to_string(run_no) + ": " + fault.what() +
                           " (run minglu rebuild)");
    }
    return true;
}

void SearchIndex::check(std::vector<std::string>& findings) {
    std::int64_t after = 0;
    while (check_some(after, findings)) {
    }
    cache_.clear();
}

}  // namespace minglu
