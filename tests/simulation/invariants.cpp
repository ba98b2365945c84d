#include "tests/simulation/invariants.hpp"

#include <algorithm>
#include <set>

#include "sync/cosignatures.hpp"
#include "sync/merkle.hpp"
#include "sync/refold.hpp"
#include "sync/segment_proof.hpp"
#include "sync/verify.hpp"
#include "tests/simulation/accounts.hpp"

namespace minglu::simulation {

namespace {

std::string text_of_period(const Period& period) {
    return to_string(period.from) + ".." + (period.until ? to_string(*period.until) : "") + " " + period.view + "\n";
}

std::string text_of_conflict(const ConflictView& conflict) {
    std::string text = to_hex(bytes_of(conflict.id)) + " " + to_string(conflict.a) + " " + to_string(conflict.b) + " " +
                       std::string(name(conflict.state)) + " " + conflict.type;
    for (const std::string& group : conflict.groups) text += " " + group;
    return text + "\n";
}

std::string named(const Dot& dot) {
    return "[\"" + dot.log.value() + "\"," + std::to_string(dot.seq.value()) + "]";
}

/// New records since the last look, per node.
class NewRecords {
public:
    template <class Visit>
    void visit(SimNode& node, const ReadTx& tx, Visit visit) {
        RecordNo& last = last_[node.id()];
        tx.visit_records(last, [&](const RecordRow& record) {
            visit(record);
            last = record.no;
            return true;
        });
    }

private:
    std::map<NodeId, RecordNo> last_;
};

class NothingInvented : public Always {
public:
    Findings check(SimNode& node, const Ledger& ledger) override {
        Findings findings;
        const auto tx = node.store().read();
        fresh_.visit(node, *tx, [&](const RecordRow& record) {
            const auto written = ledger.leaves.find(record.dot);
            if (record.dot.log == ledger.forked) {
                if (!ledger.branches.contains(record.leaf))
                    findings.push_back(node.id().value() + " holds " + to_string(record.dot) + " of no branch");
                return;
            }
            if (record.kind == RecordKind::open && written == ledger.leaves.end()) return;
            if (written == ledger.leaves.end() || written->second != record.leaf)
                findings.push_back(node.id().value() + " holds " + to_string(record.dot) + ", which nobody wrote so");
            const bool is_read = parse_header(record.header)->version <= node.reading().version;
            if (is_read && record.valid == ledger.invalid.contains(record.dot))
                findings.push_back(node.id().value() + " judges " + to_string(record.dot) + " wrongly");
        });
        return findings;
    }

private:
    NewRecords fresh_;
};

/// What counts of a record counts whole: a change if it is valid, a proposal once each node that it needs has approved.
class WholeBatches : public Always {
public:
    Findings check(SimNode& node, const Ledger&) override {
        const auto tx = node.store().read();
        std::set<Dot> changed;
        fresh_.visit(node, *tx, [&](const RecordRow& record) {
            if (record.kind == RecordKind::change || record.kind == RecordKind::batch_propose)
                changed.insert(record.dot);
            if (record.kind == RecordKind::batch_approve)
                if (const auto header = parse_header(record.header, node.reading().version); header && header->of)
                    changed.insert(header->of->dot);
        });
        Findings findings;
        for (const Dot& dot : changed)
            if (const auto record = tx->record(dot)) check_whole(node, *tx, *record, findings);
        return findings;
    }

private:
    static void check_whole(SimNode& node, const ReadTx& tx, const RecordRow& record, Findings& findings) {
        const bool counts = is_effective(tx, record, node.reading().version);
        for (const std::string& line : tx.ops_of_record(record.no)) {
            const auto op = parse_op(line);
            if (!op) continue;
            const auto entry = tx.entry(op->key);
            const bool shown = entry && (entry->etag.at(record.dot.log) == record.dot.seq ||
                                         views_of(tx, op->key).state.find(named(record.dot)) != std::string::npos);
            if (counts && !(entry && entry->etag.covers(record.dot)))
                findings.push_back(node.id().value() + " shows " + op->key.value() + " without " +
                                   to_string(record.dot));
            if (!counts && shown)
                findings.push_back(node.id().value() + " shows " + to_string(record.dot) + ", which does not count");
        }
    }

