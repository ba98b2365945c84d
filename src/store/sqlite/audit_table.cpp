#include "src/store/sqlite/audit_table.hpp"

namespace minglu {
namespace {

/// Columns: audit_no, at, actor, kind, case_number, line, hash.
AuditRow audit_of(const Statement& row) {
    return {row.integer(0), UnixMs{row.integer(1)}, row.text(2), row.text(3), row.text(4), row.text(5), row.hash(6)};
}

}  // namespace

std::vector<AuditRow> AuditTable::rows(const AuditQuery& query) const {
    const std::int64_t before_no = query.before.second;
    const UnixMs from_at = before_no == 0 ? UnixMs{INT64_MAX} : query.before.first;
    const auto select = [&](Sql sql, std::string_view indexed) {
        return database_.query(sql, indexed, query.since, query.until, from_at, before_no, query.actor, query.kind,
                               query.case_number, query.limit);
    };
    // One text for each index that can lead; the other conditions are looked at row by row.
    Query found = !query.case_number.empty()
                      ? select(
                            "SELECT audit_no, at, actor, kind, case_number, line, hash FROM audit"
                            " INDEXED BY audit_by_case WHERE case_number = ?1 AND case_number <> ''"
                            " AND at >= ?2 AND at < ?3 AND (at, audit_no) < (?4, ?5)"
                            " AND (?6 = '' OR actor = ?6) AND (?7 = '' OR kind = ?7) AND (?8 = '' OR case_number = ?8)"
                            " ORDER BY at DESC, audit_no DESC LIMIT ?9",
                            query.case_number)
                  : !query.actor.empty()
                      ? select(
                            "SELECT audit_no, at, actor, kind, case_number, line, hash FROM audit"
                            " INDEXED BY audit_by_actor WHERE actor = ?1"
                            " AND at >= ?2 AND at < ?3 AND (at, audit_no) < (?4, ?5)"
                            " AND (?6 = '' OR actor = ?6) AND (?7 = '' OR kind = ?7) AND (?8 = '' OR case_number = ?8)"
                            " ORDER BY at DESC, audit_no DESC LIMIT ?9",
                            query.actor)
                      : select(
                            "SELECT audit_no, at, actor, kind, case_number, line, hash FROM audit"
                            " INDEXED BY audit_by_time WHERE ?1 = ''"
                            " AND at >= ?2 AND at < ?3 AND (at, audit_no) < (?4, ?5)"
                            " AND (?6 = '' OR actor = ?6) AND (?7 = '' OR kind = ?7) AND (?8 = '' OR case_number = ?8)"
                            " ORDER BY at DESC, audit_no DESC LIMIT ?9",
                            "");
    std::vector<AuditRow> rows;
    while (found.next()) rows.push_back(audit_of(found.row()));
    return rows;
}

void AuditTable::visit(std::int64_t after, const std::function<bool(const AuditRow&)>& visit) const {
    Query found = database_.query(
        "SELECT audit_no, at, actor, kind, case_number, line, hash FROM audit WHERE audit_no > ? ORDER BY audit_no",
        after);
    while (found.next() && visit(audit_of(found.row()))) {
    }
}

std::optional<AuditRow> AuditTable::last() const {
    Query found = database_.query(
        "SELECT audit_no, at, actor, kind, case_number, line, hash FROM audit ORDER BY audit_no DESC LIMIT 1");
    if (!found.next()) return std::nullopt;
    return audit_of(found.row());
}

std::int64_t AuditTable::last_no() const {
    Query found = database_.query("SELECT seq FROM sqlite_sequence WHERE name = 'audit'");
    return found.next() ? found.row().integer(0) : 0;
}

void AuditTable::add(const AuditRow& row) {
    database_.run("INSERT INTO audit (audit_no, at, actor, kind, case_number, line, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
                  row.no, row.at, row.actor, row.kind, row.case_number, row.line, row.hash);
}

}  // namespace minglu
