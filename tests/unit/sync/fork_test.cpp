// Proofs of forks: how they are found, checked, kept, passed on.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sync/fork_proof.hpp"
#include "sync/fork_search.hpp"
#include "sync/proof_steps.hpp"
#include "sync/sender.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

const NodeId sc{"sc"};
const LogId sc_log{"sc-03ab99f0c1d2e3f4"};
constexpr HybridTime start{1'766'109'600'000, 0};

/// Two branches of one log that part after `common` records.
struct Branches {
    Branches(std::uint64_t common, std::uint64_t a_size, std::uint64_t b_size) : a(sc_log, *key, start), b(a) {
        grow(a, common, "甲");
        b = a;
        grow(a, a_size, "乙");
        grow(b, b_size, "丙");
    }
    std::unique_ptr<SigningKey> key = fixed_key("sc");
    LogForge a;
    LogForge b;
};

/// A peer that holds one branch: it answers GET /sync/v1/proof without `to`.
class ProofPeer : public Transport {
    const LogForge& branch_;

public:
    explicit ProofPeer(const LogForge& branch) : branch_(branch) {}
    Result<PeerAnswer> call(const PeerRequest& request) override {
        ++calls;
        const Seq from{std::stoull(request.path.substr(request.path.find("from=") + 5))};
        const Segment segment = branch_.segment(Seq{from.value() + 1}, from, branch_.size());
        nlohmann::ordered_json answer{{"log", sc_log.value()},
                                      {"from", from.value()},
                                      {"size", held.value()},
                                      {"steps", json_of(segment.steps)},
                                      {"head", segment.head}};
        if (spoil) spoil(answer);
        return PeerAnswer{200, "application/json", answer.dump(), 0, 0};
    }
    void cancel() override {}

    int calls = 0;
    Seq held = branch_.size();
    std::function<void(nlohmann::ordered_json&)> spoil;
};

struct Scene {
    explicit Scene(const Branches& branches) {
        node.pin(sc, *branches.key);
        (void)node.replica->ingest(branches.a.rest(), sc).value();
    }
    LoneNode node;
};

TEST_CASE("the last common position is found, wherever the branches part") {
    for (std::uint64_t common = 1; common <= 9; ++common)
        for (const std::uint64_t a : {common + 1, common + 4})
            for (const std::uint64_t b : {common + 1, common + 7}) {
                const Branches branches(common, a, b);
                Scene scene(branches);
                ProofPeer peer(branches.b);
                const auto fork = find_fork(peer, *scene.node.store, sc_log);
                REQUIRE(fork);
                REQUIRE(*fork);
                CHECK((*fork)->common == Seq{common});
                CHECK((*fork)->differ == Seq{common + 1});
                CHECK((*fork)->root == branches.a.root(Seq{common}));
                CHECK(check_fork(**fork, {Suite::ed25519_sha256, branches.key->public_key(), {}}));
                CHECK(parse_fork_proof(serialise(**fork)) == **fork);
                CHECK(peer.calls <= 11);
            }
    // One that shares not even the first record: somebody else has the key.
    const Branches branches(1, 4, 4);
    Scene scene(branches);
    LogForge other(sc_log, *branches.key, {start.ms + 1, 0});
    grow(other, 3, "丁");
    ProofPeer peer(other);
    const auto fork = find_fork(peer, *scene.node.store, sc_log);
    REQUIRE(fork);
    REQUIRE(*fork);
    CHECK((*fork)->common == Seq{0});
    CHECK(check_fork(**fork, {Suite::ed25519_sha256, branches.key->public_key(), {}}));
}

