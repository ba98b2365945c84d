// Each invariant reports what it is there for: broken by hand, one thing at a time.
#include "tests/simulation/invariants.hpp"

#include <doctest/doctest.h>

#include "catalog/resolution.hpp"
#include "minglu/json_text.hpp"
#include "src/store/memory/memory_store.hpp"
#include "sync/refold.hpp"
#include "tests/simulation/fork_accounts.hpp"
#include "tests/support/log_forge.hpp"

using namespace minglu;
using namespace minglu::simulation;
using namespace minglu::test;

namespace {

/// A store that finds something wrong with itself, once it is told to.
class AilingStore : public Store {
public:
    explicit AilingStore(const bool& ails) : ails_(ails) {}
    [[nodiscard]] std::unique_ptr<ReadTx> read() override { return sound_->read(); }
    [[nodiscard]] std::unique_ptr<WriteTx> write() override { return sound_->write(); }
    [[nodiscard]] std::vector<std::string> check() override {
        return ails_ ? std::vector<std::string>{"a page is damaged"} : std::vector<std::string>{};
    }

private:
    std::unique_ptr<Store> sound_ = make_memory_store();
    const bool& ails_;
};

/// Two nodes on perfect lines, and the ledger of all that they write.
class Stage {
public:
    Stage() {
        for (const auto& node : {&cq, &sc}) {
            ledger.public_keys[(*node)->id()].push_back((*node)->signer().public_key());
            SimNode& other = node == &cq ? *sc : *cq;
            (*node)->pin(other.id(), other.card());
        }
        cq->connect(*sc, bundle_bytes_max);
        sc->connect(*cq, bundle_bytes_max);
    }

    Act& write(SimNode& node, Draft draft) {
        draft.actor = "li.wei";
        draft.reason = "act " + std::to_string(ledger.acts.size());
        const auto published = node.replica().publish(draft).value();
        ledger.note({std::move(draft), published.dot, published.leaf, {}});
        return ledger.acts.back();
    }
    /// By somebody who is shown what `node` holds of the key.
    Act& write(SimNode& node, std::vector<FieldValue> set, const EntryKey& of = key) {
        Draft draft;
        const auto entry = node.store().read()->entry(of);
        draft.ops = {write_op(of.value(), "name", "", entry ? entry->etag : Vector{})};
        draft.ops.front().set = std::move(set);
        return write(node, std::move(draft));
    }
    Act& propose(SimNode& node, const SimNode& needed, const std::string& name) {
        Draft draft;
        draft.kind = RecordKind::batch_propose;
        draft.batch = BatchInfo{"名录", "", ""};
        draft.needs = {needed.id()};
        draft.ops = {write_op("gi/批次", "name", name)};
        return write(node, std::move(draft));
    }
    void approve(SimNode& node, const Act& proposal) {
        Draft draft;
        draft.kind = RecordKind::batch_approve;
        draft.of = RecordRef{proposal.dot, proposal.leaf};
        write(node, std::move(draft));
    }
    /// The only open conflict of the entry, as its first side has it.
    Act& resolve(SimNode& node) {
        const auto tx = node.store().read();
        const ConflictView conflict = conflicts(node).front();
        Choice choice;
        choice.side = conflict.a;
        Draft draft;
        draft.label = resolve_label;
        draft.ops = {resolve_conflict(key, counted_ops(*tx, key).ops, conflict.a, conflict.b, choice).value()};
        Act& act = write(node, std::move(draft));
        act.decides.emplace(conflict.a, conflict.b);
        return act;
    }

