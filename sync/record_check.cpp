#include "sync/record_check.hpp"

#include <map>

#include "sync/intake.hpp"
#include "sync/merkle.hpp"
#include "sync/proof_steps.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

/// Reading the tree throws where it is damaged; here that is an answer.
template <class Look>
bool is_readable_and(const Look& look) {
    try {
        return look();
    } catch (const StoreFault& fault) {
        if (fault.code() != ErrorCode::corrupt) throw;
        return false;
    }
}

}  // namespace

std::optional<Damage> damage_of(const ReadTx& tx, const LogRow& log, const RecordRow& record,
                                std::span<const std::string> op_lines) {
    const auto header = parse_header(record.header);
    if (!header) return Damage{"record", "its header does not parse: " + header.error().what};
    const Hash leaf = leaf_hash(hash_of(log.suite), record.header);
    const auto node = tx.tree_node(log.no, 0, record.dot.seq.value() - 1);
    if (leaf != record.leaf && leaf == node) return Damage{"record", "its stored leaf hash is not that of its header"};
    if (leaf != record.leaf) return Damage{"record", "its header is not the one that was hashed"};
    if (leaf != node) return Damage{"tree_node", "its leaf in the tree of its log is not that of its header"};
    if (header->ops != op_lines.size()) return Damage{"op", "it has another number of ops than its header says"};
    if (!ops_match({*header, record.header, {op_lines.begin(), op_lines.end()}}))
        return Damage{"op", "its ops do not match its header"};
    return std::nullopt;
}

std::string describe(const Damage& damage, const Dot& record) {
    return "table " + std::string(damage.table) + ", record " + to_string(record) + ": " + damage.what;
}

std::optional<std::string> first_damage(const ReadTx& tx) {
    std::map<LogId, LogRow> logs;
    for (LogRow& log : tx.logs()) logs.emplace(log.id, std::move(log));
    std::optional<std::string> found;
    tx.visit_records(RecordNo{}, [&](const RecordRow& record) {
        const auto log = logs.find(record.dot.log);
        if (log == logs.end()) return true;
        if (const auto damage = damage_of(tx, log->second, record, tx.ops_of_record(record.no)))
            found = describe(*damage, record.dot);
        return !found;
    });
    return found;
}

bool tree_is_sound(const ReadTx& tx, const LogRow& log) {
    if (log.head.empty() || log.size == Seq{}) return true;
    return is_readable_and([&] {
        const HashAlgorithm algorithm = hash_of(log.suite);
        const auto head = parse_note(log.head);
        const auto tree = TreeFrontier::restore(algorithm, log.size.value(), log.frontier);
        if (!head || !tree || tree->root() != root_at(algorithm, log.size.value(), node_reader(tx, log.no)))
            return false;
        if (log.head_size <= log.size)
            return head->head.root == root_at(algorithm, log.head_size.value(), node_reader(tx, log.no));
        return proved_root(algorithm, log.size, log.head_proof, head->head) == std::optional<Hash>(tree->root());
    });
}

std::optional<Segment> sound_segment(const ReadTx& tx, const LogRow& log, Seq from, Seq to, Seq receiver_head) {
    std::optional<Segment> segment;
    const bool sound = is_readable_and([&] {
        segment = make_segment(tx, log, from, to, receiver_head);
        const auto head = parse_note(log.head);
        if (!head) return false;
        if (log.cut) return true;  // proved by way of its cut, by the receiver
        const HashAlgorithm algorithm = hash_of(log.suite);
        return proved_root(algorithm, to, segment->steps, head->head) ==
               std::optional<Hash>(root_at(algorithm, to.value(), node_reader(tx, log.no)));
    });
    return sound ? segment : std::nullopt;
}

IncidentRow own_damage(const LogId& log, const NodeId& self, const std::string& what) {
    IncidentRow incident;
    incident.kind = "damaged_log";
    incident.peer = self.value();
    incident.subject = log.value();
    incident.received = "our own copy of it is not what was signed: " + what;
    incident.done = "nothing of it from there on is sent; other logs go on";
    incident.advice = "see the operations guide, damaged database: run minglu verify, then bring back a backup";
    return incident;
}

IncidentRow their_damage(const Dot& dot, const NodeId& from) {
    IncidentRow incident;
    incident.kind = "damaged_log";
    incident.peer = from.value();
    incident.subject = dot.log.value();
    incident.received = "the sender says that its copy is damaged at record " + to_string(dot);
    incident.done = "nothing of it from there on was taken; other logs go on, and it is asked for again";
    incident.advice = "tell the operators of " + from.value() +
                      "; they find it with minglu verify. The records also come from any other node that holds them";
    return incident;
}

}  // namespace minglu
