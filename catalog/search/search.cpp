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
/// Candidates that are asked for at once, when those that may fill the page did not.
constexpr std::uint32_t chunk_candidates = 24;

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
        std::uint32_t chunk = 0;
        for (std::uint32_t examined = 0;;) {
            query.limit = std::max(chunk, limit + 1 - static_cast<std::uint32_t>(page.found.size()));
            if (examine_max != 0) query.limit = std::min(query.limit, examine_max - examined);
            EntryPage found = entries(query);
            for (EntryHit& hit : found.hits) {
                query.after = hit.no;
                const SearchPosition at{from.stage, hit.no.value(), from.examined + ++examined};
                if (takes(hit, at, limit) && !add(page, std::move(hit), at, limit)) return true;
            }
            if (!found.more) return false;
            chunk = chunk_candidates;
            if (examined == examine_max) {
                page.bounded = true;
                return false;
            }
        }
    }
    /// After a walk in force from the beginning to its end, what a walk over the ended ones would add, without it.
    bool add_ended(SearchPage& page, std::int64_t stage, std::uint32_t limit) {
        for (auto& [at, hit] : ended_)
            if (!add(page, std::move(hit), {stage, at.entry, at.examined}, limit)) return true;
        return false;
    }

private:
    [[nodiscard]] const SearchClass& class_of(std::size_t number) const { return search_.plan_.classes()[number]; }
    /// False when the page was full already.
    bool add(SearchPage& page, EntryHit hit, SearchPosition at, std::uint32_t limit) {
        if (page.found.size() == limit) {
            page.more = true;
            return false;
        }
        page.last = at;
        page.found.push_back({std::move(hit), number_});
        return true;
    }
    /// As far as its ETag tells: one of several batches that wrote it.
    [[nodiscard]] bool is_in_newer_batch(const EntryHit& hit) const {
        for (std::size_t i = 0; i < number_; ++i) {
            const Dot& newer = *class_of(i).batch;
            if (hit.etag.at(newer.log) == newer.seq) return true;
        }
        return false;
    }
    bool takes(EntryHit& hit, SearchPosition at, std::uint32_t limit) {
        if (!is_of_class(hit)) return false;
        if (which_ == Which::all) return true;
        if (is_in_force(hit.period, search_.filters_.as_of) == (which_ == Which::in_force)) return true;
        if (which_ == Which::in_force && ended_.size() <= limit) ended_.emplace_back(at, std::move(hit));
        return false;
    }
    [[nodiscard]] bool is_of_class(const EntryHit& hit) const {
        if (class_of(number_).batch) return !is_in_newer_batch(hit);
        return class_of(number_).match == Match::any ||
               search_.plan_.is_of_class(number_, Candidate{hit.key, hit.period.view});
    }

    const RankedSearch& search_;
    std::size_t number_;
    Which which_;
    std::vector<std::pair<SearchPosition, EntryHit>> ended_;
};

SearchPage RankedSearch::page(const EntrySource& entries, SearchPosition after, std::uint32_t limit) const {
    if (sorting_.order != Order::relevance && sorting_.order != Order::arrival)
        return sorted_page(entries, after, limit);
    SearchPage page;
    page.last = after;
    const auto& classes = plan_.classes();
    const auto stages = static_cast<std::int64_t>(2 * classes.size());
    const auto settled = static_cast<std::int64_t>(2 * plan_.settling_classes());
    for (SearchPosition at = after; at.stage < stages; at = {at.stage + 1, 0, 0}) {
        const bool was_met = after.stage < settled && (after.entry != 0 || !page.found.empty());
        if (at.stage == settled && was_met) return page;
        const auto number = static_cast<std::size_t>(at.stage / 2);
        const bool by_text = classes[number].match != Match::any && !classes[number].batch;
        const bool ranked = sorting_.order == Order::relevance && by_text;
        const bool first = at.stage % 2 == 0;
        if (!ranked && !first) continue;
        if (ranked && at.examined >= class_candidates_max) continue;
        Walk walk{*this, number, !ranked ? Walk::Which::all : first ? Walk::Which::in_force : Walk::Which::ended};
        const std::uint32_t left = ranked ? class_candidates_max - static_cast<std::uint32_t>(at.examined) : 0;
        if (walk.run(entries, page, at, limit, left)) return page;
        if (!ranked || !first || at.entry != 0) continue;
        ++at.stage;
        if (walk.add_ended(page, at.stage, limit)) return page;
    }
    const bool is_beginning = after.stage == 0 && after.entry == 0;
    const bool wants_pieces = !plan_.pieces_if_none() || after.stage == stages || (is_beginning && page.found.empty());
    if (sorting_.order == Order::relevance && !plan_.pieces().empty() && wants_pieces)
        add_pieces(entries, page, after.stage == stages ? after.entry : 0, limit);
    return page;
}

void RankedSearch::add_pieces(const EntrySource& entries, SearchPage& page, std::int64_t taken,
                              std::uint32_t limit) const {
    const std::size_t wanted = static_cast<std::size_t>(taken) + limit - page.found.size() + 1;
    std::vector<FoundEntry> found = with_pieces(entries, wanted, page.bounded);
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
std::vector<FoundEntry> RankedSearch::with_pieces(const EntrySource& entries, std::size_t wanted, bool& bounded) const {
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
            const bool ended = !is_in_force(hit.period, filters_.as_of);
            const Rank best{pieces.size() - plan_.pieces_most(), ended, hit.no.value()};
            if (ranked.size() == wanted && best > ranked.rbegin()->first) continue;  // looking at its text is dear
            const Candidate candidate{hit.key, hit.period.view};
            const auto has =
                static_cast<std::size_t>(std::count_if(pieces.begin(), pieces.end(), [&](const SearchWord& word) {
                    return has_word(word, candidate.text());
                }));
            if (has < plan_.pieces_least() || plan_.class_of(candidate)) continue;
            ranked.emplace(Rank{pieces.size() - has, ended, hit.no.value()}, std::move(hit));
            if (ranked.size() > wanted) ranked.erase(std::prev(ranked.end()));
        }
    }
    std::vector<FoundEntry> found;
    found.reserve(ranked.size());
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
        if (number + 1 == plan_.settling_classes() && left < gathered_max) break;
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
