#pragma once
/// One whole node: store, replica, exchange, and for each neighbour that it can call a puller, and a pusher where that
/// one cannot call back.
#include <map>
#include <memory>
#include <string>

#include "sync/puller.hpp"
#include "sync/pusher.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/network.hpp"

namespace minglu::simulation {

/// On the disk of a node.
constexpr std::string_view database_name = "minglu.db";

class SimNode {
public:
    /// What a node keeps its records on: a store, which outlives its restarts, or SQLite on a disk that may fail.
    struct Data {
        std::unique_ptr<Store> store;
        std::unique_ptr<Disk> disk;
        std::size_t keys = 1;  ///< signing keys that lie beside it, the first of which is on the card
    };
    SimNode(NodeId id, Suite suite, Data data, test::ManualClock& clock, test::SeededRandom& random, Faults& faults);

    /// How this node and a neighbour reach each other, seen from here.
    enum class Road { pull, pull_and_push, none };
    void connect(SimNode& neighbour, std::size_t limit_bytes, Road road = Road::pull, const std::string& name = "");
    void pin(const NodeId& other, const std::string& card);
    /// Another signing key, at hand as on a disk; the card that others have stays the old one.
    [[nodiscard]] const SigningKey& make_key();
    [[nodiscard]] std::size_t keys() const { return keys_.size(); }
    void sign_with(const SigningKey& key) { signing_ = &key; }

    /// Stops and starts again over what was committed; with `NewLog::yes` as after a restore.
    enum class NewLog { no, yes };
    void restart(NewLog new_log);
    /// The same over other data: a backup, or an old or foreign copy of the data directory.
    void restart_over(Data data, NewLog new_log);
    /// Another program over the same data.
    void upgrade(const Reading& reading);
    /// Stops without a farewell and starts again over what the disk kept; may crash once more meanwhile.
    void crash(Loss loss);

    [[nodiscard]] const NodeId& id() const { return id_; }
    [[nodiscard]] Replica& replica() { return *replica_; }
    [[nodiscard]] Exchange* exchange() { return exchange_.get(); }
    [[nodiscard]] Store& store() { return *store_; }
    [[nodiscard]] Disk* disk() { return disk_.get(); }  ///< none for a store in memory
    [[nodiscard]] const Signer& signer() const { return *signing_; }
    [[nodiscard]] const Reading& reading() const { return reading_; }
    [[nodiscard]] const std::string& card() const { return card_; }
    [[nodiscard]] test::ManualClock& clock() { return clock_; }

    struct Link {
        SimNode* to = nullptr;
        std::size_t limit_bytes = 0;
        Road road = Road::pull;
        std::unique_ptr<Line> line;
        std::unique_ptr<Puller> puller;  ///< none where the neighbour cannot be called
        std::unique_ptr<Pusher> pusher;  ///< none where the neighbour calls
    };
    /// By node; the link to a copy of a node, which has the same id, by the name that it was given.
    [[nodiscard]] std::map<std::string, Link>& links() { return links_; }

private:
    void start();
    void start_anyhow();
    void follow(const NodeId& neighbour, Link& link);
    void stop();
    void mark_restored();
    void find_key();

    NodeId id_;
    test::ManualClock& clock_;
    test::SeededRandom& random_;
    Faults& faults_;
    std::vector<std::unique_ptr<SigningKey>> keys_;  ///< all that it made
    const SigningKey* signing_ = nullptr;
    std::string card_;
    Reading reading_;
    std::unique_ptr<Disk> disk_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Replica> replica_;
    std::unique_ptr<Exchange> exchange_;
    std::map<std::string, Link> links_;
};

}  // namespace minglu::simulation
