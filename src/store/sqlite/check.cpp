#include <array>

#include "src/store/sqlite/store_impl.hpp"

namespace minglu {
namespace {

const std::string file_cure = " (bring back a backup; see the operations guide, damaged database)";

void add_each(std::vector<std::string>& findings, Query& query, const std::string& cure = {}) {
    while (query.next()) findings.push_back(query->text(0) + cure);
}

void add_integrity(std::vector<std::string>& findings, Query& integrity) {
    while (integrity.next()) {
        if (integrity->bytes(0) != "ok") findings.push_back("the file: " + integrity->text(0) + file_cure);
    }
}

void add_foreign(std::vector<std::string>& findings, Query& foreign) {
    while (foreign.next()) {
        findings.push_back("table " + foreign->text(0) + ", row " + foreign->text(1) + ": it names a row of " +
                           foreign->text(2) + " that is not there" + file_cure);
    }
}

/// All tables, and what only shows in the file as a whole: pages that are used twice, or by nobody.
void check_file(Database& database, std::vector<std::string>& findings) {
    Query integrity = database.query("PRAGMA integrity_check(100)");
    add_integrity(findings, integrity);
    Query foreign = database.query("PRAGMA foreign_key_check");
    add_foreign(findings, foreign);
}

/// The table after the first `done` ones, with its indexes. False when there is none.
bool check_table(Database& database, std::int64_t& done, std::vector<std::string>& findings) {
    std::string table;
    {
        Query next =
            database.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name LIMIT 1 OFFSET ?", done);
        if (!next.next()) return false;
        table = next->text(0);
    }
    ++done;
    Query integrity = database.query("SELECT * FROM pragma_integrity_check(?)", table);
    add_integrity(findings, integrity);
    Query foreign = database.query("SELECT * FROM pragma_foreign_key_check(?)", table);
    add_foreign(findings, foreign);
    return true;
}

void check_sizes(Database& database, std::vector<std::string>& findings) {
    Query contiguous = database.query(
        "SELECT 'table log, log ' || l.id || ': says it has ' || l.size || ' records, but holds ' || count(r.seq)"
        " || ' with the last at ' || coalesce(max(r.seq), 0)"
        " FROM log l LEFT JOIN record r ON r.log_no = l.log_no GROUP BY l.log_no"
        " HAVING count(r.seq) <> l.size OR coalesce(max(r.seq), 0) <> l.size");
    add_each(findings, contiguous, file_cure);
}

void check_ops(Database& database, std::vector<std::string>& findings) {
    Query ops = database.query(
        "SELECT 'table op, record number ' || record_no || ': says it has ' || ops || ' ops, but holds another number "
        "of them' FROM "
        "record"
        " WHERE ops <> (SELECT count(*) FROM op WHERE op_no >= record_no << 15 AND op_no < (record_no + 1) << 15)");
    add_each(findings, ops, file_cure);
}

void check_orphans(Database& database, std::vector<std::string>& findings) {
    Query orphans = database.query(
        "SELECT 'table op: there are ' || count(*) || ' ops of no record' FROM op"
        " WHERE NOT EXISTS (SELECT 1 FROM record WHERE record_no = op_no >> 15) HAVING count(*) > 0");
    add_each(findings, orphans, file_cure);
}

void check_arrival(Database& database, std::vector<std::string>& findings) {
    Query arrival = database.query(
        "SELECT 'table record, record number ' || record_no || ': arrived before the one in front of it' FROM"
        " (SELECT record_no, arrived < lag(arrived) OVER (ORDER BY record_no) AS earlier FROM record) WHERE earlier");
    add_each(findings, arrival, file_cure);
}

void check_period_entries(Database& database, std::vector<std::string>& findings) {
    Query periods = database.query(
        "SELECT 'table period: there are ' || count(*) || ' periods of no entry (run minglu rebuild)' FROM period"
        " WHERE NOT EXISTS (SELECT 1 FROM entry WHERE entry_no = period_no >> 24) HAVING count(*) > 0");
    add_each(findings, periods);
}

void check_period_numbers(Database& database, std::vector<std::string>& findings) {
    Query numbers = database.query(
        "SELECT 'table entry, entry number ' || entry_no || ': would use the number of a period again (run minglu "
        "rebuild)' FROM entry"
        " WHERE (SELECT max(period_no) FROM period WHERE period_no >= entry_no << 24"
        " AND period_no < (entry_no + 1) << 24) >= (entry_no << 24) + period_next");
    add_each(findings, numbers);
}

void check_open_conflicts(Database& database, std::vector<std::string>& findings) {
    Query conflicts = database.query(
        "SELECT 'table entry, entry number ' || entry_no || ': says it has ' || open_conflicts ||"
        " ' open conflicts, but has ' || found || ' (run minglu rebuild)' FROM"
        " (SELECT e.entry_no, e.open_conflicts, (SELECT count(*) FROM finding f JOIN conflict c USING (finding_no)"
        " WHERE f.key_no = e.entry_no AND c.state = 'open') AS found FROM entry e) WHERE open_conflicts <> found");
    add_each(findings, conflicts);
}

/// What the journal told last, and what is: a new event is written where they differ.
void check_told_states(Database& database, std::vector<std::string>& findings) {
    Query states = database.query(
        "SELECT 'table finding, conflict number ' || finding_no || ': was last told to be ' || told || ', and is ' ||"
        " now || ' (run minglu rebuild)' FROM (SELECT f.finding_no, f.state AS told,"
        " coalesce(c.state, 'withdrawn') AS now FROM finding f LEFT JOIN conflict c USING (finding_no))"
        " WHERE told <> now");
    add_each(findings, states);
}

/// What the chain of the rows cannot tell: that the last of them are gone.
void check_audit_end(Database& database, std::vector<std::string>& findings) {
    Query end = database.query(
        "SELECT 'audit trail: ' || seq || ' rows were written, the last that is here is ' || here FROM"
        " (SELECT s.seq, (SELECT coalesce(max(audit_no), 0) FROM audit) AS here FROM sqlite_sequence s"
        " WHERE s.name = 'audit') WHERE here <> seq");
    add_each(findings, end, file_cure);
}

constexpr std::array whole_checks{
    check_sizes,          check_ops,         check_orphans,  check_arrival, check_period_entries, check_period_numbers,
    check_open_conflicts, check_told_states, check_audit_end};

}  // namespace

std::vector<std::string> check_database(Database& database, SearchIndex& search) {
    std::vector<std::string> findings;
    check_file(database, findings);
    for (const auto check : whole_checks) check(database, findings);
    search.check(findings);
    return findings;
}

/// Parts in order: the tables, each of the checks above, the search index. `after`: tables done, or the last page.
bool check_piece(Database& database, SearchIndex& search, CheckPosition& position, std::vector<std::string>& findings) {
    constexpr auto checks_end = static_cast<std::int64_t>(whole_checks.size());
    if (position.part == 0) {
        if (check_table(database, position.after, findings)) return true;
        position = {1, 0};
        return true;
    }
    if (position.part <= checks_end) {
        whole_checks[static_cast<std::size_t>(position.part - 1)](database, findings);
        position = {position.part + 1, 0};
        return true;
    }
    return position.part == checks_end + 1 && search.check_some(position.after, findings);
}

}  // namespace minglu
