#include "src/store/sqlite/conflict_tables.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "src/store/conflict_events.hpp"

namespace minglu {
namespace {

std::string join_lines(std::span<const std::string> lines) {
    std::string joined;
    for (const std::string& line : lines) joined.append(joined.empty() ? "" : "\n").append(line);
    return joined;
}

std::vector<std::string> split_lines(std::string_view joined) {
    std::vector<std::string> lines;
    while (!joined.empty()) {
        const std::size_t end = std::min(joined.find('\n'), joined.size());
        lines.emplace_back(joined.substr(0, end));
        joined.remove_prefix(std::min(end + 1, joined.size()));
    }
    return lines;
}

ConflictState state_of(std::string_view text) {
    for (const ConflictState state : {ConflictState::open, ConflictState::resolved, ConflictState::superseded}) {
        if (text == name(state)) return state;
    }
    throw StoreFault(ErrorCode::corrupt, "a stored conflict has no known state");
}

Dot dot_at(const Statement& row, int column) {
    return {LogId{row.text(column)}, Seq{static_cast<std::uint64_t>(row.integer(column + 1))}};
}

/// Columns: finding_no, key, id, a_log, a_seq, b_log, b_seq, state, type, groups, found_at, actor, claimed at.
ConflictRow conflict_of(const Statement& row) {
    ConflictRow conflict;
    conflict.no = row.integer(0);
    conflict.key = EntryKey{row.text(1)};
    conflict.view.id = row.hash(2);
    conflict.view.a = dot_at(row, 3);
    conflict.view.b = dot_at(row, 5);
    conflict.view.state = state_of(row.bytes(7));
    conflict.view.type = row.text(8);
    conflict.view.groups = split_lines(row.bytes(9));
    conflict.found_at = UnixMs{row.integer(10)};
    conflict.claimed_by = row.text(11);
    conflict.claimed_at = UnixMs{row.integer(12)};
    return conflict;
}

/// Whether the stored conflict is this one: columns from the fourth on are state, type, groups.
bool shows(const Statement& row, const ConflictView& conflict) {
    return row.bytes(3) == name(conflict.state) && row.bytes(4) == conflict.type &&
           row.bytes(5) == join_lines(conflict.groups);
}

/// A finding of which there is something to tell, and the conflict that it is now; none when it is no longer listed.
struct Change {
    std::int64_t finding_no;
    std::string told;
    const ConflictView* now;
};

/// The conflicts of one key for which no finding has been met so far. There may be half a million, so their ids, which
/// are hashes, are looked up in one flat table.
class Unmatched {
public:
    explicit Unmatched(std::span<const ConflictView> conflicts)
        : conflicts_(conflicts), slots_(std::bit_ceil(2 * conflicts.size() + 1)), is_matched_(conflicts.size()) {
        for (std::size_t i = 0; i < conflicts_.size(); ++i) slots_[slot_of(conflicts_[i].id)] = i + 1;
    }
    [[nodiscard]] const ConflictView* take(const Hash& id) {
        const std::size_t place = slots_[slot_of(id)];
        if (place == 0) return nullptr;
        is_matched_[place - 1] = true;
        return &conflicts_[place - 1];
    }
    [[nodiscard]] bool holds(std::size_t place) const { return !is_matched_[place]; }

private:
    /// Where the id stands, or would.
    [[nodiscard]] std::size_t slot_of(const Hash& id) const {
        std::uint64_t slot = 0;
        std::memcpy(&slot, id.data(), sizeof slot);
        slot %= slots_.size();
        while (slots_[slot] != 0 && conflicts_[slots_[slot] - 1].id != id) slot = (slot + 1) % slots_.size();
        return slot;
    }