    static bool is_effective(const ReadTx& tx, const RecordRow& record, std::uint32_t reading_version) {
        const auto stands = [&](const Dot& dot) {
            const auto log = tx.log(dot.log);
            return log && counted(*log) >= dot.seq;
        };
        if (!record.valid || !stands(record.dot)) return false;
        if (record.kind == RecordKind::change) return true;
        const auto header = parse_header(record.header, reading_version);
        if (record.kind != RecordKind::batch_propose || !header || header->needs.empty()) return false;
        const std::vector<BatchMark> marks = tx.marks_of(record.dot);
        return std::all_of(header->needs.begin(), header->needs.end(), [&](const NodeId& needed) {
            return std::any_of(marks.begin(), marks.end(), [&](const BatchMark& mark) {
                return mark.valid && mark.kind == RecordKind::batch_approve && node_of(mark.by.log) == needed &&
                       mark.proposal_leaf == record.leaf && stands(mark.by);
            });
        });
    }

    NewRecords fresh_;
};

Findings missing(SimNode& node, const std::map<Dot, Hash>& wanted, const NodeId& hostile, const std::string& whose) {
    Findings findings;
    const auto tx = node.store().read();
    for (const auto& [dot, leaf] : wanted) {
        if (node_of(dot.log) == hostile) continue;  // which need not give away what it wrote
        const auto record = tx->record(dot);
        if (!record || record->leaf != leaf)
            findings.push_back(node.id().value() + " lacks " + whose + " " + to_string(dot));
    }
    return findings;
}

class OwnWritesStay : public Always {
public:
    Findings check(SimNode& node, const Ledger& ledger) override {
        std::map<Dot, Hash> own;
        for (const auto& [dot, leaf] : ledger.acknowledged)
            if (node_of(dot.log) == node.id()) own.emplace(dot, leaf);
        return missing(node, own, ledger.hostile, "its own acknowledged");
    }
};

bool is_sound(const ReadTx& tx, const LogId& id) {
    const auto log = tx.log(id);
    const auto forks = tx.forks();
    return !(log && log->cut) &&
           std::none_of(forks.begin(), forks.end(), [&](const ForkRow& fork) { return fork.log == id; });
}

/// Whoever has cosigned a head holds its log up to there, and nobody has a cosignature that its maker has not made.
class CosignedIsHeld : public Always {
public:
    Findings check(SimNode& node, const Ledger& ledger) override {
        Findings findings;
        const auto tx = node.store().read();
        for (const CosignatureRow& row : tx->cosignatures(std::nullopt, last_[node.id()])) {
            last_[node.id()] = row.no;
            const auto note = parse_note(row.note);
            if (!note) {
                findings.push_back(node.id().value() + " keeps a cosigned head that does not parse");
                continue;
            }
            const std::string what = node.id().value() + ", head of " + row.log.value() + " at " +
                                     std::to_string(row.size.value()) + " by " + row.node.value() + ": ";
            const auto found = ledger.public_keys.find(row.node);
            const auto keys = found == ledger.public_keys.end() ? std::vector<std::string>() : found->second;
            const bool signed_by_maker = std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
                constexpr std::size_t ed25519_key_bytes = 32;
                const Suite suite = key.size() == ed25519_key_bytes ? Suite::ed25519_sha256 : Suite::sm2_sm3;
                return is_signed_by(*note, row.node, suite, key);
            });
            if (!signed_by_maker)
                findings.push_back(what + "its maker has not signed it");
            else if (row.node == node.id() && is_sound(*tx, row.log) && !holds(*tx, note->head))
                findings.push_back(what + "it does not hold that");
        }
        return findings;
    }

private:
    static bool holds(const ReadTx& tx, const Head& head) {
        const auto log = tx.log(head.log);
        return log && log->size >= head.size &&
               root_at(hash_of(log->suite), head.size.value(), node_reader(tx, log->no)) == head.root;
    }

