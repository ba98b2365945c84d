#include "src/store/sqlite/local_tables.hpp"

namespace minglu {
namespace {

/// Columns: token_no, name, role, secret_hash, created, expires, revoked.
TokenRow token_of(const Statement& row) {
    return {row.integer(0),         row.text(1), row.text(2), row.hash(3), UnixMs{row.integer(4)},
            UnixMs{row.integer(5)}, row.flag(6)};
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

std::vector<IncidentRow> LocalTables::incidents(std::int64_t before, std::uint32_t limit, bool only_open) const {
    std::vector<IncidentRow> incidents;
    Query query = database_.query(
        "SELECT incident_no, at, kind, peer, subject, received, done, advice, count FROM incident"
        " WHERE incident_no < ?1 AND (?3 = 0 OR count > acknowledged) ORDER BY incident_no DESC LIMIT ?2",
        before == 0 ? INT64_MAX : before, limit, only_open);
    while (query.next()) {
        incidents.push_back({query->integer(0), UnixMs{query->integer(1)}, query->text(2), query->text(3),
                             query->text(4), query->text(5), query->text(6), query->text(7),
                             static_cast<std::uint64_t>(query->integer(8)), acknowledgements(query->integer(0))});
    }
    return incidents;
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

void LocalTables::add_incident(const IncidentRow& incident) {
    database_.run(
        "INSERT INTO incident (at, kind, peer, subject, received, done, advice, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (kind, peer, subject) DO UPDATE SET at = excluded.at, received = excluded.received,"
        " done = excluded.done, advice = excluded.advice, count = count + excluded.count",
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
