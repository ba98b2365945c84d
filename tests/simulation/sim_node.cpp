#include "tests/simulation/sim_node.hpp"

#include <array>

#include "src/store/sqlite/sqlite_store.hpp"

namespace minglu::simulation {

namespace {

/// The WAL is copied back in the thread that commits, often or seldom: what another thread does could not be replayed.
SqliteOptions store_options(test::SeededRandom& random) {
    static constexpr std::array<std::int64_t, 3> wal_bytes{1, 200'000, 2'000'000};
    SqliteOptions options;
    options.wal_bytes_hard = random.pick(wal_bytes);
    options.wal_bytes_soft = 1 << 30;
    options.wal_wait_ms = 0;
    options.writer_cache_bytes = 64 << 10;  // so that pages reach the WAL before the commit
    return options;
}

}  // namespace

SimNode::SimNode(NodeId id, Suite suite, Data data, test::ManualClock& clock, test::SeededRandom& random,
                 Faults& faults)
    : id_(std::move(id)),
      clock_(clock),
      random_(random),
      faults_(faults),
      disk_(std::move(data.disk)),
      store_(std::move(data.store)) {
    signing_ = keys_.emplace_back(test::fixed_key(id_.value(), suite)).get();
    card_ = test::fixed_card(id_, *signing_);
    while (keys_.size() < data.keys) (void)make_key();
    start_anyhow();
}

void SimNode::start() {
    if (disk_) store_ = open_sqlite_store(disk_->file(std::string(database_name)), store_options(random_));
    find_key();
    replica_ = std::make_unique<Replica>(id_, *store_, signer(), clock_, random_, nullptr, log_bytes_per_day_default,
                                         reading_);
    exchange_ = std::make_unique<Exchange>(*replica_, *store_, clock_, card_);
    for (auto& [name, link] : links_) follow(link.to->id(), link);
}

/// A start may meet a crash, too, or need room that somebody has to make.
void SimNode::start_anyhow() {
    while (true) {
        try {
            start();
            if (!disk_ || !disk_->crashed()) return;
        } catch (const StoreFault&) {
            if (!disk_ || !(disk_->crashed() || disk_->full())) throw;
        }
        stop();
        store_.reset();
        if (disk_->crashed())
            disk_->restart(random_.one_in(2) ? Loss::some : Loss::all);
        else
            disk_->calm();
    }
}

void SimNode::follow(const NodeId& neighbour, Link& link) {
    if (link.road == Road::none) return;
    PullerOptions pulling;
    pulling.limit_bytes = link.limit_bytes;
    const minglu::Link ends{neighbour, *replica_, *store_, *link.line, clock_, random_};
    link.puller = std::make_unique<Puller>(ends, pulling);
    if (link.road == Road::pull) return;
    PusherOptions pushing;
    pushing.limit_bytes = link.limit_bytes;
    link.pusher = std::make_unique<Pusher>(ends, pushing);
}

void SimNode::connect(SimNode& neighbour, std::size_t limit_bytes, Road road, const std::string& name) {
    Link link{&neighbour, limit_bytes, road, nullptr, nullptr, nullptr};
    link.line = std::make_unique<Line>(
        Line::End{id_, clock_}, Line::End{neighbour.id(), neighbour.clock()},
        [&neighbour] { return neighbour.exchange(); }, random_, faults_);
    follow(neighbour.id(), link);
    links_[name.empty() ? neighbour.id().value() : name] = std::move(link);
}

void SimNode::pin(const NodeId& other, const std::string& card) {
    replica_->write_local([&](WriteTx& tx) { tx.put_peer({other, card, "", false, clock_.now()}); });
}

const SigningKey& SimNode::make_key() {
    const std::string name = id_.value() + "/" + std::to_string(keys_.size());
    keys_.push_back(test::fixed_key(name, keys_.front()->suite()));
    return *keys_.back();
}

/// Of the keys at hand the one that the log goes on with.
void SimNode::find_key() {
    for (const LogRow& log : store_->read()->logs())
        for (const auto& key : keys_)
            if (log.own && log.signing_key == key->public_key()) signing_ = key.get();
}

void SimNode::mark_restored() {
    const auto tx = store_->write();
    tx->put_setting("open_new_log", "restored");
    tx->commit();
}

void SimNode::stop() {
    for (auto& [name, link] : links_) {
        link.puller.reset();
        link.pusher.reset();
    }
    exchange_.reset();
    replica_.reset();
}

void SimNode::restart(NewLog new_log) {
    stop();
    try {
        if (new_log == NewLog::yes) mark_restored();
    } catch (const StoreFault&) {  // then it is a start like any other
        if (!disk_) throw;
    }
    if (disk_) store_.reset();
    start_anyhow();
}

void SimNode::upgrade(const Reading& reading) {
    reading_ = reading;
    restart(NewLog::no);
}

void SimNode::crash(Loss loss) {
    stop();
    disk_->stop();
    store_.reset();
    disk_->restart(loss);
    if (random_.one_in(3)) disk_->crash_at(1 + random_.below(40));
    start_anyhow();
}

void SimNode::restart_over(Data data, NewLog new_log) {
    stop();
    store_ = std::move(data.store);  // the old one before its disk
    disk_ = std::move(data.disk);
    if (disk_ && new_log == NewLog::yes)
        store_ = open_sqlite_store(disk_->file(std::string(database_name)), store_options(random_));
    if (new_log == NewLog::yes) mark_restored();
    if (disk_) store_.reset();
    start_anyhow();
}

}  // namespace minglu::simulation