    std::map<NodeId, std::int64_t> last_;
};

/// Every node knows of every log that all the others vouch for all of it. Of one that two copies of a node go on with
/// each of them signs heads, and some may vouch for these, some for those.
class AllVouchedFor : public AtRest {
public:
    Findings check(const std::vector<SimNode*>& nodes, const Ledger& ledger) override {
        Findings findings;
        if (ledger.hostile != NodeId{}) return findings;  // with it nobody knows when the last one has come
        for (const auto& node : nodes) {
            const auto tx = node->store().read();
            for (const LogRow& log : tx->logs()) {
                if (log.size < log.head_size) continue;  // its author has told no more
                if (!is_sound(*tx, log.id) || writers_of(log.id, nodes) > 1) continue;
                const auto best = best_head(*tx, log.id, log.size);
                for (const auto& other : nodes)
                    if (other->id() != node_of(log.id) &&
                        (!best || std::find(best->by.begin(), best->by.end(), other->id()) == best->by.end()))
                        findings.push_back(node->id().value() + " does not know that " + other->id().value() +
                                           " vouches for all of " + log.id.value());
            }
        }
        return findings;
    }

private:
    static std::ptrdiff_t writers_of(const LogId& log, const std::vector<SimNode*>& nodes) {
        return std::count_if(nodes.begin(), nodes.end(),
                             [&](SimNode* node) { return node->replica().standing().own_log == log; });
    }
};

class Converged : public AtRest {
public:
    Findings check(const std::vector<SimNode*>& nodes, const Ledger& ledger) override {
        Findings findings;
        const Held first = held(*nodes.front(), ledger);
        for (const auto& node : nodes) {
            const Held here = held(*node, ledger);
            const std::string who = node->id().value() + " against " + nodes.front()->id().value() + ": ";
            if (here.vector != first.vector)
                findings.push_back(who + "vector " + to_string(here.vector) + " is not " + to_string(first.vector));
            if (here.forked == first.forked && here.state_root != first.state_root)
                findings.push_back(who + "another state root");
            if (here.catalogue != first.catalogue) findings.push_back(who + "another catalogue");
        }
        return findings;
    }

private:
    struct Held {
        Vector vector;  ///< without the forked log, which has no one content
        Hash forked{};  ///< root of what is held of it
        Hash state_root{};
        std::string catalogue;
    };

    static Held held(SimNode& node, const Ledger& ledger) {
        const auto tx = node.store().read();
        const Standing standing = node.replica().standing();
        Held held{standing.vector, {}, standing.state_root, catalogue_text(*tx, Numbers::without)};
        held.vector.set(ledger.forked, Seq{});
        if (const auto last = tx->record({ledger.forked, standing.vector.at(ledger.forked)})) held.forked = last->leaf;
        return held;
    }
};

/// What was judged of a record is the same everywhere, whatever program took it: also what no view shows.
class JudgedAlike : public AtRest {
public:
    Findings check(const std::vector<SimNode*>& nodes, const Ledger& ledger) override {
        Findings findings;
        const auto first = judged(*nodes.front(), ledger);
        for (const auto& node : nodes)
            for (const auto& [dot, text] : judged(*node, ledger))
                if (const auto there = first.find(dot); there != first.end() && there->second != text)
                    findings.push_back(node->id().value() + " has judged " + to_string(dot) + " " + text + ", " +
                                       nodes.front()->id().value() + " " + there->second);
        return findings;
    }

private:
    static std::map<Dot, std::string> judged(SimNode& node, const Ledger& ledger) {
        std::map<Dot, std::string> all;
        const auto tx = node.store().read();
        tx->visit_records(RecordNo{0}, [&](const RecordRow& record) {
            if (record.dot.log == ledger.forked) return true;
            std::string text(name(record.kind));
            text += record.valid ? " valid" : " invalid";
            if (record.resolves) text += " resolves";
            if (record.is_batch) text += " batch";
            for (const EntryKey& key : tx->keys_of_record(record.no)) text += " " + key.value();
            for (const Hash& subtree : tx->op_subtrees(record.no)) text += " " + to_hex(bytes_of(subtree));
            for (const BatchMark& mark : tx->marks_of(record.dot))
                text +=
                    " " + std::string(name(mark.kind)) + (mark.valid ? " by " : " invalid by ") + to_string(mark.by);
            all.emplace(record.dot, std::move(text));
            return true;
        });
        return all;
    }
};