TEST_CASE("a bundle that reaches back to where the branches part proves the fork, with nobody to ask") {
    for (std::uint64_t common = 1; common <= 9; ++common)
        for (const std::uint64_t a : {common + 1, common + 4})
            for (const std::uint64_t b : {common + 1, common + 7})
                for (std::uint64_t from = 1; from <= common + 2; ++from) {
                    const Branches branches(common, a, b);
                    Scene scene(branches);
                    const auto report = scene.node.replica->ingest(branches.b.bundle(Seq{from}, Seq{b}, Seq{b}), sc);
                    REQUIRE(report);
                    CHECK(report->records == 0);
                    CHECK(report->refused.size() == 1);
                    const auto forks = scene.node.store->read()->forks();
                    const bool is_proved = std::any_of(forks.begin(), forks.end(),
                                                       [&](const ForkRow& fork) { return fork.common == Seq{common}; });
                    CHECK(is_proved == (from <= common + 1));
                    if (!is_proved) continue;
                    const auto proof = parse_fork_proof(forks.back().proof);
                    REQUIRE(proof);
                    CHECK(proof->differ == Seq{common + 1});
                    CHECK(check_fork(*proof, {Suite::ed25519_sha256, branches.key->public_key(), {}}));
                    CHECK(scene.node.incidents() == std::vector<std::string>{"fork"});
                }
}

TEST_CASE("pieces of a branch prove the fork in the piece where it parts, and records that are not its own nothing") {
    const Branches branches(6, 9, 12);
    for (std::uint64_t from = 1; from <= 10; from += 3) {
        Scene scene(branches);
        (void)scene.node.replica->ingest(branches.b.bundle(Seq{from}, Seq{from + 2}, Seq{12}), sc);
        const auto forks = scene.node.store->read()->forks();
        const bool is_proved =
            std::any_of(forks.begin(), forks.end(), [](const ForkRow& fork) { return fork.common.has_value(); });
        CHECK(is_proved == (from == 7));
    }
    Scene scene(branches);
    std::string foreign = branches.b.bundle(Seq{1}, Seq{12}, Seq{12});
    foreign.replace(foreign.rfind("\"actor\":\""), 10, "\"actor\":\"x");
    (void)scene.node.replica->ingest(foreign, sc);
    for (const ForkRow& fork : scene.node.store->read()->forks()) CHECK_FALSE(fork.common);
}

TEST_CASE("a head of our own log that does not connect to it says that this node was put back") {
    LoneNode cq("cq");
    const LogId log = cq.replica->standing().own_log;
    LogForge forge(log, *cq.key, start);
    grow(forge, 7, "甲");
    REQUIRE(cq.replica->ingest(forge.bundle(Seq{8}, Seq{7}, Seq{7}), sc));
    CHECK(cq.incidents() == std::vector<std::string>{"rolled_back"});
    CHECK(cq.replica->standing().own_log != log);
    const auto thief = fixed_key("thief");
    LogForge lie(cq.replica->standing().own_log, *thief, start);
    grow(lie, 7, "甲");
    REQUIRE(cq.replica->ingest(lie.bundle(Seq{8}, Seq{7}, Seq{7}), sc));
    CHECK(cq.incidents() == std::vector<std::string>{"bad_signature", "rolled_back"});
}

TEST_CASE("a head beyond the records held is enough to prove a fork, on either side") {
    const Branches branches(4, 9, 9);
    LoneNode node;
    node.pin(sc, *branches.key);
    (void)node.replica->ingest(branches.a.bundle(Seq{1}, Seq{2}, Seq{7}), sc).value();
    ProofPeer peer(branches.b);
    const auto fork = find_fork(peer, *node.store, sc_log);
    REQUIRE(fork);
    REQUIRE(*fork);
    CHECK((*fork)->common == Seq{2});  // all that is known here to be common
    CHECK((*fork)->differ == Seq{7});
    CHECK(node.replica->accept_fork(serialise(**fork), sc) == true);

    Scene whole(branches);  // and the peer holds two records and a head of nine
    ProofPeer behind(branches.b);
    behind.held = Seq{2};
    const auto mirrored = find_fork(behind, *whole.node.store, sc_log);
    REQUIRE(mirrored);
    REQUIRE(*mirrored);
    CHECK((*mirrored)->common == Seq{2});
    CHECK((*mirrored)->differ == Seq{9});
}

TEST_CASE("a peer that holds less, or more, of the same branch is accused of nothing") {
    for (const std::uint64_t size : {1u, 3u, 6u, 9u}) {
        const Branches branches(9, 9, 10);
        Scene scene(branches);
        LogForge same(sc_log, *branches.key, start);
        grow(same, size, "甲");
        ProofPeer peer(same);
        const auto fork = find_fork(peer, *scene.node.store, sc_log);
        REQUIRE(fork);
        CHECK_FALSE(*fork);
    }
}

