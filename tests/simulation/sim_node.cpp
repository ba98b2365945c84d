#include "tests/simulation/sim_node.hpp"

#include "src/store/memory/memory_store.hpp"
#include "src/store/sqlite/sqlite_store.hpp"

namespace minglu::simulation {

SimNode::SimNode(NodeId id, StoreKind kind, std::filesystem::path file, test::ManualClock& clock,
                 test::SeededRandom& random, std::unique_ptr<Store> memory)
    : id_(std::move(id)),
      kind_(kind),
      file_(std::move(file)),
      clock_(clock),
      random_(random),
      key_(test::fixed_key(id_.value())),
      card_(test::fixed_card(id_, *key_)) {
    if (kind_ == StoreKind::memory) store_ = memory ? std::move(memory) : make_memory_store();
    start();
}

void SimNode::start() {
    if (kind_ == StoreKind::sqlite) store_ = open_sqlite_store(file_);
    replica_ = std::make_unique<Replica>(id_, *store_, *key_, clock_, random_);
    exchange_ = std::make_unique<Exchange>(*replica_, *store_, clock_, card_);
    for (auto& [name, link] : links_) follow(link.to->id(), link);
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

void SimNode::connect(SimNode& neighbour, std::size_t limit_bytes, Road road, std::string name) {
    Link link{&neighbour, limit_bytes, road, nullptr, nullptr, nullptr};
    link.line = std::make_unique<Line>(
        id_, [&neighbour] { return neighbour.exchange(); }, clock_, random_);
    follow(neighbour.id(), link);
    links_[name.empty() ? neighbour.id().value() : name] = std::move(link);
}

void SimNode::pin(const NodeId& other, const std::string& card) {
    replica_->write_local([&](WriteTx& tx) { tx.put_peer({other, card, "", false, clock_.now()}); });
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
    if (new_log == NewLog::yes) mark_restored();
    if (kind_ == StoreKind::sqlite) store_.reset();
    start();
}

void SimNode::restart_over(std::unique_ptr<Store> store, NewLog new_log) {
    stop();
    store_ = std::move(store);
    if (new_log == NewLog::yes) mark_restored();
    start();
}

}  // namespace minglu::simulation
