#include "sync/verify.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "catalog/entry_views.hpp"
#include "sync/audit_chain.hpp"
#include "sync/card.hpp"
#include "sync/findings.hpp"
#include "sync/head.hpp"
#include "sync/kept_heads.hpp"
#include "sync/log_check.hpp"
#include "sync/proof_steps.hpp"
#include "sync/refold.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;
using Enough = std::function<bool()>;

bool same_periods(std::vector<Period> folded, const std::vector<Period>& stored) {
    for (Period& period : folded) period.terms.clear();
    return folded == stored;
}

void check_conflicts(const ReadTx& tx, const EntryViews& folded, Findings& findings) {
    for (const ConflictView& conflict : folded.conflicts) {
        const auto row = tx.conflict(conflict.id);
        if (!row || row->view != conflict || row->key != folded.key)
            findings.in_views("conflict", folded.key, "a conflict is missing or wrong");
    }
    ConflictQuery all;
    all.key = folded.key;
    all.limit = static_cast<std::uint32_t>(folded.conflicts.size()) + 1;
    if (tx.conflicts(all).size() > folded.conflicts.size())
        findings.in_views("conflict", folded.key, "more conflicts are listed than there are");
}

/// Views that cannot be read are no harder to make anew than others.
template <class Check>
void guarded_views(Findings& findings, std::string_view table, const EntryKey& key, const Check& check) {
    try {
        check();
    } catch (const StoreFault& fault) {
        if (!is_damage(fault)) throw;
        findings.in_views(table, key, fault.what());
    }
}

/// Compares what is shown of an entry with the fold of its ops.
void compare_views(const ReadTx& tx, const EntryRow& stored, const EntryViews& folded, Findings& findings) {
    if (folded.periods.empty()) return findings.in_views("entry", stored.key, "shown, and nothing counts for it");
    if (stored.etag != folded.etag || stored.trie_leaf != folded.trie_leaf)
        findings.in_views("entry", stored.key, "its state is not the fold of its ops");
    guarded_views(findings, "period", stored.key, [&] {
        if (!same_periods(folded.periods, tx.periods(stored.no)))
            findings.in_views("period", stored.key, "what is shown is not the fold of its ops");
    });
    guarded_views(findings, "conflict", stored.key, [&] { check_conflicts(tx, folded, findings); });
}

void check_entry(const ReadTx& tx, const EntryRow& stored, Findings& findings) {
    std::optional<EntryViews> folded;
    guarded(findings, "op", "entry " + stored.key.value(), [&] { folded = views_of(tx, stored.key); });
    if (folded) compare_views(tx, stored, *folded, findings);
}

void check_state_root(const ReadTx& tx, const Reading& reading, Findings& findings) {
    StateTrie trie;
    tx.visit_leaves([&](EntryNo, const EntryKey& key, const Hash& leaf) { trie.set(key, leaf); });
    for (const LogRow& log : tx.logs()) {
        if (!log.own) continue;
        const auto head = parse_note(log.head);
        if (head && head->head.fold == reading.fold && head->head.state != trie.root())
            findings.add("log", "head of log " + log.id.value(),
                         "the state root that it states is not that of the records",
                         "run minglu rebuild, which signs a new one");
    }
}

void check_cards(const ReadTx& tx, Findings& findings) {
    for (const PeerRow& peer : tx.peers())
        if (const auto card = parse_card(peer.card); !card || card->node != peer.node)
            findings.add("peer", "peer " + peer.node.value(), "its card is not one that it signed",
                         "run minglu peer add CARD --replace with its card file");
}

enum class Phase : std::uint8_t { records, entries, heads, forks, cosigned, audit, over };

/// Where a round stands; all that a later process needs to go on with it.
struct Position {
    Phase phase = Phase::records;
    RecordNo record;  ///< the last that was checked, and so below
    EntryNo entry;
    std::int64_t fork = 0;
    std::int64_t cosignature = 0;
    AuditCheck audit;
    GrownLogs grown;
    bool entries_agree = true;  ///< so far, with their ops
    std::uint64_t done = 0;     ///< records, ops, entries and rows
};

template <class T>
T accept(Result<T> result) {
    if (!result) throw MalformedProof{result.error().what};
    return *std::move(result);
}

Json json_of_logs(const GrownLogs& grown) {
    Json logs = Json::array();
    for (const auto& [id, one] : grown.logs)
        logs.push_back({{"log", id.value()},
                        {"suite", name(one.log.suite)},
                        {"size", one.log.size.value()},
                        {"seen", to_string(one.log.author_vector)},
                        {"peaks", json_of(one.tree.peaks())}});
    Json cuts = Json::array();
    for (const auto& [id, cut] : grown.cuts)
        cuts.push_back({{"log", id.value()}, {"at", cut.at.value()}, {"root", to_base64(bytes_of(cut.root))}});
    return {{"logs", std::move(logs)}, {"cuts", std::move(cuts)}};
}