TEST_CASE("a peer that lies about its branch proves nothing") {
    const Branches branches(5, 8, 9);
    const auto thief = fixed_key("thief");
    LogForge forged(sc_log, *thief, start);
    grow(forged, 9, "贼");
    struct Lie {
        const char* what;
        std::function<void(nlohmann::ordered_json&)> tell;
    };
    const Lie lies[] = {
        {"another root", [](auto& json) { json["steps"][0]["root"] = to_base64(bytes_of(sha256({"x"}))); }},
        {"no steps", [](auto& json) { json["steps"] = nlohmann::ordered_json::array(); }},
        {"a head of nobody", [&](auto& json) { json["head"] = forged.signed_head(Seq{9}, forged.time()); }},
        {"no head", [](auto& json) { json.erase("head"); }},
        {"a size that is none", [](auto& json) { json["size"] = -1; }},
    };
    for (const Lie& lie : lies) {
        CAPTURE(lie.what);
        Scene scene(branches);
        ProofPeer peer(branches.b);
        peer.spoil = lie.tell;
        CHECK_FALSE(find_fork(peer, *scene.node.store, sc_log));
    }
}

TEST_CASE("no byte of a proof can be changed, but for how it is written") {
    const Branches branches(5, 8, 9);
    Scene scene(branches);
    ProofPeer peer(branches.b);
    const std::string text = serialise(**find_fork(peer, *scene.node.store, sc_log));
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string damaged = text;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 7)));
        const auto proof = parse_fork_proof(damaged);
        if (proof && check_fork(*proof, {Suite::ed25519_sha256, branches.key->public_key(), {}}))
            CHECK(serialise(*proof) == text);
        else
            CHECK_FALSE(scene.node.replica->accept_fork(damaged, sc));
    }
    CHECK(scene.node.store->read()->forks().empty());
    CHECK(scene.node.replica->accept_fork(text, sc) == true);
    CHECK(scene.node.replica->accept_fork(text, sc) == false);
    const auto forks = scene.node.store->read()->forks();
    REQUIRE(forks.size() == 1);
    CHECK(forks[0].proof == text);
    CHECK(forks[0].common == Seq{5});
    // The proof has the author's signatures alone; what is kept beside it has ours below the branch that is held.
    CHECK(forks[0].head_a.starts_with(branches.a.signed_head(Seq{8}, branches.a.time())));
    CHECK(parse_note(forks[0].head_a)->signatures.size() == 2);
    CHECK(forks[0].head_b == branches.b.signed_head(Seq{9}, branches.b.time()));
}