class NothingLost : public AtRest {
public:
    Findings check(const std::vector<SimNode*>& nodes, const Ledger& ledger) override {
        Findings findings;
        for (const auto& node : nodes)
            for (std::string& finding : missing(*node, ledger.leaves, ledger.hostile, "the record"))
                findings.push_back(std::move(finding));
        return findings;
    }
};

/// An acknowledged write says what somebody asked for, to the last field.
class WrittenAsAsked : public AtRest {
public:
    Findings check(const std::vector<SimNode*>& nodes, const Ledger& ledger) override {
        Findings findings;
        SimNode& node = *nodes.front();
        const auto tx = node.store().read();
        for (const Act& act : ledger.acts) {
            const auto record = tx->record(act.dot);
            if (!record) continue;  // NothingLost says so
            const std::string other =
                difference(act.asked, draft_of(*tx, *record, node.reading().version), Positions::are_equal);
            if (!other.empty()) findings.push_back(to_string(act.dot) + " says " + other + " than was asked for");
        }
        return findings;
    }
};

/// Every acknowledged change counts, every decision has decided, and every field group of what counts is accounted for.
class NothingOverwritten : public AtRest {
public:
    Findings check(const std::vector<SimNode*>& nodes, const Ledger& ledger) override {
        const auto tx = nodes.front()->store().read();
        const Accounts accounts(*tx, ledger, nodes.front()->reading().version);
        Findings findings = accounts.check();
        for (const Act& act : ledger.acts) {
            if (act.asked.kind != RecordKind::change) continue;
            for (const Op& op : act.asked.ops)
                if (accounts.find(op.key, act.dot) == nullptr)
                    findings.push_back(to_string(act.dot) + " does not count at " + op.key.value());
            for (std::string& finding : accounts.check_decision(act, act.dot)) findings.push_back(std::move(finding));
        }
        return findings;
    }
};

class Verified : public AtRest {
public:
    Findings check(const std::vector<SimNode*>& nodes, const Ledger&) override {
        Findings findings;
        for (const auto& node : nodes) {
            for (const std::string& finding : verify(*node->store().read(), {}, node->reading()))
                findings.push_back(node->id().value() + " verify: " + finding);
            for (const std::string& finding : node->store().check())
                findings.push_back(node->id().value() + " store: " + finding);
        }
        return findings;
    }
};

class RebuildIsIdentical : public AtRest {
public:
    Findings check(const std::vector<SimNode*>& nodes, const Ledger&) override {
        Findings findings;
        for (const auto& node : nodes) {
            const std::string before = catalogue_text(*node->store().read(), Numbers::with);
            if (!node->replica().rebuild({})) findings.push_back(node->id().value() + " rebuilds to another root");
            if (catalogue_text(*node->store().read(), Numbers::with) != before)
                findings.push_back(node->id().value() + " rebuilds to other bytes");
        }
        return findings;
    }
};