GrownLogs grown_of(const Json& json) {
    GrownLogs grown;
    for (const Json& item : json.at("logs")) {
        LogRow log;
        log.id = accept(parse_log_id(item.at("log").get<std::string>()));
        log.suite = accept(parse_suite(item.at("suite").get<std::string>()));
        log.size = seq_of(item.at("size"));
        log.author_vector = accept(parse_vector(item.at("seen").get<std::string>()));
        auto tree = accept(TreeFrontier::restore(hash_of(log.suite), log.size.value(), hashes_of(item.at("peaks"))));
        LogId id = log.id;
        grown.logs.emplace(std::move(id), GrownLogs::Grown{std::move(log), std::move(tree)});
    }
    for (const Json& item : json.at("cuts")) {
        LogId id = accept(parse_log_id(item.at("log").get<std::string>()));
        const Cut cut{id, seq_of(item.at("at")), hash_of_json(item.at("root"))};
        grown.cuts.emplace(std::move(id), cut);
    }
    return grown;
}

std::string text_of_position(const Position& at, const Reading& reading) {
    return Json{{"reading", reading_text(reading)},
                {"phase", static_cast<int>(at.phase)},
                {"record", at.record.value()},
                {"entry", at.entry.value()},
                {"fork", at.fork},
                {"cosignature", at.cosignature},
                {"audit", at.audit.no()},
                {"audit_hash", to_base64(bytes_of(at.audit.hash()))},
                {"entries_agree", at.entries_agree},
                {"done", at.done},
                {"grown", json_of_logs(at.grown)}}
        .dump();
}

/// None when it is no position, or one of a program that reads other records.
std::optional<Position> parse_position(std::string_view text, const Reading& reading) {
    try {
        const Json json = Json::parse(text);
        if (json.at("reading").get<std::string>() != reading_text(reading)) return std::nullopt;
        Position at;
        at.phase = static_cast<Phase>(std::clamp(json.at("phase").get<int>(), 0, static_cast<int>(Phase::over)));
        at.record = RecordNo{json.at("record").get<std::int64_t>()};
        at.entry = EntryNo{json.at("entry").get<std::int64_t>()};
        at.fork = json.at("fork").get<std::int64_t>();
        at.cosignature = json.at("cosignature").get<std::int64_t>();
        at.audit = AuditCheck(json.at("audit").get<std::int64_t>(), hash_of_json(json.at("audit_hash")));
        at.entries_agree = json.at("entries_agree").get<bool>();
        at.done = json.at("done").get<std::uint64_t>();
        at.grown = grown_of(json.at("grown"));
        return at;
    } catch (const Json::exception&) {
        return std::nullopt;
    } catch (const MalformedProof&) {
        return std::nullopt;
    }
}

/// Whether a store holds what a position says has been checked there.
bool is_position_in(const ReadTx& tx, const Position& at) {
    if (at.record > tx.last_record()) return false;
    return std::all_of(at.grown.logs.begin(), at.grown.logs.end(), [&](const auto& grown) {
        const auto log = tx.log(grown.first);
        return log && log->size >= grown.second.log.size;
    });
}

}  // namespace

class VerifyRound::Impl {
public:
    Impl(const Reading& reading, std::string_view position) : reading_(reading) {
        auto begun = parse_position(position, reading);
        is_resumed_ = begun.has_value();
        if (begun) at_ = *std::move(begun);
    }

    bool step(const ReadTx& tx, const Enough& enough) {
        if (std::exchange(is_resumed_, false) && !is_position_in(tx, at_)) at_ = Position{};
        if (total_ == 0) count(tx);
        while (at_.phase != Phase::over) {
            if (!go_on(tx, enough)) return true;
            at_.phase = static_cast<Phase>(static_cast<int>(at_.phase) + 1);
            if (enough()) break;
        }
        return at_.phase != Phase::over;
    }

    [[nodiscard]] std::vector<std::string> take_findings() { return findings_.take(); }
    [[nodiscard]] std::uint64_t done() const { return at_.done; }
    [[nodiscard]] std::uint64_t total() const { return total_; }
    [[nodiscard]] std::string position() const { return text_of_position(at_, reading_); }

private:
    /// An op costs about as much as an entry, whether it comes in a record of its own or of twenty thousand.
    void count(const ReadTx& tx) {
        const StoreCounts counts = tx.counts();
        const auto last_audit = tx.last_audit();
        total_ = counts.records + counts.ops + counts.entries;
        if (last_audit) total_ += static_cast<std::uint64_t>(last_audit->no);
    }

