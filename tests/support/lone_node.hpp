#pragma once
/// A replica over a store in memory, with what it needs, and forges of the nodes that it knows.
#include <algorithm>

#include "src/store/memory/memory_store.hpp"
#include "sync/replica.hpp"
#include "tests/support/fixed_key.hpp"
#include "tests/support/log_forge.hpp"

namespace minglu::test {

struct LoneNode {
    explicit LoneNode(std::string name = "cq", std::unique_ptr<Store> over = make_memory_store())
        : id(std::move(name)), key(fixed_key(id.value())), random(sha256({id.value()})[0]), store(std::move(over)) {
        open();
    }
    void open() {
        replica.reset();
        replica = std::make_unique<Replica>(id, *store, *key, clock, random);
    }
    void pin(const NodeId& other, const Signer& signer) const {
        replica->write_local([&](WriteTx& tx) { tx.put_peer({other, fixed_card(other, signer), "", false, {}}); });
    }
    [[nodiscard]] std::vector<std::string> incidents() const {
        std::vector<std::string> kinds;
        for (const IncidentRow& row : store->read()->incidents(0, 1'000)) kinds.push_back(row.kind);
        std::sort(kinds.begin(), kinds.end());
        return kinds;
    }
    [[nodiscard]] Result<Published> write(std::vector<Op> ops) const {
        Draft draft;
        draft.actor = "li.wei";
        draft.ops = std::move(ops);
        return replica->publish(std::move(draft));
    }
    [[nodiscard]] Seq holds(const LogId& log) const { return replica->standing().vector.at(log); }

    NodeId id;
    std::unique_ptr<SigningKey> key;
    ManualClock clock;
    SeededRandom random;
    std::unique_ptr<Store> store;
    std::unique_ptr<Replica> replica;
};

}  // namespace minglu::test
