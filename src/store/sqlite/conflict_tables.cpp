#include "src/store/sqlite/conflict_tables.hpp"

#include <algorithm>

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

void ConflictTables::replace(std::int64_t key_no, std::span<const ConflictView> conflicts, UnixMs at) {
    std::vector<std::pair<std::int64_t, std::string>> gone;
    {
        Query query = database_.query("SELECT finding_no, conflict, state FROM finding WHERE key_no = ?", key_no);
        while (query.next()) {
            const Hash id = query->hash(1);
            const bool stays = std::any_of(conflicts.begin(), conflicts.end(),
                                           [&](const ConflictView& conflict) { return conflict.id == id; });
            if (!stays) gone.emplace_back(query->integer(0), query->text(2));
        }
    }
    for (const auto& [finding_no, before] : gone) {
        database_.run("DELETE FROM conflict WHERE finding_no = ?", finding_no);
        tell(finding_no, before, state_withdrawn, at);
    }
    for (const ConflictView& conflict : conflicts) {
        const std::int64_t finding_no = require_finding(key_no, conflict, at);
        database_.run(
            "INSERT OR REPLACE INTO conflict (finding_no, a_log, a_seq, b_log, b_seq, state, type, groups)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            finding_no, conflict.a.log, conflict.a.seq, conflict.b.log, conflict.b.seq, name(conflict.state),
            conflict.type, join_lines(conflict.groups));
    }
}

std::int64_t ConflictTables::require_finding(std::int64_t key_no, const ConflictView& conflict, UnixMs at) {
    const std::string_view after = name(conflict.state);
    std::optional<std::pair<std::int64_t, std::string>> known;
    {
        Query query = database_.query("SELECT finding_no, state FROM finding WHERE conflict = ?", conflict.id);
        if (query.next()) known.emplace(query->integer(0), query->text(1));
    }
    if (known) {
        tell(known->first, known->second, after, at);
        return known->first;
    }
    database_.run("INSERT INTO finding (conflict, key_no, found_at, state) VALUES (?, ?, ?, ?)", conflict.id, key_no,
                  at, after);
    const std::int64_t finding_no = database_.last_insert_rowid();
    tell(finding_no, std::nullopt, after, at);
    return finding_no;
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
