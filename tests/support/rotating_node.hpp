#pragma once
/// A node in memory that changes its key, and bundles carried from one node to another.
#include <doctest/doctest.h>

#include "sync/key_changes.hpp"
#include "sync/sender.hpp"
#include "tests/support/lone_node.hpp"

namespace minglu::test {

/// A node that changes its key; the keys before stay at hand, as they would to a thief.
struct Rotating : LoneNode {
    explicit Rotating(const std::string& name, Suite suite = Suite::ed25519_sha256) : LoneNode(name) {
        if (suite != Suite::ed25519_sha256) {
            replica.reset();
            key = generate_signing_key(suite);
            store = make_memory_store();
            open();
        }
        pinned = fixed_card(id, *key);
    }
    Published rotate() {
        auto next = generate_signing_key(key->suite());
        auto done = replica->rotate_key(*next, "li.wei", "yearly");
        REQUIRE(done);
        earlier.push_back(std::move(key));
        key = std::move(next);
        return *done;
    }
    void write_one() { REQUIRE(write({write_op("gi/AGI" + std::to_string(++written), "name", id.value())})); }
    [[nodiscard]] LogId log() const { return replica->standing().own_log; }

    std::string pinned;  ///< the card from before any change
    std::vector<std::unique_ptr<SigningKey>> earlier;
    int written = 0;
};

inline void pin_card(LoneNode& at, const NodeId& node, const std::string& card) {
    at.replica->write_local([&](WriteTx& tx) { tx.put_peer({node, card, "", false, {}}); });
}

/// Goes on in a new log, as after a restore.
inline void begin_new_log(Rotating& node) {
    const auto tx = node.store->write();
    tx->put_setting("open_new_log", "restored");
    tx->commit();
    node.open();
}

inline std::string newest_card(const Rotating& node) {
    return fixed_card(node.id, *node.key);
}

/// Everything that `to` lacks.
inline IngestReport carry(const LoneNode& from, LoneNode& to, std::size_t limit_bytes = bundle_bytes_max) {
    const Standing held = to.replica->standing();
    const auto bundle =
        make_bundle(*from.store->read(), from.id, {held.vector, held.heads, {}, limit_bytes, {}, Dot{}});
    if (!bundle) return {};
    auto report = to.replica->ingest(*bundle, from.id);
    REQUIRE(report);
    return *std::move(report);
}

}  // namespace minglu::test