    void settle() {
        for (int i = 0; i < 4; ++i) {
            clock.advance(61'000);
            for (SimNode* node : nodes) {
                node->replica().cosign_heads();
                for (auto& [name, link] : node->links()) (void)link.puller->step_now();
            }
        }
    }

    [[nodiscard]] std::vector<ConflictView> conflicts(SimNode& node) const {
        ConflictQuery query;
        query.key = key;
        std::vector<ConflictView> views;
        for (const ConflictRow& row : node.store().read()->conflicts(query)) views.push_back(row.view);
        return views;
    }

    /// What the node shows of an entry is something else from now on.
    void falsify(SimNode& node, const std::function<void(EntryViews&)>& change, const EntryKey& of = key) {
        EntryViews views = views_of(*node.store().read(), of);
        change(views);
        const auto tx = node.store().write();
        tx->put_entry(views, clock.now());
        tx->commit();
    }
    void falsify_both(const std::function<void(EntryViews&)>& change, const EntryKey& of = key) {
        for (SimNode* node : nodes) falsify(*node, change, of);
    }

    [[nodiscard]] std::string always() {
        Findings findings;
        for (SimNode* node : nodes)
            for (const auto& invariant : always_invariants())
                for (std::string& finding : invariant->check(*node, ledger)) findings.push_back(std::move(finding));
        return told(findings);
    }
    [[nodiscard]] std::string at_rest() {
        Findings findings;
        for (const auto& invariant : at_rest_invariants())
            for (std::string& finding : invariant->check(nodes, ledger)) findings.push_back(std::move(finding));
        return told(findings);
    }
    [[nodiscard]] std::string accounts() {
        const auto tx = cq->store().read();
        return told(Accounts(*tx, ledger, record_version).check());
    }

    static inline const EntryKey key{"gi/AGI00053"};
    bool ails = false;
    Ledger ledger;
    ManualClock clock;
    SeededRandom random{1};
    std::unique_ptr<SimNode> cq = node("cq", std::make_unique<AilingStore>(ails));
    std::unique_ptr<SimNode> sc = node("sc", make_memory_store());
    std::vector<SimNode*> nodes{cq.get(), sc.get()};

private:
    std::unique_ptr<SimNode> node(const char* id, std::unique_ptr<Store> store) {
        return std::make_unique<SimNode>(NodeId{id}, Suite::ed25519_sha256, SimNode::Data{std::move(store), nullptr},
                                         clock, random, ledger.faults);
    }
};

FieldValue field(std::string name, std::string_view text) {
    return {std::move(name), json_string(text)};
}

bool says(const std::string& findings, std::string_view what) {
    return findings.find(what) != std::string::npos;
}

#define CHECK_SAYS(findings, what)                       \
    do {                                                 \
        const std::string all_found = (findings);        \
        CHECK_MESSAGE(says(all_found, what), all_found); \
    } while (false)

struct Written : Stage {
    Written() {
        write(*cq, {field("goods", "柑橘"), field("name", "甲")});
        settle();
        write(*sc, {field("notes", "乙")});
        settle();
        REQUIRE(always() == "");
        REQUIRE(at_rest() == "");
    }
};

TEST_CASE_FIXTURE(Written, "NothingInvented: a record, a branch or a verdict that is no author's") {
    const Dot dot = ledger.acts.front().dot;
    ledger.leaves.at(dot)[0] ^= 1;
    CHECK_SAYS(always(), "holds " + to_string(dot) + ", which nobody wrote so");
    ledger.leaves.at(dot)[0] ^= 1;
    ledger.invalid.insert(dot);
    CHECK_SAYS(always(), "judges " + to_string(dot) + " wrongly");
    ledger.invalid.clear();
    ledger.forked = dot.log;
    CHECK_SAYS(always(), to_string(dot) + " of no branch");
}

TEST_CASE_FIXTURE(Written, "WholeBatches: what counts is not shown, what does not count is") {
    SUBCASE("a change") {
        falsify(*sc, [](EntryViews& views) { views.etag = {}; });
        CHECK_SAYS(always(), "sc shows gi/AGI00053 without " + to_string(ledger.acts.back().dot));
    }
    SUBCASE("a proposal that nobody approved") {
        const EntryKey batch{"gi/批次"};
        write(*cq, {field("name", "甲")}, batch);
        const Dot proposal = propose(*cq, *sc, "丙").dot;
        settle();
        REQUIRE(always() == "");
        falsify(
            *sc, [&](EntryViews& views) { views.etag.raise(proposal); }, batch);
        CHECK_SAYS(always(), "sc shows " + to_string(proposal) + ", which does not count");
    }
}

TEST_CASE_FIXTURE(Written, "OwnWritesStay and NothingLost: a record is gone, or is another one") {
    const Dot next{ledger.acts.front().dot.log, Seq{3}};
    SUBCASE("acknowledged") {
        ledger.acknowledged.emplace(next, Hash{});
        CHECK_SAYS(always(), "cq lacks its own acknowledged " + to_string(next));
    }
    SUBCASE("acknowledged otherwise") {
        ledger.acknowledged.at(ledger.acts.front().dot)[0] ^= 1;
        CHECK_SAYS(always(), "cq lacks its own acknowledged " + to_string(ledger.acts.front().dot));
    }
    SUBCASE("of another node") {
        ledger.leaves.emplace(next, Hash{});
        CHECK_SAYS(at_rest(), "sc lacks the record " + to_string(next));
    }
}

TEST_CASE_FIXTURE(Written, "CosignedIsHeld: signed by another, of more than is held, or no head at all") {
    const auto put = [&](const std::string& note, Seq size) {
        const auto tx = sc->store().write();
        tx->put_cosignature({0, cq->replica().standing().own_log, sc->id(), size, {}, note, clock.now()});
        tx->commit();
    };
    SUBCASE("another key") {
        ledger.public_keys[sc->id()].clear();
        CHECK_SAYS(always(), "by sc: its maker has not signed it");
    }
    SUBCASE("more") {
        Head head = parse_note(cq->replica().standing().own_head)->head;
        ++head.root[0];
        const std::string note = sign_head(head, cq->id(), cq->signer());
        put(cosign_head(note, sc->id(), sc->signer()).value(), head.size);
        CHECK_SAYS(always(), "by sc: it does not hold that");
    }
    SUBCASE("garbage") {
        put("nothing", Seq{2});
        CHECK_SAYS(always(), "sc keeps a cosigned head that does not parse");
    }
}

TEST_CASE_FIXTURE(Written, "Converged: records, states or views differ") {
    SUBCASE("records") {
        write(*cq, {field("name", "丙")});
        CHECK_SAYS(at_rest(), "sc against cq: vector ");
        CHECK_SAYS(at_rest(), "sc against cq: another state root");
    }
    SUBCASE("views") {
        falsify(*sc, [](EntryViews& views) { views.periods.back().view = "{}"; });
        CHECK_SAYS(at_rest(), "sc against cq: another catalogue");
    }
}

TEST_CASE_FIXTURE(Written, "JudgedAlike: what no view shows") {
    const auto tx = sc->store().write();
    tx->add_mark({ledger.acts.front().dot, {}, RecordKind::batch_close, ledger.acts.back().dot, {}, {}, false});
    tx->commit();
    CHECK_SAYS(at_rest(), "sc has judged " + to_string(ledger.acts.front().dot));
}

TEST_CASE_FIXTURE(Written, "WrittenAsAsked: any part of a record is another one") {
    Act& act = ledger.acts.front();
    const auto other = [&](const std::function<void(Draft&)>& change) {
        const Draft asked = act.asked;
        change(act.asked);
        const std::string found = at_rest();
        act.asked = asked;
        return found;
    };
    const std::string who = to_string(act.dot) + " says ";
    CHECK_SAYS(other([](Draft& draft) { draft.kind = RecordKind::batch_propose; }), who + "another kind");
    CHECK_SAYS(other([](Draft& draft) { draft.label = "x"; }), who + "another header");
    CHECK_SAYS(other([](Draft& draft) { draft.actor = "x"; }), who + "another header");
    CHECK_SAYS(other([](Draft& draft) { draft.needs = {NodeId{"sc"}}; }), who + "another header");
    CHECK_SAYS(other([](Draft& draft) { draft.of.emplace(); }), who + "another batch");
    CHECK_SAYS(other([](Draft& draft) { draft.ops.clear(); }), who + "1 ops");
    CHECK_SAYS(other([](Draft& draft) { draft.ops.front().set.front().json = "\"\""; }), who + "another op");
    CHECK_SAYS(other([](Draft& draft) { draft.ops.front().set.pop_back(); }), who + "another op");
    CHECK_SAYS(other([](Draft& draft) { draft.ops.front().seen.raise({LogId{"cq-1"}, Seq{1}}); }), who + "another op");
}

TEST_CASE_FIXTURE(Written, "AllVouchedFor: a head that another node has not signed") {
    write(*cq, {field("name", "丙")});
    CHECK_SAYS(at_rest(), "cq does not know that sc vouches for all of cq-");
}

TEST_CASE_FIXTURE(Written,
                  "Verified, RebuildIsIdentical: the views are not those of the records, or the store is ill") {
    SUBCASE("views") {
        falsify(*sc, [](EntryViews& views) { views.periods.back().view = "{}"; });
        CHECK_SAYS(at_rest(), "sc verify: ");
        falsify(*sc, [](EntryViews& views) { views.periods.back().view = "{}"; });
        CHECK_SAYS(at_rest(), "sc rebuilds to other bytes");
    }
    SUBCASE("leaves") {
        falsify(*sc, [](EntryViews& views) { ++views.trie_leaf[0]; });
        sc->restart(SimNode::NewLog::no);
        CHECK_SAYS(at_rest(), "sc rebuilds to another root");
    }
    SUBCASE("store") {
        ails = true;
        CHECK_SAYS(at_rest(), "cq store: a page is damaged");
    }
}

TEST_CASE_FIXTURE(Written, "IncidentsHaveCauses: somebody is accused of what nobody did") {
    sc->replica().report({0, clock.now(), "bad_signature", "cq", "cq-1", "a head", "", "", 1});
    CHECK_SAYS(at_rest(), "sc reports bad_signature of cq-1 for no reason");
}

TEST_CASE_FIXTURE(Written,
                  "accounts: a write is lost in one group, though another group was written by one who saw it") {
    falsify_both([](EntryViews& views) { views.periods.back().view = R"({"goods":"柑橘","notes":"乙"})"; });
    CHECK_SAYS(accounts(), "shows no name that stands; it was written by " + to_string(ledger.acts.front().dot));
    CHECK_SAYS(at_rest(), "shows no name that stands");
}

TEST_CASE_FIXTURE(Written, "accounts: a value that was overwritten knowingly is shown, or one that nobody wrote") {
    write(*sc, {field("name", "丙")});
    settle();
    REQUIRE(at_rest() == "");
    const auto shown = [&](const char* view) {
        falsify(*cq, [&](EntryViews& views) { views.periods.back().view = view; });
        return accounts();
    };
    CHECK_SAYS(shown(R"({"goods":"柑橘","name":"甲","notes":"乙"})"), "shows no name that stands");
    CHECK_SAYS(shown(R"({"goods":"柑橘","name":"丙","name_en":"C","notes":"乙"})"), "shows no name that stands");
    CHECK_SAYS(shown(R"({"category":"x","goods":"柑橘","name":"丙","notes":"乙"})"),
               "shows category, which nobody wrote");
    CHECK(shown(R"({"goods":"柑橘","name":"丙","notes":"乙"})") == "");
}

TEST_CASE_FIXTURE(Written,
                  "accounts: an entry is shown as of another time, on other days, not at all, or without a record") {
    SUBCASE("etag") {
        falsify(*cq, [&](EntryViews& views) { views.etag.set(sc->replica().standing().own_log, Seq{}); });
        CHECK_SAYS(accounts(), "shown as of ");
    }
    SUBCASE("days") {
        falsify(*cq, [](EntryViews& views) { views.periods.back().from = Day{views.periods.back().from.value() + 1}; });
        CHECK_SAYS(accounts(), "shown as changing on other days");
    }
    SUBCASE("not at all") {
        const auto tx = cq->store().write();
        tx->remove_entry(key, clock.now());
        tx->commit();
        CHECK_SAYS(accounts(), "gi/AGI00053 is not shown");
    }
    SUBCASE("without a record") {
        falsify(*cq, [](EntryViews& views) { views.key = EntryKey{"gi/无"}; });
        CHECK_SAYS(accounts(), "gi/无 is shown, and nothing of it counts");
    }
    SUBCASE("of an invalid record") {
        ledger.invalid.insert(ledger.acts.back().dot);
        CHECK_SAYS(accounts(), "shown as of ");
        CHECK_SAYS(accounts(), "shows notes, which nobody wrote");
        CHECK_SAYS(at_rest(), to_string(ledger.acts.back().dot) + " does not count at gi/AGI00053");
    }
}

TEST_CASE_FIXTURE(Stage, "accounts: the view of an earlier day") {
    write(*cq, {field("name", "甲")});
    Act& later = write(*cq, {field("name", "乙")});
    Draft scheduled = later.asked;
    scheduled.ops.front().seen = cq->store().read()->entry(key)->etag;
    scheduled.ops.front().effective_on = Day{scheduled.ops.front().effective_on.value() + 100};
    scheduled.ops.front().set = {field("name", "丙")};
    write(*cq, std::move(scheduled));
    settle();
    REQUIRE(at_rest() == "");
    falsify(*cq, [](EntryViews& views) { views.periods.front().view = R"({"name":"甲"})"; });
    CHECK_SAYS(accounts(), "shows no name that stands");
}

TEST_CASE_FIXTURE(Stage, "accounts: a batch is shown before it is approved, or not after that") {
    const EntryKey batch{"gi/批次"};
    write(*sc, {field("name", "乙")}, batch);
    settle();
    const Act proposal = propose(*cq, *sc, "甲");
    settle();
    REQUIRE(at_rest() == "");
    SUBCASE("before") {
        falsify(
            *cq, [](EntryViews& views) { views.periods.back().view = R"({"name":"甲"})"; }, batch);
        CHECK_SAYS(accounts(), "shows no name that stands");
    }
    SUBCASE("after") {
        const auto before = views_of(*cq->store().read(), batch);
        approve(*sc, proposal);
        settle();
        REQUIRE(at_rest() == "");
        falsify(
            *cq, [&](EntryViews& views) { views = before; }, batch);
        CHECK_SAYS(accounts(), "no conflict is listed of");
    }
}

/// Two who write two groups, not knowing of each other.
struct Contested : Stage {
    Contested() {
        write(*cq, {field("goods", "柑橘"), field("name", "甲")});
        write(*sc, {field("goods", "榨菜"), field("name", "乙")});
        settle();
        REQUIRE(conflicts(*cq).size() == 1);
        REQUIRE(at_rest() == "");
    }
};

TEST_CASE_FIXTURE(Contested, "accounts: a conflict is not listed, not of every group, or as settled when nobody did") {
    const auto other = [&](const std::function<void(ConflictView&)>& change) {
        falsify(*cq, [&](EntryViews& views) { change(views.conflicts.front()); });
        return accounts();
    };
    CHECK_SAYS(other([](ConflictView& view) { view.groups = {"goods"}; }), " in other groups");
    CHECK_SAYS(other([](ConflictView& view) { view.groups = {"goods"}; }), "no conflict is listed of ");
    CHECK_SAYS(other([](ConflictView& view) { view.state = ConflictState::superseded; }), "listed as superseded");
    CHECK_SAYS(other([](ConflictView& view) { view.state = ConflictState::resolved; }),
               "listed as resolved, which nobody");
    falsify(*cq, [](EntryViews& views) { views.conflicts.clear(); });
    CHECK_SAYS(accounts(), "no conflict is listed of ");
}

TEST_CASE_FIXTURE(Contested, "accounts: a decision that is not listed as one, or that others do not stand against") {
    SUBCASE("one") {
        resolve(*cq);
        settle();
        REQUIRE(at_rest() == "");
        falsify(*cq, [](EntryViews& views) { views.conflicts.front().state = ConflictState::superseded; });
        CHECK_SAYS(at_rest(), "are not listed as resolved");
        falsify(*cq, [](EntryViews& views) { views.conflicts.clear(); });
        CHECK_SAYS(at_rest(), "are not listed as resolved");
    }
    SUBCASE("two at once that say different things") {
        resolve(*cq);
        Act& other = resolve(*sc);
        settle();
        REQUIRE(conflicts(*cq).size() == 1);  // both chose the same
        REQUIRE(at_rest() == "");
        Draft third = other.asked;
        third.ops.front().set = {field("goods", "花椒"), field("name", "丙")};
        write(*sc, std::move(third));
        settle();
        REQUIRE(conflicts(*cq).size() > 1);
        REQUIRE(at_rest() == "");
        falsify(*cq, [](EntryViews& views) { views.conflicts.resize(1); });
        CHECK_SAYS(accounts(), "no conflict is listed of ");
    }
}

TEST_CASE_FIXTURE(Stage, "accounts: a removal against a write of another group, and one that saw it") {
    write(*cq, {field("name", "甲")});
    settle();
    write(*cq, {field("ground", "expired"), field("listing", "removed")});
    write(*sc, {field("notes", "乙")});
    settle();
    REQUIRE(conflicts(*cq).size() == 1);
    REQUIRE(at_rest() == "");
    SUBCASE("not listed") {
        falsify(*cq, [](EntryViews& views) { views.conflicts.clear(); });
        CHECK_SAYS(accounts(), "no conflict is listed of ");
    }
    SUBCASE("lost") {
        falsify(*cq, [](EntryViews& views) { views.periods.back().view = R"({"name":"甲","notes":"乙"})"; });
        CHECK_SAYS(accounts(), "shows no listing that stands");
    }
    SUBCASE("restored by one who saw both") {
        write(*sc, {{"ground", "null"}, field("listing", "listed"), field("notes", "丙")});
        settle();
        REQUIRE(at_rest() == "");
        falsify(*cq, [](EntryViews& views) {
            views.periods.back().view = R"({"name":"甲","notes":"丙","ground":"expired","listing":"removed"})";
        });
        CHECK_SAYS(accounts(), "shows no listing that stands");
    }
}

TEST_CASE_FIXTURE(Written, "accounts: a conflict is listed that is none") {
    falsify(*cq, [&](EntryViews& views) {
        views.conflicts.push_back(
            {Hash{}, ledger.acts.front().dot, ledger.acts.back().dot, ConflictState::open, "update_update", {"name"}});
    });
    CHECK_SAYS(accounts(), "which are no conflict");
}

/// Acts whose dots are those of a log that was left, and that stand elsewhere.
struct WrittenAgain : Written {
    [[nodiscard]] std::string found(const std::function<void(Act&)>& change, std::size_t which = 0) {
        const Act kept = ledger.acts[which];
        Act& act = ledger.acts[which];
        act.dot = {LogId{"cq-0000000000000001"}, Seq{7}};
        change(act);
        const ForkAccounts forks(cq->store(), {&cq->store(), &sc->store()}, ledger);
        const auto stands = forks.check(act);
        ledger.acts[which] = kept;
        return stands.anywhere ? told(stands.findings) : "nowhere";
    }
};

TEST_CASE_FIXTURE(WrittenAgain, "forks: what is written again says something else, has no effect, or is not there") {
    CHECK(found([](Act&) {}) == "");
    CHECK(found([](Act& act) { act.asked.reason = "act 9"; }) == "nowhere");
    CHECK_SAYS(found([](Act& act) { act.asked.ops.front().set.back().json = "\"丙\""; }), "another op on gi/AGI00053");
    CHECK_SAYS(found([](Act& act) { act.asked.ops.push_back(act.asked.ops.front()); }), "1 ops");
    CHECK_SAYS(found([](Act& act) { act.asked.ops.front().effective_on = Day{1}; }), "another op on gi/AGI00053");
    CHECK_SAYS(found([](Act& act) { act.asked.kind = RecordKind::batch_propose; }), "another kind");
    CHECK_SAYS(found([](Act& act) { act.asked.ops.front().seen = {}; }, 1), "which its author was not shown");
    CHECK_SAYS(found([&](Act&) {
                   ledger.invalid.insert(Dot{cq->replica().standing().own_log, Seq{2}});
               }),
               "no effect on gi/AGI00053");
}

TEST_CASE_FIXTURE(WrittenAgain, "forks: an approval is of another batch") {
    const Act one = propose(*cq, *sc, "甲");
    const Act other = propose(*cq, *sc, "乙");
    settle();
    approve(*sc, one);
    settle();
    const std::size_t last = ledger.acts.size() - 1;
    CHECK(found([](Act&) {}, last) == "");
    CHECK_SAYS(found([&](Act& act) { act.asked.of = RecordRef{other.dot, other.leaf}; }, last), "another batch");
    CHECK_SAYS(found([](Act& act) { act.asked.of->leaf[0] ^= 1; }, last), "another batch");
}

}  // namespace
