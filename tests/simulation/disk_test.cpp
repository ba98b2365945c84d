// One node on a disk that fails at every point there is: what was acknowledged stands, and everything else is whole or
// absent.
#include "tests/simulation/disk.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "src/store/sqlite/sqlite_store.hpp"
#include "sync/verify.hpp"
#include "tests/simulation/invariants.hpp"
#include "tests/support/log_forge.hpp"

using namespace minglu;
using namespace minglu::simulation;
using namespace minglu::test;

namespace {

/// A node that writes, takes what a partner brings, rebuilds and restarts, over a disk with one fault in store.
class Stage {
public:
    /// `order` arranges for the fault, before the node touches the disk for the first time.
    Stage(std::uint64_t seed, const std::function<void(Disk&)>& order)
        : random_(seed), partner_(LogId{"sc-0000000000000001"}, *key_, {clock_.now().value(), 0}) {
        auto disk = std::make_unique<Disk>(random_, faults_);
        order(*disk);
        node_ = std::make_unique<SimNode>(NodeId{"cq"}, Suite::ed25519_sha256, SimNode::Data{nullptr, std::move(disk)},
                                          clock_, random_, faults_);
        for (int i = 0; i < 4; ++i)
            partner_.change({write_op("gi/共享", "name", std::to_string(i)),
                             write_op("gi/AGI0" + std::to_string(i), "goods", "柑橘")});
    }

    void play() {
        attempt([&] { node_->pin(NodeId{"sc"}, fixed_card(NodeId{"sc"}, *key_)); });
        for (int i = 0; i < 4; ++i) write(i);
        attempt([&] { (void)node_->replica().ingest(partner_.bundle(Seq{1}, Seq{3}, Seq{3}), NodeId{"sc"}); });
        for (int i = 4; i < 6; ++i) write(i);
        attempt([&] { node_->restart(SimNode::NewLog::no); });
        attempt([&] { (void)node_->replica().rebuild({}); });
        attempt([&] { node_->pin(NodeId{"sc"}, fixed_card(NodeId{"sc"}, *key_)); });
        attempt([&] { (void)node_->replica().ingest(partner_.rest(), NodeId{"sc"}); });
        for (int i = 6; i < 8; ++i) write(i);
    }

    /// What is wrong, a line each.
    [[nodiscard]] std::string findings() {
        disk().calm();
        std::string found;
        const auto tx = node_->store().read();
        for (const auto& [dot, leaf] : acknowledged_) {
            const auto record = tx->record(dot);
            if (!record || record->leaf != leaf) found += to_string(dot) + " was acknowledged and is lost\n";
        }
        tx->visit_records(RecordNo{0}, [&](const RecordRow& record) {
            if (node_of(record.dot.log) != node_->id() || record.kind == RecordKind::open) return true;
            if (!answered_.contains(parse_header(record.header)->reason))
                found += to_string(record.dot) + " stands, and nobody wrote it or it was refused\n";
            return true;
        });
        for (const std::string& finding : verify(*tx)) found += "verify: " + finding + "\n";
        for (const std::string& finding : node_->store().check()) found += "store: " + finding + "\n";
        if (!node_->replica().rebuild({})) found += "it rebuilds to another root\n";
        return found;
    }

    [[nodiscard]] SimNode& node() { return *node_; }
    [[nodiscard]] Disk& disk() { return *node_->disk(); }
    [[nodiscard]] const Faults& faults() const { return faults_; }
    [[nodiscard]] std::uint64_t starts() const { return starts_; }

    std::optional<Loss> loss;  ///< of every crash; by chance when none

    void write(int number) {
        Draft draft;
        draft.actor = "li.wei";
        draft.reason = "act " + std::to_string(number);
        for (const char* key : {"gi/共享", "gi/涪陵榨菜", "patent/201710601862.3"})
            draft.ops.push_back(write_op(key, "notes", std::to_string(number)));
        const std::string reason = draft.reason;
        attempt([&] {
            try {
                const auto published = node_->replica().publish(std::move(draft)).value();
                acknowledged_.emplace_back(published.dot, published.leaf);
            } catch (const CommitUnknown&) {
                answered_.insert(reason);
                throw;
            }
            answered_.insert(reason);
        });
    }

    void crash(Loss of) {
        ++starts_;
        node_->crash(of);
    }

private:
    void attempt(const std::function<void()>& action) {
        try {
            action();
        } catch (const StoreFault&) {
            if (!disk().crashed() && !disk().full()) throw;
            if (disk().full()) disk().calm();
        }
        static constexpr Loss losses[] = {Loss::none, Loss::all, Loss::some, Loss::some};
        if (disk().crashed()) crash(loss ? *loss : losses[random_.below(4)]);
    }

