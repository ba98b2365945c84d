#include "catalog/search/search.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "catalog/entry_filter.hpp"
#include "catalog/search/sorting.hpp"

namespace minglu {
namespace {

/// Candidates of all pieces, and of one; a piece that nobody has leaves its share to those behind it.
constexpr std::size_t pieces_candidates_max = 600;
constexpr std::size_t piece_candidates_max = 100;
/// Of a text that has more pieces than the plan takes, as many of those are walked.
constexpr std::size_t pieces_of_cut_max = 6;
/// Candidates that are asked for at once, when those that may fill the page did not.
constexpr std::uint32_t chunk_candidates = 24;
/// The same where each is asked one by one, and most may be in vain.
constexpr std::uint32_t asked_chunk = 500;

}  // namespace

/// One class, walked from an entry on.
class RankedSearch::Walk {
public:
    enum class Which { all, in_force, ended };
    Walk(const RankedSearch& search, std::size_t number, Which which)
        : search_(search), number_(number), which_(which) {}

    /// Adds up to `limit` entries to the page; says whether it is full. Looks at `examine_max` candidates at most; 0 =
    /// all.
    bool run(const EntrySource& entries, SearchPage& page, const SearchPosition& from, std::uint32_t limit,
             std::uint32_t examine_max) {
        EntryQuery query = search_.filters_;
        query.terms = class_of(number_).terms;
        any_left_ = any_of_terms(class_of(number_));
        if (class_of(number_).batch) query.batch = class_of(number_).batch;
        query.after = EntryNo{from.entry};
        std::uint32_t chunk = 0;
        for (std::uint32_t examined = 0;;) {
            query.limit = std::max(chunk, limit + 1 - static_cast<std::uint32_t>(page.found.size()));
            if (examine_max != 0) query.limit = std::min(query.limit, examine_max - examined);
            EntryPage found = any_left_.empty() ? entries.query(query) : any_of(entries, query);
            for (EntryHit& hit : found.hits) {
                query.after = hit.no;
                const SearchPosition at{from.stage, hit.no.value(), from.examined + ++examined, {}};
                if (takes(entries, hit, at, limit) && !add(page, std::move(hit), at, limit)) return true;
            }
            if (!found.more) return false;
            if (asks_each() && examine_max == 0 && examined >= asked_max) {
                page.more = true;
                page.last = {from.stage, query.after.value(), from.examined + examined, {}};
                return true;
            }
            chunk = asks_each() ? asked_chunk : chunk_candidates;
            if (examined == examine_max) {
                page.bounded = true;
                return false;
            }
        }
    }
    /// After a walk in force from the beginning to its end, what a walk over the ended ones would add, without it.
    bool add_ended(SearchPage& page, std::int64_t stage, std::uint32_t limit) {
        for (auto& [at, hit] : ended_)
            if (!add(page, std::move(hit), {stage, at.entry, at.examined, {}}, limit)) return true;
        return false;
    }

private:
    [[nodiscard]] const SearchClass& class_of(std::size_t number) const { return search_.plan_.classes()[number]; }
    /// What one of the names or numbers leads to. Those that lead nowhere are not asked for again.
    EntryPage any_of(const EntrySource& entries, EntryQuery query) {
        std::map<EntryNo, EntryHit> by_number;
        EntryPage all;
        std::vector<EntryQuery::Term> found;
        query.terms.resize(1);
        for (EntryQuery::Term& term : any_left_) {
            std::swap(query.terms.front(), term);
            EntryPage page = entries.query(query);
            if (page.hits.empty()) continue;
            all.more = all.more || page.more;
            for (EntryHit& hit : page.hits) by_number.emplace(hit.no, std::move(hit));
            found.push_back(std::move(query.terms.front()));
        }
        any_left_ = std::move(found);
        for (auto& [no, hit] : by_number) {
            if (all.hits.size() == query.limit) {
                all.more = true;
                break;
            }
            all.hits.push_back(std::move(hit));
        }
        return all;
    }
    /// False when the page was full already.
    bool add(SearchPage& page, EntryHit hit, SearchPosition at, std::uint32_t limit) {
        if (page.found.size() == limit) {
            page.more = true;
            return false;
        }
        page.last = std::move(at);
        page.found.push_back({std::move(hit), number_});
        return true;
    }
    /// Of several batches that were typed the first one that wrote it, which the batch of the filter wrote as well.
    [[nodiscard]] bool is_of_batches(const EntrySource& entries, const EntryHit& hit) const {
        if (number_ == 0 && !has_second_batch()) return true;
        const std::vector<Writer> writers = entries.writers(hit);
        const auto wrote = [&](const Dot& dot) {
            return std::any_of(writers.begin(), writers.end(), [&](const Writer& one) { return one.dot == dot; });
        };
        for (std::size_t i = 0; i < number_; ++i)
            if (wrote(*class_of(i).batch)) return false;
        return !has_second_batch() || wrote(*search_.filters_.batch);
    }
    [[nodiscard]] bool has_second_batch() const {
        return class_of(number_).batch && search_.filters_.batch && search_.filters_.batch != class_of(number_).batch;
    }
    [[nodiscard]] bool asks_each() const { return search_.verdict_ || has_second_batch(); }
    bool takes(const EntrySource& entries, EntryHit& hit, const SearchPosition& at, std::uint32_t limit) {
        if (!is_of_class(entries, hit) || !search_.has_verdict(entries, hit)) return false;
        if (which_ == Which::all) return true;
        if (is_in_force(hit.period, search_.filters_.as_of) == (which_ == Which::in_force)) return true;
        if (which_ == Which::in_force && ended_.size() <= limit) ended_.emplace_back(at, std::move(hit));
        return false;
    }
    [[nodiscard]] bool is_of_class(const EntrySource& entries, const EntryHit& hit) const {
        if (class_of(number_).batch) return is_of_batches(entries, hit);
        return class_of(number_).match == Match::any ||
               search_.plan_.is_of_class(number_, Candidate{hit.key, hit.period.view});
    }