class IncidentsHaveCauses : public AtRest {
public:
    Findings check(const std::vector<SimNode*>& nodes, const Ledger& ledger) override {
        Findings findings;
        for (const auto& node : nodes)
            for (const IncidentRow& incident : node->store().read()->incidents(0, 10'000))
                if (!has_cause(incident, node->id(), ledger))
                    findings.push_back(node->id().value() + " reports " + incident.kind + " of " + incident.subject +
                                       " for no reason: " + incident.received);
        return findings;
    }
};

/// Against the hostile peer, or about a log of it. Nodes that hold different branches may find that they differ.
bool is_of_hostile(const IncidentRow& incident, const Ledger& ledger) {
    if (ledger.hostile == NodeId{}) return false;
    const bool about = incident.subject == ledger.hostile.value() ||  // of logs that nobody here knows
                       incident.subject.starts_with(ledger.hostile.value() + "-");
    return incident.peer == ledger.hostile.value() || about || incident.kind == "divergence";
}

}  // namespace

bool has_cause(const IncidentRow& incident, const NodeId& node, const Ledger& ledger) {
    const bool tampered = ledger.faults.tampered_at.contains({node, incident.at}) && incident.kind != "fork" &&
                          incident.kind != "divergence";
    // Its data may have been put back since.
    const bool late = ledger.faults.late_at.contains({node, incident.at}) && incident.kind == "gap";
    const bool bug = incident.kind == "invalid_record" && !ledger.invalid.empty();
    const bool clock = incident.kind == "clock_ahead" && ledger.clocks_differ;
    const bool newer = incident.kind == "unsupported_version" && ledger.newer.contains(LogId{incident.subject});
    return tampered || late || bug || clock || newer || is_of_hostile(incident, ledger);
}

std::string catalogue_text(const ReadTx& tx, Numbers numbers) {
    std::map<EntryKey, std::string> entries;
    tx.visit_entries(EntryNo{0}, [&](const EntryRow& row) {
        if (row.key.value().starts_with(forked_key_prefix)) return true;
        std::string text = row.key.value() + " " + to_string(row.etag) + " " + to_hex(bytes_of(row.trie_leaf)) + " " +
                           std::to_string(row.open_conflicts) + "\n";
        if (numbers == Numbers::with) text += std::to_string(row.no.value()) + "\n";
        for (const Period& period : tx.periods(row.no)) text += text_of_period(period);
        ConflictQuery query;
        query.key = row.key;
        query.limit = 100'000;
        std::set<std::string> conflicts;
        for (const ConflictRow& conflict : tx.conflicts(query)) conflicts.insert(text_of_conflict(conflict.view));
        for (const std::string& conflict : conflicts) text += conflict;
        entries[row.key] = std::move(text);
        return true;
    });
    std::string all;
    for (const auto& [key, text] : entries) all += text;
    return all;
}

std::string outcome_of(SimNode& node) {
    const Standing standing = node.replica().standing();
    const auto tx = node.store().read();
    std::string text = node.id().value() + " " + to_string(standing.vector) + " " +
                       to_hex(bytes_of(standing.state_root)) + " forks " + to_string(standing.forks) + "\n" +
                       catalogue_text(*tx, Numbers::with);
    for (const IncidentRow& incident : tx->incidents(0, 10'000))
        text += to_string(incident.at) + " " + incident.kind + " " + incident.subject + " " + incident.received + " " +
                std::to_string(incident.count) + "\n";
    return text;
}

std::vector<std::unique_ptr<Always>> always_invariants() {
    std::vector<std::unique_ptr<Always>> all;
    all.push_back(std::make_unique<NothingInvented>());
    all.push_back(std::make_unique<WholeBatches>());
    all.push_back(std::make_unique<OwnWritesStay>());
    all.push_back(cosigned_is_held());
    return all;
}

std::unique_ptr<Always> cosigned_is_held() {
    return std::make_unique<CosignedIsHeld>();
}

std::unique_ptr<AtRest> all_vouched_for() {
    return std::make_unique<AllVouchedFor>();
}

std::vector<std::unique_ptr<AtRest>> at_rest_invariants() {
    std::vector<std::unique_ptr<AtRest>> all;
    all.push_back(std::make_unique<Converged>());
    all.push_back(std::make_unique<JudgedAlike>());
    all.push_back(std::make_unique<NothingLost>());
    all.push_back(std::make_unique<WrittenAsAsked>());
    all.push_back(all_vouched_for());
    all.push_back(std::make_unique<NothingOverwritten>());
    all.push_back(std::make_unique<Verified>());
    all.push_back(std::make_unique<RebuildIsIdentical>());
    all.push_back(std::make_unique<IncidentsHaveCauses>());
    return all;
}

}  // namespace minglu::simulation