    ManualClock clock_;
    SeededRandom random_;
    Faults faults_;
    std::unique_ptr<SigningKey> key_ = fixed_key("sc");
    LogForge partner_;
    std::unique_ptr<SimNode> node_;
    std::vector<std::pair<Dot, Hash>> acknowledged_;
    std::set<std::string> answered_;  ///< reasons of writes that may stand
    std::uint64_t starts_ = 0;
};

/// Plays with everything stopping at that change of the disk; what is wrong then. None: the play is over before it.
std::optional<std::string> crash_at(std::uint64_t change) {
    try {
        Stage stage(change, [&](Disk& disk) { disk.crash_at(change); });
        stage.play();
        if (stage.disk().changes() < change) return std::nullopt;
        return stage.findings();
    } catch (const StoreFault& fault) {  // it does not even open
        return std::string(fault.what()) + "\n";
    }
}

TEST_CASE("a crash at any change of the disk loses nothing that was acknowledged") {
    const char* const is_long = std::getenv("MINGLU_LONG");  // every change, not every fifth
    const std::uint64_t step = is_long != nullptr && std::string_view(is_long) == "1" ? 1 : 5;
    std::uint64_t runs = 0;
    for (std::uint64_t change = 1;; change += step, ++runs) {
        const auto findings = crash_at(change);
        if (!findings) break;
        CAPTURE(change);
        CHECK(*findings == "");
    }
    CHECK(runs > 100);
}

TEST_CASE("without syncs a store loses what it acknowledged, and this suite tells") {
    const WithoutSync off;
    bool told = false;
    for (std::uint64_t change = 1; !told; change += 7) {
        const auto findings = crash_at(change);
        REQUIRE(findings);
        told = findings->find("was acknowledged and is lost") != std::string::npos;
    }
    CHECK(told);
}

TEST_CASE("a failed sync, whichever it is") {
    std::uint64_t failed = 0;
    for (std::uint64_t sync = 1; sync <= 30; ++sync) {
        Stage stage(sync, [&](Disk& disk) { disk.fail_sync(sync); });
        stage.play();
        CAPTURE(sync);
        CHECK(stage.findings() == "");
        failed += stage.faults().counts.contains("sync failed") ? 1u : 0u;
    }
    CHECK(failed > 15);
}

TEST_CASE("a disk that is full after any number of bytes") {
    std::uint64_t full = 0;
    for (std::uint64_t room = 0; room < 900'000; room += 18'001) {
        Stage stage(room, [&](Disk& disk) { disk.fill(room); });
        stage.play();
        CAPTURE(room);
        CHECK(stage.findings() == "");
        full += stage.faults().counts.contains("disk full") ? 1u : 0u;
    }
    CHECK(full > 15);
}

TEST_CASE("what a killed process wrote and did not sync is on the disk before it is shown") {
    std::uint64_t shown = 0;
    for (std::uint64_t change = 1; change <= 400; ++change) {
        Stage stage(change, [](Disk&) {});
        stage.write(1);
        stage.loss = Loss::none;
        stage.disk().crash_at(change);
        stage.write(2);
        if (stage.starts() == 0) break;
        const Vector before = stage.node().replica().standing().vector;
        stage.crash(Loss::all);
        CAPTURE(change);
        CHECK(stage.node().replica().standing().vector == before);
        CHECK(stage.findings() == "");
        ++shown;
    }
    CHECK(shown > 30);
}

/// A node whose program is replaced by a newer one, over a disk that may fail meanwhile.
class Upgrade {
public:
    static constexpr std::size_t unread = 6;

    explicit Upgrade(std::uint64_t seed) : random_(seed), disk_(random_, faults_) {
        LogForge partner(LogId{"sc-0000000000000001"}, *partner_key_, {clock_.now().value(), 0});
        for (std::size_t i = 0; i < unread; ++i) {
            Header header;
            header.version = newer_program.version;
            header.actor = "x";
            partner.append(header, {serialise(write_op("gi/AGI0" + std::to_string(i), "goods", "柑橘"))});
        }
        const auto store = open();
        Replica old(NodeId{"cq"}, *store, *key_, clock_, random_);
        const NodeId sc{"sc"};
        old.write_local([&](WriteTx& tx) { tx.put_peer({sc, fixed_card(sc, *partner_key_), "", false, {}}); });
        REQUIRE(old.ingest(partner.rest(), sc).value().records == unread + 1);
    }

    [[nodiscard]] Disk& disk() { return disk_; }

    [[nodiscard]] std::unique_ptr<Store> open() {
        SqliteOptions options;  // everything is done by the thread that commits, so that a number replays it
        options.wal_bytes_hard = 1;
        options.wal_bytes_soft = 1 << 30;
        options.wal_wait_ms = 0;
        return open_sqlite_store(disk_.file("minglu.db"), options);
    }

    [[nodiscard]] std::uint64_t start(Store& store) {
        const Replica upgraded(NodeId{"cq"}, store, *key_, clock_, random_, nullptr, log_bytes_per_day_default,
                               newer_program);
        return upgraded.read_at_start();
    }

private:
    ManualClock clock_;
    SeededRandom random_;
    Faults faults_;
    std::unique_ptr<SigningKey> key_ = fixed_key("cq");
    std::unique_ptr<SigningKey> partner_key_ = fixed_key("sc");
    Disk disk_;
};

TEST_CASE(
    "a crash while an upgraded node reads what was kept: all of it is read, or none and then all at the next start") {
    std::uint64_t none = 0;
    std::uint64_t all = 0;
    for (std::uint64_t change = 1;; ++change) {
        CAPTURE(change);
        Upgrade upgrade(change);
        upgrade.disk().crash_at(change);
        try {
            const auto store = upgrade.open();
            (void)upgrade.start(*store);
        } catch (const StoreFault&) {
            REQUIRE(upgrade.disk().crashed());
        }
        if (!upgrade.disk().crashed()) break;
        static constexpr Loss losses[] = {Loss::none, Loss::all, Loss::some};
        upgrade.disk().restart(losses[change % 3]);
        const auto store = upgrade.open();
        const std::size_t left = store->read()->unread().size();
        CHECK((left == 0 || left == Upgrade::unread));
        CHECK(store->read()->counts().entries == Upgrade::unread - left);
        CHECK(upgrade.start(*store) == left);
        CHECK(store->read()->counts().entries == Upgrade::unread);
        CHECK(verify(*store->read(), {}, newer_program).empty());
        ++(left == 0 ? all : none);
    }
    CHECK(none > 3);
    CHECK(all > 3);
}

}  // namespace
