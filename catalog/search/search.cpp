#include "catalog/search/search.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "catalog/search/sorting.hpp"

namespace minglu {
namespace {

/// Of pieces: as many are walked, and as many candidates of each.
constexpr std::size_t pieces_walked_max = 6;
constexpr std::uint32_t piece_candidates_max = 100;
/// Candidates that are asked for at once, at least: enough for a page, few enough not to be read in vain.
constexpr std::uint32_t chunk_candidates = 64;

}  // namespace

/// One class, walked from an entry on.
class RankedSearch::Walk {
public:
    enum class Which { all, in_force, ended };
    Walk(const RankedSearch& search, std::size_t number, Which which)
        : search_(search), number_(number), which_(which) {}

    /// Adds up to `limit` entries to the page; says whether it is full. Looks at `examine_max` candidates at most; 0 =
    /// all.
    bool run(const EntrySource& entries, SearchPage& page, SearchPosition from, std::uint32_t limit,
             std::uint32_t examine_max) {
        EntryQuery query = search_.filters_;
        query.terms = class_of(number_).terms;
        if (class_of(number_).batch) query.batch = class_of(number_).batch;
        query.after = EntryNo{from.entry};
        std::uint32_t chunk = chunk_candidates;
        for (std::uint32_t examined = 0;;) {
            query.limit = std::max(chunk, limit + 1 - static_cast<std::uint32_t>(page.found.size()));
            if (examine_max != 0) query.limit = std::min(query.limit, examine_max - examined);
            EntryPage found = entries(query);
            for (EntryHit& hit : found.hits) {
                ++examined;
                query.after = hit.no;
                if (!takes(hit)) continue;
                if (page.found.size() == limit) {
                    page.more = true;
                    return true;
                }
                page.last = {from.stage, hit.no.value(), from.examined + examined};
                page.found.push_back({std::move(hit), number_});
            }
            if (!found.more) return false;
            chunk = std::min(chunk * 4, class_candidates_max);  // opening the lists anew costs, too
            bounded_ = examined == examine_max;
            page.bounded = page.bounded || bounded_;
            if (bounded_) return false;
        }
    }
    /// After a walk from the beginning to the end: whether the class has nothing but what this walk was after.
    [[nodiscard]] bool is_complete() const { return !bounded_ && !others_; }

private:
    [[nodiscard]] const SearchClass& class_of(std::size_t number) const { return search_.plan_.classes()[number]; }
    /// As far as its ETag tells: one of several batches that wrote it.
    [[nodiscard]] bool is_in_newer_batch(const EntryHit& hit) const {
        for (std::size_t i = 0; i < number_; ++i) {
            const Dot& newer = *class_of(i).batch;
            if (hit.etag.at(newer.log) == newer.seq) return true;
        }
        return false;
    }
    bool takes(const EntryHit& hit) {
        if (class_of(number_).batch) {
            if (is_in_newer_batch(hit)) return false;
        } else if (class_of(number_).match != Match::any &&
                   search_.plan_.class_of(Candidate{hit.key, hit.period.view}) != number_) {
            return false;
        }
        if (which_ == Which::all) return true;
        const bool in_force = is_in_force(hit.period, search_.filters_.as_of);
        others_ = others_ || in_force != (which_ == Which::in_force);
        return in_force == (which_ == Which::in_force);
    }