    const RankedSearch& search_;
    std::size_t number_;
    Which which_;
    std::vector<EntryQuery::Term> any_left_;  ///< of the class's `any_of`
    std::vector<std::pair<SearchPosition, EntryHit>> ended_;
};

/// Only what is listed on the day, or was taken off, can have the verdict; what was never listed has one of its own.
void RankedSearch::narrow_listing() {
    if (!filters_.listing.empty()) return;
    const bool is_removed = verdict_ == Verdict::was_protected || verdict_ == Verdict::was_listed;
    filters_.listing = verdict_ == Verdict::never_listed ? any_listing : is_removed ? "removed" : "listed";
}

/// Whether what was found makes the classes from `stage` on needless.
bool RankedSearch::is_answered(std::int64_t stage, const SearchPosition& after, const SearchPage& page) const {
    const std::array<std::size_t, 2> ends{plan_.settling_classes(), plan_.sufficient_classes()};
    return std::any_of(ends.begin(), ends.end(), [&](std::size_t classes) {
        const auto end = static_cast<std::int64_t>(2 * classes);
        return stage == end && after.stage < end && (after.entry != 0 || !page.found.empty());
    });
}

SearchPage RankedSearch::page(const EntrySource& entries, const SearchPosition& after, std::uint32_t limit) const {
    if (sorting_.order != Order::relevance && sorting_.order != Order::arrival)
        return sorted_page(entries, after, limit);
    SearchPage page;
    page.last = after;
    const auto& classes = plan_.classes();
    const auto stages = static_cast<std::int64_t>(2 * classes.size());
    for (SearchPosition at = after; at.stage < stages; at = {at.stage + 1, 0, 0, {}}) {
        if (is_answered(at.stage, after, page)) return page;
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
    if (is_answered(stages, after, page)) return page;
    add_pieces(entries, page, after, limit);
    page.bounded = page.bounded || plan_.is_cut();
    return page;
}

/// The more pieces the better, then what is in force, then by entry number; in the order of arrival by number alone.
void RankedSearch::add_pieces(const EntrySource& entries, SearchPage& page, const SearchPosition& after,
                              std::uint32_t limit) const {
    const auto stage = static_cast<std::int64_t>(2 * plan_.classes().size());
    const bool ranked = sorting_.order == Order::relevance;
    PiecesWanted wanted;
    if (ranked && after.stage == stage) wanted.behind = {after.examined / 2, after.examined % 2 != 0, after.entry};
    if (ranked) wanted.most = limit - page.found.size() + 1;
    auto found = with_pieces(entries, wanted, page.bounded);
    if (!ranked) {
        std::map<PiecesRank, EntryHit> by_number;
        for (auto& [rank, hit] : found)
            if (after.stage != stage || hit.no.value() > after.entry)
                by_number.emplace(PiecesRank{0, false, hit.no.value()}, std::move(hit));
        found = std::move(by_number);
    }
    for (auto& [rank, hit] : found) {
        if (page.found.size() == limit) {
            page.more = true;
            return;
        }
        const auto& [lacking, ended, no] = rank;
        page.last = {stage, no, 2 * lacking + (ended ? 1 : 0), {}};
        page.found.push_back({std::move(hit), plan_.classes().size()});
    }
}

std::map<RankedSearch::PiecesRank, EntryHit> RankedSearch::with_pieces(const EntrySource& entries,
                                                                       const PiecesWanted& wanted,
                                                                       bool& bounded) const {
    const auto& pieces = plan_.pieces();
    const auto lacking = [&](std::size_t has) { return static_cast<std::int64_t>(pieces.size() - has); };
    std::map<PiecesRank, EntryHit> ranked;
    std::size_t left = pieces_candidates_max;
    // Who has the least that is asked for has one of as many, whichever they are.
    std::size_t walked = pieces.empty() ? 0 : pieces.size() + 1 - std::min(pieces.size(), plan_.pieces_least());
    if (plan_.is_cut()) walked = std::min(walked, pieces_of_cut_max);
    // Whether nothing from an entry on can be better than what is there.
    const auto is_full = [&](bool ended, EntryNo no) {
        return ranked.size() == wanted.most &&
               PiecesRank{lacking(plan_.pieces_most()), ended, no.value()} > ranked.rbegin()->first;
    };
    const auto take = [&](EntryHit hit) {
        const bool ended = !is_in_force(hit.period, filters_.as_of);
        if (is_full(ended, hit.no)) return;  // looking at its text is dear
        const Candidate candidate{hit.key, hit.period.view};
        const auto has = static_cast<std::size_t>(std::count_if(
            pieces.begin(), pieces.end(), [&](const SearchWord& word) { return has_word(word, candidate.text()); }));
        const PiecesRank rank{lacking(has), ended, hit.no.value()};
        if (has < plan_.pieces_least() || rank <= wanted.behind || plan_.class_of(candidate)) return;
        if (!has_verdict(entries, hit)) return;
        ranked.emplace(rank, std::move(hit));
        if (ranked.size() > wanted.most) ranked.erase(std::prev(ranked.end()));
    };
    for (std::size_t i = 0; i < walked; ++i) {
        EntryQuery query = filters_;
        query.terms = word_terms(pieces[i * pieces.size() / walked]);
        bool more = true;
        for (std::size_t share = std::min(piece_candidates_max, left / (walked - i));
             more && share > 0 && !is_full(false, query.after);) {
            query.limit = static_cast<std::uint32_t>(std::min<std::size_t>(chunk_candidates, share));
            EntryPage page = entries.query(query);
            more = page.more;
            share -= page.hits.size();
            left -= page.hits.size();
            if (!page.hits.empty()) query.after = page.hits.back().no;
            for (EntryHit& hit : page.hits) take(std::move(hit));
        }
        bounded = bounded || (more && !is_full(false, query.after));
    }
    return ranked;
}

bool RankedSearch::gather(const EntrySource& entries, const std::function<void(FoundEntry)>& visit) const {
    std::uint32_t left = gathered_max;
    const auto is_answered = [&](std::size_t number) {
        return left < gathered_max && (number == plan_.settling_classes() || number == plan_.sufficient_classes());
    };
    for (std::size_t number = 0; number < plan_.classes().size(); ++number) {
        if (is_answered(number)) return true;
        SearchPage page;
        Walk walk{*this, number, Walk::Which::all};
        const bool full = walk.run(entries, page, {}, left, gathered_max);
        for (FoundEntry& found : page.found) visit(std::move(found));
        left -= static_cast<std::uint32_t>(page.found.size());
        if (full || page.bounded) return false;
    }
    if (is_answered(plan_.classes().size())) return true;
    bool bounded = plan_.is_cut();
    for (auto& [rank, hit] : with_pieces(entries, {}, bounded)) {
        if (left-- == 0) return false;
        visit({std::move(hit), plan_.classes().size()});
    }
    return !bounded;
}

SearchPage RankedSearch::sorted_page(const EntrySource& entries, const SearchPosition& after,
                                     std::uint32_t limit) const {
    std::vector<FoundEntry> found;
    SearchPage page;
    page.bounded = !gather(entries, [&](FoundEntry entry) { found.push_back(std::move(entry)); });
    page.last = after;
    std::vector<SortedEntry> sorted = sorted_entries(std::move(found), sorting_);
    if (after.stage != 0) {
        const auto end = std::find_if(sorted.begin(), sorted.end(), [&](const SortedEntry& entry) {
            return comes_before({after.key, EntryNo{after.entry}}, entry.place, sorting_);
        });
        sorted.erase(sorted.begin(), end);
    }
    for (SortedEntry& entry : sorted) {
        if (page.found.size() == limit) {
            page.more = true;
            break;
        }
        page.last = {1, entry.place.no.value(), 0, std::move(entry.place.key)};
        page.found.push_back(std::move(entry.entry));
    }
    return page;
}

}  // namespace minglu
