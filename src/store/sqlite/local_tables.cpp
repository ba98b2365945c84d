#include "src/store/sqlite/local_tables.hpp"

#include <utility>

namespace minglu {
namespace {

/// Columns: token_no, name, role, secret_hash, created, expires, revoked.
TokenRow token_of(const Statement& row) {
    return {row.integer(0),         row.text(1), row.text(2), row.hash(3), UnixMs{row.integer(4)},
            UnixMs{row.integer(5)}, row.flag(6)};
}

/// Columns: incident_no, kind, peer, subject, count, then at, received, done, advice of the first and of the last time.
IncidentRow incident_of(const Statement& row, std::vector<Acknowledgement> acknowledgements) {
    const auto occurrence = [&](int column) {
        return Occurrence{UnixMs{row.integer(column)}, row.text(column + 1), row.text(column + 2),
                          row.text(column + 3)};
    };
    constexpr int first_column = 5;
    constexpr int last_column = 9;
    const bool is_repeated = !row.is_null(last_column);
    const Occurrence last = occurrence(is_repeated ? last_column : first_column);
    IncidentRow incident{row.integer(0), last.at,       row.text(1), row.text(2),
                         row.text(3),    last.received, last.done,   last.advice};
    incident.count = static_cast<std::uint64_t>(row.integer(4));
    incident.acknowledgements = std::move(acknowledgements);
    if (is_repeated) incident.first = occurrence(first_column);
    return incident;
}

}  // namespace

std::vector<PeerRow> LocalTables::peers() const {
    std::vector<PeerRow> peers;
    Query query = database_.query("SELECT node, card, url, paused, added, push FROM peer ORDER BY node");
    while (query.next()) {
        peers.push_back({NodeId{query->text(0)}, query->text(1), query->text(2), query->flag(3),
                         UnixMs{query->integer(4)}, query->flag(5)});
    }
    return peers;
}

void LocalTables::put_peer(const PeerRow& peer) {
    database_.run("INSERT OR REPLACE INTO peer (node, card, url, paused, added, push) VALUES (?, ?, ?, ?, ?, ?)",
                  peer.node, Blob{peer.card}, peer.url, peer.paused, peer.added, peer.push);
}

bool LocalTables::remove_peer(const NodeId& node) {
    database_.run("DELETE FROM peer WHERE node = ?", node);
    return database_.changes() > 0;
}

std::vector<TokenRow> LocalTables::tokens() const {
    std::vector<TokenRow> tokens;
    Query query = database_.query(
        "SELECT token_no, name, role, secret_hash, created, expires, revoked FROM token ORDER BY token_no");
    while (query.next()) tokens.push_back(token_of(query.row()));
    return tokens;
}

std::optional<TokenRow> LocalTables::token(const Hash& secret_hash) const {
    Query query = database_.query(
        "SELECT token_no, name, role, secret_hash, created, expires, revoked FROM token WHERE secret_hash = ?",
        secret_hash);
    if (!query.next()) return std::nullopt;
    return token_of(query.row());
}

std::int64_t LocalTables::add_token(const TokenRow& token) {
    database_.run("INSERT INTO token (name, role, secret_hash, created, expires, revoked) VALUES (?, ?, ?, ?, ?, ?)",
                  token.name, token.role, token.secret_hash, token.created, token.expires, token.revoked);
    return database_.last_insert_rowid();
}

bool LocalTables::revoke_token(std::int64_t no) {
    database_.run("UPDATE token SET revoked = 1 WHERE token_no = ? AND revoked = 0", no);
    return database_.changes() > 0;
}

std::vector<IncidentRow> LocalTables::incidents(std::int64_t before, std::uint32_t limit,
                                                const IncidentFilter& filter) const {
    std::vector<IncidentRow> incidents;
    Query query = database_.query(
        "SELECT incident_no, kind, peer, subject, count, at, received, done, advice, last_at, last_received, last_done,"
        " last_advice FROM incident WHERE incident_no < ?1 AND (?3 = 0 OR count > acknowledged)"
        " AND (?4 = '' OR kind = ?4) AND (?5 = '' OR peer = ?5) ORDER BY incident_no DESC LIMIT ?2",
        before == 0 ? INT64_MAX : before, limit, filter.only_open, filter.kind, filter.peer);
    while (query.next()) incidents.push_back(incident_of(query.row(), acknowledgements(query->integer(0))));
    return incidents;
}

OpenIncidents LocalTables::open_incidents() const {
    OpenIncidents open;
    Query query = database_.query(
        "SELECT kind, peer, count(*) FROM incident INDEXED BY incident_open WHERE count > acknowledged"
        " GROUP BY kind, peer");
    while (query.next()) open[{query->text(0), query->text(1)}] = static_cast<std::uint64_t>(query->integer(2));
    return open;
}

std::vector<Acknowledgement> LocalTables::acknowledgements(std::int64_t incident_no) const {
    std::vector<Acknowledgement> acknowledgements;
    Query query = database_.query(
        "SELECT actor, at, note, count FROM acknowledgement WHERE incident_no = ? ORDER BY acknowledgement_no",
        incident_no);
    while (query.next()) {
        acknowledgements.push_back(
            {query->text(0), UnixMs{query->integer(1)}, query->text(2), static_cast<std::uint64_t>(query->integer(3))});
    }
    return acknowledgements;
}

bool LocalTables::acknowledge(std::int64_t incident_no, const Acknowledgement& acknowledgement) {
    database_.run("UPDATE incident SET acknowledged = count WHERE incident_no = ?", incident_no);
    if (database_.changes() == 0) return false;
    database_.run(
        "INSERT INTO acknowledgement (incident_no, actor, at, note, count)"
        " SELECT incident_no, ?2, ?3, ?4, count FROM incident WHERE incident_no = ?1",
        incident_no, acknowledgement.by, acknowledgement.at, acknowledgement.note);
    return true;
}

std::uint64_t LocalTables::acknowledge_all(std::string_view kind, std::string_view peer,
                                           const Acknowledgement& acknowledgement) {
    database_.run(
        "INSERT INTO acknowledgement (incident_no, actor, at, note, count)"
        " SELECT incident_no, ?3, ?4, ?5, count FROM incident WHERE kind = ?1 AND peer = ?2 AND count > acknowledged"
        " ORDER BY incident_no",
        kind, peer, acknowledgement.by, acknowledgement.at, acknowledgement.note);
    const auto acknowledged = static_cast<std::uint64_t>(database_.changes());
    database_.run("UPDATE incident SET acknowledged = count WHERE kind = ?1 AND peer = ?2 AND count > acknowledged",
                  kind, peer);
    return acknowledged;
}

void LocalTables::add_incident(const IncidentRow& incident) {
    const IncidentRow one = shortened(incident);
    if (count_up(one)) return;
    const Room room = room_of(one);
    if (!is_day_full(one, room)) return insert(one);
    const IncidentRow together = shortened(counted_together(one, room));
    if (!count_up(together)) insert(together);
}

Room LocalTables::room_of(const IncidentRow& incident) const {
    if (incident.peer.empty()) return Room::unbounded;
    Query known = database_.query(
        "SELECT 1 FROM peer WHERE node = ?1"
        " UNION ALL SELECT 1 FROM log WHERE own AND substr(id, 1, length(id) - 17) = ?1",
        incident.peer);
    return known.next() ? Room::peer : Room::strangers;
}

bool LocalTables::is_day_full(const IncidentRow& incident, Room room) const {
    if (room == Room::unbounded) return false;
    const DayBounds day = day_around(incident.at);
    Query query = room == Room::peer ? database_.query(
                                           "SELECT count(*) FROM (SELECT 1 FROM incident"
                                           " WHERE kind = ? AND peer = ? AND at >= ? AND at < ? LIMIT ?)",
                                           incident.kind, incident.peer, day.begin, day.end, incidents_per_day_max)
                                     : database_.query(
                                           "SELECT count(*) FROM (SELECT 1 FROM incident WHERE kind = ? AND peer <> ''"
                                           " AND peer NOT IN (SELECT node FROM peer"
                                           " UNION ALL SELECT substr(id, 1, length(id) - 17) FROM log WHERE own)"
                                           " AND at >= ? AND at < ? LIMIT ?)",
                                           incident.kind, day.begin, day.end, incidents_per_day_max);
    query.next();
    return query->integer(0) == incidents_per_day_max;
}

bool LocalTables::count_up(const IncidentRow& incident) {
    database_.run(
        "UPDATE incident SET count = count + ?4, last_at = ?5, last_received = ?6, last_done = ?7, last_advice = ?8"
        " WHERE kind = ?1 AND peer = ?2 AND subject = ?3",
        incident.kind, incident.peer, incident.subject, incident.count, incident.at, incident.received, incident.done,
        incident.advice);
    return database_.changes() > 0;
}

void LocalTables::insert(const IncidentRow& incident) {
    database_.run(
        "INSERT INTO incident (at, kind, peer, subject, received, done, advice, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        incident.at, incident.kind, incident.peer, incident.subject, incident.received, incident.done, incident.advice,
        incident.count);
}

std::vector<ForkRow> LocalTables::forks() const {
    std::vector<ForkRow> forks;
    Query query =
        database_.query("SELECT fork_no, at, log, peer, head_a, head_b, common, proof FROM fork ORDER BY fork_no");
    while (query.next()) {
        ForkRow& fork = forks.emplace_back();
        fork.no = query->integer(0);
        fork.at = UnixMs{query->integer(1)};
        fork.log = LogId{query->text(2)};
        fork.peer = query->text(3);
        fork.head_a = query->text(4);
        fork.head_b = query->text(5);
        if (!query->is_null(6)) fork.common = Seq{static_cast<std::uint64_t>(query->integer(6))};
        fork.proof = query->text(7);
    }
    return forks;
}

void LocalTables::add_fork(const ForkRow& fork) {
    const std::optional<std::int64_t> common =
        fork.common ? std::optional<std::int64_t>(static_cast<std::int64_t>(fork.common->value())) : std::nullopt;
    database_.run("INSERT INTO fork (at, log, peer, head_a, head_b, common, proof) VALUES (?, ?, ?, ?, ?, ?, ?)",
                  fork.at, fork.log, fork.peer, fork.head_a, fork.head_b, common, fork.proof);
}

std::optional<StoredReply> LocalTables::reply(std::string_view idempotency_key) const {
    Query query =
        database_.query("SELECT request, status, body, at FROM reply WHERE idempotency_key = ?", idempotency_key);
    if (!query.next()) return std::nullopt;
    return StoredReply{query->hash(0), static_cast<int>(query->integer(1)), query->text(2), UnixMs{query->integer(3)}};
}

void LocalTables::put_reply(std::string_view idempotency_key, const StoredReply& reply) {
    database_.run("INSERT OR REPLACE INTO reply (idempotency_key, request, status, body, at) VALUES (?, ?, ?, ?, ?)",
                  idempotency_key, reply.request, reply.status, Blob{reply.body}, reply.at);
}

std::string LocalTables::setting(std::string_view key) const {
    Query query = database_.query("SELECT value FROM setting WHERE key = ?", key);
    return query.next() ? query->text(0) : std::string{};
}

void LocalTables::put_setting(std::string_view key, std::string_view value) {
    if (value.empty()) return database_.run("DELETE FROM setting WHERE key = ?", key);
    database_.run("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", key, Blob{value});
}

}  // namespace minglu
