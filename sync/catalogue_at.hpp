#pragma once
/// The catalogue as this node knew it at a moment: folded from the first records that had arrived by then.
///
/// Entries that no later record touched are read as they are stored; the others are folded again. What was cut off
/// later (docs/PROTOCOL.md §6) does not count at any moment.
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "catalog/protection.hpp"
#include "catalog/search/entry_source.hpp"
#include "minglu/store.hpp"

namespace minglu {

/// Which state of the catalogue is asked for.
struct Asked {
    Day as_of;                       ///< what held in law on that day
    std::optional<UnixMs> known_at;  ///< as this node knew it then; none = now
    Day today;                       ///< in UTC+8

    /// The day to which knowledge reaches.
    [[nodiscard]] Day known_on() const { return known_at ? day_of(*known_at) : today; }
};

struct EntryAt {
    EntryRow row;                 ///< `trie_leaf` and `etag` of that knowledge
    std::vector<Period> periods;  ///< ascending, without terms
};

/// One key; none when nothing counted for it then. With `known_at` as in Asked. Cost: two reads, or one fold.
[[nodiscard]] std::optional<EntryAt> entry_at(const ReadTx& tx, const EntryKey& key, std::optional<UnixMs> known_at);

/// The answer about one key: what bulk checks and single reads say. A key never heard of is `never_listed`.
[[nodiscard]] Protection protection_at(const ReadTx& tx, const EntryKey& key, const Asked& asked);

/// What this node would have answered at the end of the day that is asked about. None when that day is not over by the
/// moment of knowledge, or when nothing counted here for the key by then.
[[nodiscard]] std::optional<Protection> as_known_then(const ReadTx& tx, const EntryKey& key, const Asked& asked);

/// An entry that records after a moment name, or approve a batch of.
struct TouchedEntry {
    EntryNo no;
    EntryKey key;
};

/// What is said of one hit of many.
struct HitAnswer {
    Verdict verdict = Verdict::never_listed;
    RightFacts right;
    /// Where what became known later tells otherwise of the right than what was recorded for the day, or it is deemed
    /// never to have existed: the verdict at the end of that day, if that is over and something was known then.
    std::optional<Verdict> as_known_then;
};

/// Searches of one moment, over one snapshot.
class CatalogueAt {
public:
    /// `tx` outlives it. With a moment in the past: reads once which entries were touched since, about 20 microseconds
    /// for each.
    CatalogueAt(const ReadTx& tx, const Asked& asked);

    [[nodiscard]] const Asked& asked() const { return asked_; }

    /// As ReadTx::query, over what was known.
    [[nodiscard]] EntryPage query(const EntryQuery& query) const;
    /// One entry on the day that is asked about; none before its first period.
    [[nodiscard]] std::optional<EntryHit> hit_of(EntryNo no) const;
    /// The first day on which the entry is listed, as far as is known; none where there is no such day.
    [[nodiscard]] std::optional<Day> first_listed(const EntryKey& key) const;
    /// Of a hit that `query` or `hit_of` gave.
    [[nodiscard]] HitAnswer answer_about(const EntryHit& hit) const;

    /// For a search; this object stays where it is and outlives it.
    [[nodiscard]] EntrySource source() const;

    /// Written to since the moment of knowledge.
    [[nodiscard]] bool is_touched(EntryNo no) const;
    /// All of those by number, with their periods as they were known.
    void visit_touched(
        const std::function<void(const TouchedEntry& entry, std::span<const Period> periods)>& visit) const;

private:
    [[nodiscard]] bool is_known(const Dot& dot) const;
    /// The records that have an op of the entry, as far as they were known.
    [[nodiscard]] std::vector<Writer> writers_of(const EntryHit& hit) const;
    [[nodiscard]] Protection judged(const EntryHit& hit, std::span<const Period> periods) const;
    [[nodiscard]] Protection protection_about(const EntryHit& hit) const;
    /// What is said of a touched entry. The first ones are folded once: the classes of a search, and the rows of a
    /// list, ask for all of them over and over.
    [[nodiscard]] const EntryViews& refolded(std::size_t touched) const;
    /// Appends the hits among the entries that are folded again, up to `limit` and not beyond entry `last`.
    void add_refolded(std::vector<EntryHit>& hits, const EntryQuery& query, std::optional<EntryNo> last) const;
    /// Whether one of them may have the name that is asked for; a search looks up hundreds of names, one by one.
    [[nodiscard]] bool may_be_named(const EntryQuery& query) const;

    const ReadTx& tx_;
    Asked asked_;
    std::optional<RecordNo> known_;  ///< the last record that had arrived by then; none = all
    mutable std::unordered_map<std::int64_t, bool>
        is_batch_;                                         ///< by number, of records that wrote what was asked about
    std::vector<TouchedEntry> touched_;                    ///< by number
    mutable std::vector<std::optional<EntryViews>> kept_;  ///< of the first of them
    mutable EntryViews other_;                             ///< the last one beyond those
    mutable std::optional<std::set<std::string, std::less<>>> names_;  ///< terms of the whole names of all of them
};

}  // namespace minglu