    const RankedSearch& search_;
    std::size_t number_;
    Which which_;
    bool others_ = false;
    bool bounded_ = false;
};

SearchPage RankedSearch::page(const EntrySource& entries, SearchPosition after, std::uint32_t limit) const {
    if (sorting_.order != Order::relevance && sorting_.order != Order::arrival)
        return sorted_page(entries, after, limit);
    SearchPage page;
    page.last = after;
    const auto& classes = plan_.classes();
    const auto stages = static_cast<std::int64_t>(2 * classes.size());
    for (SearchPosition at = after; at.stage < stages; at = {at.stage + 1, 0, 0}) {
        const auto number = static_cast<std::size_t>(at.stage / 2);
        const bool by_text = classes[number].match != Match::any && !classes[number].batch;
        const bool ranked = sorting_.order == Order::relevance && by_text;
        const bool first = at.stage % 2 == 0;
        if (!ranked && !first) continue;
        if (ranked && at.examined >= class_candidates_max) continue;
        Walk walk{*this, number, !ranked ? Walk::Which::all : first ? Walk::Which::in_force : Walk::Which::ended};
        const std::uint32_t left = ranked ? class_candidates_max - static_cast<std::uint32_t>(at.examined) : 0;
        if (walk.run(entries, page, at, limit, left)) return page;
        if (first && at.entry == 0 && walk.is_complete()) ++at.stage;
    }
    if (sorting_.order == Order::relevance && !plan_.pieces().empty())
        add_pieces(entries, page, after.stage == stages ? after.entry : 0, limit);
    return page;
}

void RankedSearch::add_pieces(const EntrySource& entries, SearchPage& page, std::int64_t taken,
                              std::uint32_t limit) const {
    std::vector<FoundEntry> found = with_pieces(entries, page.bounded);
    for (auto i = static_cast<std::size_t>(taken); i < found.size(); ++i) {
        if (page.found.size() == limit) {
            page.more = true;
            return;
        }
        page.last = {static_cast<std::int64_t>(2 * plan_.classes().size()), static_cast<std::int64_t>(i + 1), 0};
        page.found.push_back(std::move(found[i]));
    }
}

/// The more pieces the better, then what is in force, then by entry number.
std::vector<FoundEntry> RankedSearch::with_pieces(const EntrySource& entries, bool& bounded) const {
    const auto& pieces = plan_.pieces();
    const std::size_t walked = std::min(pieces.size(), pieces_walked_max);
    using Rank = std::tuple<std::size_t, bool, std::int64_t>;
    std::map<Rank, EntryHit> ranked;
    for (std::size_t i = 0; i < walked; ++i) {
        EntryQuery query = filters_;
        query.terms = word_terms(pieces[i * pieces.size() / walked]);
        query.limit = piece_candidates_max;
        EntryPage page = entries(query);
        bounded = bounded || page.more;
        for (EntryHit& hit : page.hits) {
            const Candidate candidate{hit.key, hit.period.view};
            const auto has =
                static_cast<std::size_t>(std::count_if(pieces.begin(), pieces.end(), [&](const SearchWord& word) {
                    return has_word(word, candidate.text());
                }));
            const Rank rank{pieces.size() - has, !is_in_force(hit.period, filters_.as_of), hit.no.value()};
            if (has >= plan_.pieces_least() && !plan_.class_of(candidate)) ranked.emplace(rank, std::move(hit));
        }
    }
    std::vector<FoundEntry> found;
    for (auto& [rank, hit] : ranked) found.push_back({std::move(hit), plan_.classes().size()});
    return found;
}

bool RankedSearch::gather(const EntrySource& entries, const std::function<void(FoundEntry)>& visit) const {
    std::uint32_t left = gathered_max;
    for (std::size_t number = 0; number < plan_.classes().size(); ++number) {
        SearchPage page;
        Walk walk{*this, number, Walk::Which::all};
        const bool full = walk.run(entries, page, {}, left, gathered_max);
        for (FoundEntry& found : page.found) visit(std::move(found));
        left -= static_cast<std::uint32_t>(page.found.size());
        if (full || page.bounded) return false;
    }
    return true;
}

SearchPage RankedSearch::sorted_page(const EntrySource& entries, SearchPosition after, std::uint32_t limit) const {
    std::vector<FoundEntry> found;
    SearchPage page;
    page.bounded = !gather(entries, [&](FoundEntry entry) { found.push_back(std::move(entry)); });
    sort_entries(found, sorting_);
    page.last = after;
    for (auto i = static_cast<std::size_t>(after.entry); i < found.size(); ++i) {
        if (page.found.size() == limit) {
            page.more = true;
            break;
        }
        page.last = {0, static_cast<std::int64_t>(i + 1), 0};
        page.found.push_back(std::move(found[i]));
    }
    return page;
}

}  // namespace minglu