    std::span<const ConflictView> conflicts_;
    std::vector<std::size_t> slots_;  ///< place of a conflict + 1; 0 = free
    std::vector<bool> is_matched_;
};

std::vector<ConflictRow> all_of(Query& query) {
    std::vector<ConflictRow> rows;
    while (query.next()) rows.push_back(conflict_of(query.row()));
    return rows;
}

}  // namespace

std::vector<ConflictRow> ConflictTables::conflicts(const ConflictQuery& wanted) const {
    const std::string_view state = wanted.state ? name(*wanted.state) : std::string_view{};
    if (wanted.key) {
        const auto key_no = keys_.find(*wanted.key);
        if (!key_no) return {};
        Query query = database_.query(
            "SELECT f.finding_no, k.key, f.conflict, c.a_log, c.a_seq, c.b_log, c.b_seq, c.state, c.type, c.groups,"
            " f.found_at, w.actor, w.at FROM finding f CROSS JOIN conflict c ON c.finding_no = f.finding_no"
            " CROSS JOIN key k ON k.key_no = f.key_no LEFT JOIN claim w ON w.finding_no = f.finding_no"
            " WHERE f.key_no = ?1 AND f.finding_no > ?2 AND (?3 = '' OR c.state = ?3) AND (?4 = '' OR w.actor = ?4)"
            " ORDER BY f.finding_no LIMIT ?5",
            *key_no, wanted.after, state, wanted.claimed_by, wanted.limit);
        return all_of(query);
    }
    if (!wanted.claimed_by.empty()) {
        Query query = database_.query(
            "SELECT f.finding_no, k.key, f.conflict, c.a_log, c.a_seq, c.b_log, c.b_seq, c.state, c.type, c.groups,"
            " f.found_at, w.actor, w.at FROM claim w CROSS JOIN conflict c ON c.finding_no = w.finding_no"
            " CROSS JOIN finding f ON f.finding_no = w.finding_no CROSS JOIN key k ON k.key_no = f.key_no"
            " WHERE w.actor = ?1 AND w.finding_no > ?2 AND (?3 = '' OR c.state = ?3)"
            " ORDER BY w.finding_no LIMIT ?4",
            wanted.claimed_by, wanted.after, state, wanted.limit);
        return all_of(query);
    }
    if (wanted.state) {
        Query query = database_.query(
            "SELECT f.finding_no, k.key, f.conflict, c.a_log, c.a_seq, c.b_log, c.b_seq, c.state, c.type, c.groups,"
            " f.found_at, w.actor, w.at FROM conflict c CROSS JOIN finding f ON f.finding_no = c.finding_no"
            " CROSS JOIN key k ON k.key_no = f.key_no LEFT JOIN claim w ON w.finding_no = c.finding_no"
            " WHERE c.state = ?1 AND c.finding_no > ?2 ORDER BY c.finding_no LIMIT ?3",
            state, wanted.after, wanted.limit);
        return all_of(query);
    }
    Query query = database_.query(
        "SELECT f.finding_no, k.key, f.conflict, c.a_log, c.a_seq, c.b_log, c.b_seq, c.state, c.type, c.groups,"
        " f.found_at, w.actor, w.at FROM conflict c CROSS JOIN finding f ON f.finding_no = c.finding_no"
        " CROSS JOIN key k ON k.key_no = f.key_no LEFT JOIN claim w ON w.finding_no = c.finding_no"
        " WHERE c.finding_no > ?1 ORDER BY c.finding_no LIMIT ?2",
        wanted.after, wanted.limit);
    return all_of(query);
}

std::optional<ConflictRow> ConflictTables::conflict(const Hash& id) const {
    Query query = database_.query(
        "SELECT f.finding_no, k.key, f.conflict, c.a_log, c.a_seq, c.b_log, c.b_seq, c.state, c.type, c.groups,"
        " f.found_at, w.actor, w.at FROM finding f CROSS JOIN conflict c ON c.finding_no = f.finding_no"
        " CROSS JOIN key k ON k.key_no = f.key_no LEFT JOIN claim w ON w.finding_no = f.finding_no"
        " WHERE f.conflict = ?",
        id);
    if (!query.next()) return std::nullopt;
    return conflict_of(query.row());
}

std::vector<JournalRow> ConflictTables::journal(const Hash& conflict) const {
    std::vector<JournalRow> rows;
    Query query = database_.query(
        "SELECT j.journal_no, j.at, k.key, j.event, j.actor FROM finding f"
        " CROSS JOIN journal j ON j.finding_no = f.finding_no CROSS JOIN key k ON k.key_no = f.key_no"
        " WHERE f.conflict = ? ORDER BY j.journal_no",
        conflict);
    while (query.next()) {
        rows.push_back({query->integer(0), UnixMs{query->integer(1)}, conflict, EntryKey{query->text(2)},
                        query->text(3), query->text(4)});
    }
    return rows;
}

/// One pass over what is stored of the key: what stays as it is costs no write.
void ConflictTables::replace(std::int64_t key_no, std::span<const ConflictView> conflicts, UnixMs at) {
    Unmatched unmatched(conflicts);
    std::vector<Change> changes;
    {
        Query query = database_.query(
            "SELECT f.finding_no, f.conflict, f.state, c.state, c.type, c.groups FROM finding f"
            " LEFT JOIN conflict c ON c.finding_no = f.finding_no WHERE f.key_no = ?",
            key_no);
        while (query.next()) {
            const ConflictView* const now = unmatched.take(query->hash(1));
            const bool listed = !query->is_null(3);
            const std::string_view told = query->bytes(2);
            const bool same = now == nullptr ? !listed && told == state_withdrawn
                                             : listed && told == name(now->state) && shows(query.row(), *now);
            if (!same) changes.push_back({query->integer(0), std::string(told), now});
        }
    }
    for (const Change& change : changes) {
        if (change.now != nullptr) continue;
        database_.run("DELETE FROM conflict WHERE finding_no = ?", change.finding_no);
        tell(change.finding_no, change.told, state_withdrawn, at);
    }
    for (const Change& change : changes) {
        if (change.now == nullptr) continue;
        tell(change.finding_no, change.told, name(change.now->state), at);
        put(change.finding_no, *change.now);
    }
    for (std::size_t place = 0; place < conflicts.size(); ++place) {
        if (!unmatched.holds(place)) continue;
        const ConflictView& conflict = conflicts[place];
        if (const auto told = take_back(conflict.id, key_no)) {
            tell(told->finding_no, told->state, name(conflict.state), at);
            put(told->finding_no, conflict);
            continue;
        }
        database_.run("INSERT INTO finding (conflict, key_no, found_at, state) VALUES (?, ?, ?, ?)", conflict.id,
                      key_no, at, name(conflict.state));
        const std::int64_t finding_no = database_.last_insert_rowid();
        tell(finding_no, std::nullopt, name(conflict.state), at);
        put(finding_no, conflict);
    }
}

/// Damage alone files a finding under another key than its conflict's.
std::optional<ConflictTables::Told> ConflictTables::take_back(const Hash& conflict, std::int64_t key_no) {
    std::optional<Told> told;
    {
        Query query = database_.query("SELECT finding_no, state FROM finding WHERE conflict = ?", conflict);
        if (!query.next()) return told;
        told = Told{query->integer(0), query->text(1)};
    }
    database_.run("UPDATE finding SET key_no = ? WHERE finding_no = ?", key_no, told->finding_no);
    return told;
}

void ConflictTables::put(std::int64_t finding_no, const ConflictView& conflict) {
    database_.run(
        "INSERT OR REPLACE INTO conflict (finding_no, a_log, a_seq, b_log, b_seq, state, type, groups)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        finding_no, conflict.a.log, conflict.a.seq, conflict.b.log, conflict.b.seq, name(conflict.state), conflict.type,
        join_lines(conflict.groups));
}

void ConflictTables::tell(std::int64_t finding_no, std::optional<std::string_view> before, std::string_view after,
                          UnixMs at) {
    const auto events = conflict_events(before, after);
    for (const std::string_view event : events) append_journal(finding_no, event, "", at);
    if (before && !events.empty()) {
        database_.run("UPDATE finding SET state = ? WHERE finding_no = ?", after, finding_no);
    }
}

void ConflictTables::append_journal(std::int64_t finding_no, std::string_view event, std::string_view actor,
                                    UnixMs at) {
    database_.run("INSERT INTO journal (at, finding_no, event, actor) VALUES (?, ?, ?, ?)", at, finding_no, event,
                  actor);
}

void ConflictTables::claim(const Hash& conflict, std::string_view actor, UnixMs at) {
    std::int64_t finding_no = 0;
    std::string holder;
    {
        Query query = database_.query(
            "SELECT f.finding_no, w.actor FROM finding f LEFT JOIN claim w ON w.finding_no = f.finding_no"
            " WHERE f.conflict = ?",
            conflict);
        if (!query.next())
            throw std::logic_error("claim: no conflict " + to_hex(bytes_of(conflict)) + " was found here");
        finding_no = query->integer(0);
        holder = query->text(1);
    }
    if (holder == actor) return;
    if (actor.empty()) {
        database_.run("DELETE FROM claim WHERE finding_no = ?", finding_no);
        append_journal(finding_no, "released", holder, at);
        return;
    }
    database_.run("INSERT OR REPLACE INTO claim (finding_no, actor, at) VALUES (?, ?, ?)", finding_no, actor, at);
    append_journal(finding_no, "claimed", actor, at);
}

}  // namespace minglu
