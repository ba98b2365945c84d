#pragma once
/// A search over a store: classes of the plan one after the other, in each first what is in force, then in the order of
/// entry numbers. So a page costs what it shows, and the next one goes on where it ended.
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "catalog/search/entry_source.hpp"
#include "catalog/search/plan.hpp"
#include "minglu/store.hpp"

namespace minglu {

/// Candidates of one class that are looked at, in force or not; and entries that are sorted or counted. So no query
/// takes longer than some milliseconds, however common its words are.
constexpr std::uint32_t class_candidates_max = 1'000;
constexpr std::uint32_t gathered_max = 2'000;
/// Candidates of one page that are asked one by one for what no filter of a store tells: their verdict, or a second
/// batch. A page that took as many ends there, however few it shows.
constexpr std::uint32_t asked_max = 10'000;

enum class Order {
    relevance,
    arrival,  ///< class by class, by entry number, the classes without bounds: every entry that is found
    name,     ///< as a Chinese dictionary sorts, by pinyin
    date,     ///< of registration or grant, else of filing
    expiry,
};
struct Sorting {
    Order order = Order::relevance;
    bool descending = false;
};

/// Where a walk stands: behind one entry, whatever is written meanwhile. All zero at the beginning.
struct SearchPosition {
    std::int64_t stage = 0;     ///< two for each class: in force, and not; then pieces; 1 in a sorted list
    std::int64_t entry = 0;     ///< last entry number taken
    std::int64_t examined = 0;  ///< candidates looked at in this stage; of pieces the rank of the entry
    std::string key;            ///< in a sorted list: what the entry is sorted by
};

struct FoundEntry {
    EntryHit hit;
    std::size_t found_by = 0;  ///< class of the plan; its size: some words
};

struct SearchPage {
    std::vector<FoundEntry> found;
    bool more = false;
    bool bounded = false;  ///< a bound was met: there are entries that were not looked at
    SearchPosition last;   ///< of the last entry, or behind it the last that was looked at
};

class RankedSearch {
public:
    /// Everything, by number.
    RankedSearch() : plan_("") {}
    /// `filters`: everything but terms, place, limit, bound and `accept`; `verdict`: only entries of that verdict.
    RankedSearch(SearchPlan plan, EntryQuery filters, Sorting sorting, std::optional<Verdict> verdict = {})
        : plan_(std::move(plan)), filters_(std::move(filters)), sorting_(sorting), verdict_(verdict) {
        if (verdict_) narrow_listing();
    }

    [[nodiscard]] const SearchPlan& plan() const { return plan_; }
    /// Up to `limit` entries after a position; each entry once, under the first class that it belongs to.
    [[nodiscard]] SearchPage page(const EntrySource& entries, const SearchPosition& after, std::uint32_t limit) const;
    /// Calls `visit` for every entry that pages show, up to `gathered_max`. False when there may be more.
    bool gather(const EntrySource& entries, const std::function<void(FoundEntry)>& visit) const;

private:
    class Walk;
    void narrow_listing();
    [[nodiscard]] bool has_verdict(const EntrySource& entries, const EntryHit& hit) const {
        return !verdict_ || entries.verdict(hit) == *verdict_;
    }
    [[nodiscard]] SearchPage sorted_page(const EntrySource& entries, const SearchPosition& after,
                                         std::uint32_t limit) const;
    [[nodiscard]] bool is_answered(std::int64_t stage, const SearchPosition& after, const SearchPage& page) const;
    void add_pieces(const EntrySource& entries, SearchPage& page, const SearchPosition& after,
                    std::uint32_t limit) const;

    /// Of an entry that has some of the pieces: how many it lacks, whether it has ended, its number.
    using PiecesRank = std::tuple<std::int64_t, bool, std::int64_t>;
    struct PiecesWanted {
        PiecesRank behind;                                           ///< the ranks that were shown already
        std::size_t most = std::numeric_limits<std::size_t>::max();  ///< of the others, the best ones
    };
    [[nodiscard]] std::map<PiecesRank, EntryHit> with_pieces(const EntrySource& entries, const PiecesWanted& wanted,
                                                             bool& bounded) const;

    SearchPlan plan_;
    EntryQuery filters_;
    Sorting sorting_;
    std::optional<Verdict> verdict_;
};

/// Listed, and the right exists on that day.
[[nodiscard]] bool is_in_force(const Period& period, Day on);

}  // namespace minglu