TEST_CASE("a proof is passed on once, to whoever knows the card, and needs none of the records") {
    const Branches branches(5, 8, 9);
    Scene scene(branches);
    ProofPeer peer(branches.b);
    const std::string text = serialise(**find_fork(peer, *scene.node.store, sc_log));
    REQUIRE(scene.node.replica->accept_fork(text, sc));
    LoneNode third("gz");
    const auto pass = [&] {
        const Standing theirs = third.replica->standing();
        BundleRequest request{theirs.vector, theirs.heads, {scene.node.replica->standing().own_log}, 1, theirs.forks};
        request.have.raise(sc_log, Seq{100});
        return make_bundle(*scene.node.store->read(), scene.node.id, request);
    };
    const auto stranger = third.replica->ingest(*pass(), scene.node.id);
    CHECK(stranger->unknown == std::vector{sc_log});
    CHECK(third.store->read()->forks().empty());
    third.pin(sc, *branches.key);
    REQUIRE(third.replica->ingest(*pass(), scene.node.id));
    CHECK(third.store->read()->forks().front().proof == text);
    CHECK(third.replica->standing().forks.at(sc_log) == Seq{6});
    CHECK_FALSE(pass());
    // The log is not taken until its node cuts it; what counts comes then, from whichever branch.
    CHECK(third.replica->ingest(branches.b.rest(), sc)->postponed.front().second.code == ErrorCode::fork);
    CHECK(third.holds(sc_log) == Seq{});
    const LogForge next(LogId{"sc-ffffffffffffffff"}, *branches.key, {start.ms + 60'000, 0},
                        Cut{sc_log, Seq{5}, branches.a.root(Seq{5})});
    REQUIRE(third.replica->ingest(next.rest(), sc)->refused.empty());
    REQUIRE(scene.node.replica->ingest(next.rest(), sc)->refused.empty());
    CHECK(third.replica->ingest(branches.b.bundle(Seq{1}, Seq{4}, Seq{9}), sc)->refused.front().second.code ==
          ErrorCode::bad_proof);  // this forge leads to its head in one step, not by way of the cut
    const Standing theirs = third.replica->standing();
    const auto rest = make_bundle(*scene.node.store->read(), scene.node.id,
                                  {theirs.vector, theirs.heads, {scene.node.replica->standing().own_log}});
    REQUIRE(rest);
    CHECK(third.replica->ingest(*rest, scene.node.id)->refused.empty());
    CHECK(third.holds(sc_log) == Seq{5});
    CHECK(scene.node.holds(sc_log) == Seq{5});
    CHECK(third.replica->standing().state_root == scene.node.replica->standing().state_root);

    // Who joins when all that is over has nothing to wait for.
    LoneNode late("fj");
    late.pin(sc, *branches.key);
    REQUIRE(late.replica->ingest(next.rest(), sc)->refused.empty());
    REQUIRE(late.replica->ingest(*rest, scene.node.id)->refused.empty());
    REQUIRE(late.store->read()->forks().size() == 1);
    const auto said = late.store->read()->incidents(0, 10);
    CHECK(said.front().kind == "fork");
    CHECK(said.front().done.find("has cut the log already, at 5") != std::string::npos);
}

TEST_CASE("of several cuts the smallest counts, and only the log's own node may cut") {
    const Branches branches(5, 8, 9);
    for (const bool smaller_first : {false, true}) {
        Scene scene(branches);
        const LogForge five(LogId{"sc-0000000000000005"}, *branches.key, {start.ms + 60'000, 0},
                            Cut{sc_log, Seq{5}, branches.a.root(Seq{5})});
        const LogForge three(LogId{"sc-0000000000000003"}, *branches.key, {start.ms + 60'000, 0},
                             Cut{sc_log, Seq{3}, branches.a.root(Seq{3})});
        for (const LogForge* cut : smaller_first ? std::vector{&three, &five} : std::vector{&five, &three})
            CHECK(scene.node.replica->ingest(cut->rest(), sc)->refused.empty());
        CHECK(scene.node.holds(sc_log) == Seq{3});
        CHECK_FALSE(scene.node.store->read()->entry(EntryKey{"gi/AGI3"}));
    }
    Scene scene(branches);
    const auto gz_key = fixed_key("gz");
    scene.node.pin(NodeId{"gz"}, *gz_key);
    const LogForge foreign(LogId{"gz-0000000000000005"}, *gz_key, {start.ms + 60'000, 0},
                           Cut{sc_log, Seq{5}, branches.a.root(Seq{5})});
    CHECK(scene.node.replica->ingest(foreign.rest(), sc)->refused.empty());
    CHECK(scene.node.holds(sc_log) == Seq{8});
    CHECK(scene.node.store->read()->entry(EntryKey{"gi/AGI7"}));
}

TEST_CASE("a log that parted once more before its cut is doubted, however long the peer's branch is") {
    const Branches branches(5, 6, 9);
    Scene scene(branches);
    const LogForge cut(LogId{"sc-0000000000000006"}, *branches.key, {start.ms + 60'000, 0},
                       Cut{sc_log, Seq{6}, branches.b.root(Seq{6})});
    CHECK(scene.node.replica->ingest(cut.rest(), sc)->refused.empty());
    CHECK(scene.node.holds(sc_log) == Seq{6});  // not those that the cut is of
    const std::string head = branches.b.segment(Seq{10}, Seq{9}, Seq{9}).head;
    CHECK(scene.node.replica->contradicted({head}) == std::vector{sc_log});

    const Branches same(5, 6, 9);
    LoneNode node;
    node.pin(sc, *same.key);
    (void)node.replica->ingest(same.b.bundle(Seq{1}, Seq{6}, Seq{9}), sc).value();
    CHECK(node.replica->ingest(cut.rest(), sc)->refused.empty());
    CHECK(node.replica->contradicted({head}).empty());
}

}  // namespace
