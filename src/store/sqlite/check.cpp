#include "src/store/sqlite/store_impl.hpp"

namespace minglu {
namespace {

const std::string file_cure = " (bring back a backup; see the operations guide, damaged database)";

void add_each(std::vector<std::string>& findings, Query& query) {
    while (query.next()) findings.push_back(query->text(0));
}

void check_file(Database& database, std::vector<std::string>& findings) {
    Query integrity = database.query("PRAGMA integrity_check(100)");
    while (integrity.next()) {
        if (integrity->bytes(0) != "ok") findings.push_back("the file: " + integrity->text(0) + file_cure);
    }
    Query foreign = database.query("PRAGMA foreign_key_check");
    while (foreign.next()) {
        findings.push_back("table " + foreign->text(0) + ", row " + foreign->text(1) + ": it names a row of " +
                           foreign->text(2) + " that is not there" + file_cure);
    }
}

void check_log(Database& database, std::vector<std::string>& findings) {
    Query contiguous = database.query(
        "SELECT 'table log, log ' || l.id || ': says it has ' || l.size || ' records, but holds ' || count(r.seq)"
        " || ' with the last at ' || coalesce(max(r.seq), 0)"
        " FROM log l LEFT JOIN record r ON r.log_no = l.log_no GROUP BY l.log_no"
        " HAVING count(r.seq) <> l.size OR coalesce(max(r.seq), 0) <> l.size");
    add_each(findings, contiguous);
    Query ops = database.query(
        "SELECT 'table op, record number ' || record_no || ': says it has ' || ops || ' ops, but holds another number "
        "of them' FROM "
        "record"
        " WHERE ops <> (SELECT count(*) FROM op WHERE op_no >= record_no << 15 AND op_no < (record_no + 1) << 15)");
    add_each(findings, ops);
    Query orphans = database.query(
        "SELECT 'table op: there are ' || count(*) || ' ops of no record' FROM op"
        " WHERE NOT EXISTS (SELECT 1 FROM record WHERE record_no = op_no >> 15) HAVING count(*) > 0");
    add_each(findings, orphans);
    Query arrival = database.query(
        "SELECT 'table record, record number ' || record_no || ': arrived before the one in front of it' FROM"
        " (SELECT record_no, arrived < lag(arrived) OVER (ORDER BY record_no) AS earlier FROM record) WHERE earlier");
    add_each(findings, arrival);
}

void check_views(Database& database, std::vector<std::string>& findings) {
    Query periods = database.query(
        "SELECT 'table period: there are ' || count(*) || ' periods of no entry (run minglu rebuild)' FROM period"
        " WHERE NOT EXISTS (SELECT 1 FROM entry WHERE entry_no = period_no >> 24) HAVING count(*) > 0");
    add_each(findings, periods);
    Query numbers = database.query(
        "SELECT 'table entry, entry number ' || entry_no || ': would use the number of a period again (run minglu "
        "rebuild)' FROM entry"
        " WHERE (SELECT max(period_no) FROM period WHERE period_no >= entry_no << 24"
        " AND period_no < (entry_no + 1) << 24) >= (entry_no << 24) + period_next");
    add_each(findings, numbers);
    Query conflicts = database.query(
        "SELECT 'table entry, entry number ' || entry_no || ': says it has ' || open_conflicts ||"
        " ' open conflicts, but has ' || found || ' (run minglu rebuild)' FROM"
        " (SELECT e.entry_no, e.open_conflicts, (SELECT count(*) FROM finding f JOIN conflict c USING (finding_no)"
        " WHERE f.key_no = e.entry_no AND c.state = 'open') AS found FROM entry e) WHERE open_conflicts <> found");
    add_each(findings, conflicts);
}

/// What the chain of the rows cannot tell: that the last of them are gone.
void check_audit_end(Database& database, std::vector<std::string>& findings) {
    Query end = database.query(
        "SELECT 'audit trail: ' || seq || ' rows were written, the last that is here is ' || here FROM"
        " (SELECT s.seq, (SELECT coalesce(max(audit_no), 0) FROM audit) AS here FROM sqlite_sequence s"
        " WHERE s.name = 'audit') WHERE here <> seq");
    add_each(findings, end);
}

}  // namespace

std::vector<std::string> check_database(Database& database, SearchIndex& search) {
    std::vector<std::string> findings;
    check_file(database, findings);
    check_log(database, findings);
    check_views(database, findings);
    check_audit_end(database, findings);
    search.check(findings);
    return findings;
}

}  // namespace minglu