    /// Whether the phase is through.
    bool go_on(const ReadTx& tx, const Enough& enough) {
        switch (at_.phase) {
            case Phase::records:
                return check_records(tx, enough);
            case Phase::entries:
                return check_entries(tx, enough);
            case Phase::heads:
                return check_heads(tx);
            case Phase::forks:
                return check_forks(tx, enough);
            case Phase::cosigned:
                return check_cosigned(tx, enough);
            case Phase::audit:
                return check_audit(tx, enough);
            case Phase::over:
                break;
        }
        return true;
    }

    bool check_records(const ReadTx& tx, const Enough& enough) {
        bool through = true;
        guarded(findings_, "record", "the log", [&] {
            LogCheck logs(tx, findings_, reading_, at_.grown);
            tx.visit_records(at_.record, [&](const RecordRow& row) {
                at_.record = row.no;
                at_.done += 1 + row.ops;
                logs.check(row);
                through = !enough();
                return through;
            });
            if (through) logs.finish();
        });
        return through;
    }

    bool check_entries(const ReadTx& tx, const Enough& enough) {
        bool through = true;
        const std::size_t before = findings_.size();
        guarded(findings_, "entry", "the entries", [&] {
            tx.visit_entries(at_.entry, [&](const EntryRow& entry) {
                at_.entry = entry.no;
                ++at_.done;
                check_entry(tx, entry, findings_);
                through = !enough();
                return through;
            });
        });
        at_.entries_agree = at_.entries_agree && findings_.size() == before;
        return through;
    }

    /// Where entries are not what their ops say the root follows them; it would be no news.
    bool check_heads(const ReadTx& tx) {
        guarded(findings_, "entry", "the entries", [&] {
            if (at_.entries_agree) check_state_root(tx, reading_, findings_);
        });
        guarded(findings_, "peer", "the peers", [&] { check_cards(tx, findings_); });
        return true;
    }

    bool check_forks(const ReadTx& tx, const Enough& enough) {
        bool through = true;
        guarded(findings_, "fork", "the forks", [&] {
            KeptHeadsCheck kept(tx, findings_);
            for (const ForkRow& row : tx.forks()) {
                if (row.no <= at_.fork) continue;
                at_.fork = row.no;
                kept.check(row);
                through = !enough();
                if (!through) return;
            }
        });
        return through;
    }

    bool check_cosigned(const ReadTx& tx, const Enough& enough) {
        bool through = true;
        guarded(findings_, "cosignature", "the heads", [&] {
            KeptHeadsCheck kept(tx, findings_);
            for (const CosignatureRow& row : tx.cosignatures(std::nullopt, at_.cosignature)) {
                at_.cosignature = row.no;
                kept.check(row);
                through = !enough();
                if (!through) return;
            }
        });
        return through;
    }

    bool check_audit(const ReadTx& tx, const Enough& enough) {
        bool through = true;
        guarded(findings_, "audit", "the rows", [&] {
            tx.visit_audit(at_.audit.no(), [&](const AuditRow& row) {
                ++at_.done;
                for (std::string& wrong : faults_of(at_.audit, row)) findings_.add_line(std::move(wrong));
                through = !enough();
                return through;
            });
        });
        return through;
    }

    Reading reading_;
    Position at_;
    Findings findings_;
    std::uint64_t total_ = 0;
    bool is_resumed_ = false;
};

VerifyRound::VerifyRound(const Reading& reading, std::string_view position)
    : impl_(std::make_unique<Impl>(reading, position)) {}
VerifyRound::~VerifyRound() = default;

bool VerifyRound::step(const ReadTx& tx, const Enough& enough) {
    return impl_->step(tx, enough);
}

std::vector<std::string> VerifyRound::take_findings() {
    return impl_->take_findings();
}

std::uint64_t VerifyRound::done() const {
    return impl_->done();
}

std::uint64_t VerifyRound::total() const {
    return impl_->total();
}

std::string VerifyRound::position() const {
    return impl_->position();
}

std::vector<std::string> verify(const ReadTx& tx, const std::function<void(std::uint64_t, std::uint64_t)>& progress,
                                const Reading& reading) {
    VerifyRound round(reading);
    const auto tell = [&] {
        if (progress) progress(round.done(), round.total());
        return false;
    };
    while (round.step(tx, tell)) {
    }
    return round.take_findings();
}

}  // namespace minglu
