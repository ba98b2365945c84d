// Two nodes that hold the same and show something else: which entries, and who is wrong.
#include "sync/divergence.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sync/exchange.hpp"
#include "sync/puller.hpp"
#include "sync/refold.hpp"
#include "sync/sender.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

constexpr int entries = 300;

std::string key_of(int number) {
    return "gi/AGI0" + std::to_string(1'000 + number);
}

/// Answers as the node's listener would.
class LineTo : public Transport {
public:
    explicit LineTo(LoneNode& node) : node_(node) {}
    Result<PeerAnswer> call(const PeerRequest& request) override {
        ++calls;
        if (before) before(request);
        Exchange exchange(*node_.replica, *node_.store, node_.clock, "");
        const std::string_view path = request.path;
        if (path == "/sync/v1/node") return PeerAnswer{200, "", exchange.node_json(), 0, 0};
        if (path.starts_with("/sync/v1/records")) {
            const auto bundle = make_bundle(*node_.store->read(), node_.id, {});
            return PeerAnswer{200, "", bundle.value(), 0, 0};
        }
        if (const auto at = path.find("key="); at != std::string_view::npos) {
            if (!tells_of_keys) return PeerAnswer{404, "", "{}", 0, 0};
            return PeerAnswer{200, "", exchange.leaf(EntryKey{decoded(path.substr(at + 4))}), 0, 0};
        }
        const auto step = exchange.trie(path.substr(path.find("prefix=") + 7));
        if (!step) return PeerAnswer{404, "", "{}", 0, 0};
        std::string body = *step;
        if (spoil) spoil(body);
        return PeerAnswer{200, "", std::move(body), 0, 0};
    }
    void cancel() override {}

    int calls = 0;
    bool tells_of_keys = true;
    std::function<void(const PeerRequest&)> before;
    std::function<void(std::string&)> spoil;

private:
    static std::string decoded(std::string_view text) {
        std::string out;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '%') {
                out += text[i];
                continue;
            }
            out += from_hex(text.substr(i + 1, 2)).value();
            i += 2;
        }
        return out;
    }

    LoneNode& node_;
};

struct Pair {
    Pair() {
        cq.pin(sc.id, *sc.key);
        sc.pin(cq.id, *cq.key);
        std::vector<Op> ops;
        for (int i = 0; i < entries; ++i) ops.push_back(write_op(key_of(i), "name", "甲"));
        REQUIRE(cq.write(ops));
        exchange();
    }
    static void carry(LoneNode& from, LoneNode& to) {
        REQUIRE(to.replica->ingest(make_bundle(*from.store->read(), from.id, {}).value(), from.id));
    }
    void exchange() {
        carry(cq, sc);
        carry(sc, cq);
        REQUIRE(cq.replica->standing().vector == sc.replica->standing().vector);
    }

    LoneNode cq{"cq"};
    LoneNode sc{"sc"};
};

enum class Damage { other_leaf, not_shown };

/// As if bytes of the stored entry had changed while the node was down.
void damage(LoneNode& node, const std::string& key, Damage how) {
    node.replica->write_local([&](WriteTx& tx) {
        if (how == Damage::not_shown) return tx.remove_entry(EntryKey{key}, UnixMs{});
        EntryViews views = views_of(tx, EntryKey{key});
        views.trie_leaf[0] ^= 1;
        tx.put_entry(views, node.clock.now());
    });
    node.open();
}

std::vector<std::string> keys_of(const StateComparison& found) {
    std::vector<std::string> keys;
    for (const Difference& one : found.differences) keys.push_back(one.key.value());
    std::sort(keys.begin(), keys.end());
    return keys;
}

TEST_CASE("nodes that agree are told so after two questions") {
    Pair pair;
    LineTo line(pair.sc);
    const auto found = compare_states(line, *pair.cq.replica, *pair.cq.store, pair.sc.id);
    REQUIRE(found);
    CHECK(found->differences.empty());
    CHECK(found->our_root == found->their_root);
    CHECK(line.calls == 2);
}

TEST_CASE("the entries that differ are found, and who is wrong, from either side") {
    for (const Damage how : {Damage::other_leaf, Damage::not_shown})
        for (const int count : {1, 2, 17}) {
            CAPTURE(count);
            Pair pair;
            std::vector<std::string> damaged;
            for (int i = 0; i < count; ++i) damaged.push_back(key_of(i * 7));
            for (const std::string& key : damaged) damage(pair.sc, key, how);
            struct Side {
                LoneNode* asks;
                LoneNode* answers;
                Blame blame;
            };
            for (const Side& side :
                 {Side{&pair.cq, &pair.sc, Blame::their_views}, Side{&pair.sc, &pair.cq, Blame::our_views}}) {
                LineTo line(*side.answers);
                const auto found = compare_states(line, *side.asks->replica, *side.asks->store, side.answers->id);
                REQUIRE(found);
                CHECK(found->complete);
                CHECK(keys_of(*found) == damaged);
                CHECK(found->requests <= 2 + static_cast<std::uint64_t>(count) * 6);
                for (const Difference& one : found->differences) CHECK(one.blame == side.blame);
            }
            pair.sc.replica->rebuild({});
            LineTo line(pair.sc);
            CHECK(compare_states(line, *pair.cq.replica, *pair.cq.store, pair.sc.id)->differences.empty());
        }
}

TEST_CASE("a catalogue that is gone altogether is a bounded search, and says that there is more") {
    Pair pair;
    pair.sc.replica->write_local([](WriteTx& tx) { tx.clear_views(); });
    pair.sc.open();
    for (const bool from_cq : {true, false}) {
        LoneNode& asks = from_cq ? pair.cq : pair.sc;
        LineTo line(from_cq ? pair.sc : pair.cq);
        const auto found = compare_states(line, *asks.replica, *asks.store, from_cq ? pair.sc.id : pair.cq.id);
        REQUIRE(found);
        CHECK_FALSE(found->complete);
        CHECK(found->differences.size() >= compare_keys_max);
        CHECK(found->requests <= compare_requests_max);
        for (const Difference& one : found->differences) CHECK_FALSE(one.key.value().empty());
    }
}

TEST_CASE("a peer that does not tell of its keys leaves the own side's word") {
    Pair pair;
    damage(pair.sc, key_of(1), Damage::other_leaf);
    LineTo line(pair.sc);
    line.tells_of_keys = false;
    const auto found = compare_states(line, *pair.cq.replica, *pair.cq.store, pair.sc.id);
    REQUIRE(found);
    REQUIRE(found->differences.size() == 1);
    CHECK(found->differences[0].blame == Blame::unknown);
    CHECK_FALSE(found->differences[0].there);
}

TEST_CASE("nodes that hold other records, or write meanwhile, are compared later") {
    Pair pair;
    damage(pair.sc, key_of(1), Damage::other_leaf);
    const auto code = [&](LineTo& line) {
        const auto found = compare_states(line, *pair.cq.replica, *pair.cq.store, pair.sc.id);
        return found ? std::optional<ErrorCode>() : found.error().code;
    };
    for (LoneNode* writer : {&pair.cq, &pair.sc}) {
        LineTo line(pair.sc);
        int steps = 0;
        line.before = [&](const PeerRequest& request) {
            if (request.path.find("prefix=") == std::string::npos || ++steps != 2) return;
            REQUIRE(writer->write({write_op("gi/AGI09999", "name", "乙", {})}));
        };
        CHECK(code(line) == ErrorCode::stale);
        LineTo apart(pair.sc);
        CHECK(code(apart) == ErrorCode::stale);
        pair.exchange();
    }
}

TEST_CASE("an answer that does not lead on from the one before, or does not read, ends the search") {
    Pair pair;
    damage(pair.sc, key_of(1), Damage::other_leaf);
    using Json = nlohmann::ordered_json;
    struct Case {
        const char* name;
        std::function<void(Json&)> spoil;
        ErrorCode code;
    };
    const Case cases[] = {
        {"no root", [](Json& json) { json.erase("root"); }, ErrorCode::malformed},
        {"a hash that is none", [](Json& json) { json["root"] = "zz"; }, ErrorCode::malformed},
        {"children of another node",
         [](Json& json) {
             if (!json["prefix"].get<std::string>().empty()) json["children"][0] = json["root"];
         },
         ErrorCode::stale},
        {"too few children",
         [](Json& json) {
             if (json.contains("children")) json["children"].erase(0);
         },
         ErrorCode::malformed},
    };
    for (const Case& c : cases) {
        CAPTURE(c.name);
        LineTo line(pair.sc);
        line.spoil = [&](std::string& body) {
            Json json = Json::parse(body);
            c.spoil(json);
            body = json.dump();
        };
        const auto found = compare_states(line, *pair.cq.replica, *pair.cq.store, pair.sc.id);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == c.code);
    }
}

TEST_CASE("a puller that meets another state names the entries in the incident, and is not a nuisance") {
    Pair pair;
    damage(pair.sc, key_of(5), Damage::other_leaf);
    pair.sc.clock.advance(head_interval_ms);
    pair.sc.replica->refresh_head();
    LineTo line(pair.sc);
    Puller puller{{pair.sc.id, *pair.cq.replica, *pair.cq.store, line, pair.cq.clock, pair.cq.random}, {}};
    pair.cq.clock.advance(head_interval_ms);
    (void)puller.step_now();
    const auto incidents = pair.cq.store->read()->incidents(0, 10);
    REQUIRE(incidents.size() == 1);
    CHECK(incidents[0].kind == "divergence");
    CHECK(incidents[0].peer == "sc");
    CHECK(incidents[0].received.find(key_of(5)) != std::string::npos);
    CHECK(incidents[0].advice.find("have minglu rebuild run there") != std::string::npos);
    const int calls = line.calls;
    (void)puller.step_now();  // the head comes again
    CHECK(line.calls == calls + 1);
}

}  // namespace
