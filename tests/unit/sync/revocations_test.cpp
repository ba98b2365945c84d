// A node that begins anew after its key was stolen: its past comes back by what its partners agreed on, also to those
// who join later, and whoever has the old key changes nothing of it.
#include "sync/revocations.hpp"

#include <doctest/doctest.h>

#include "sync/bundle.hpp"
#include "sync/known_keys.hpp"
#include "sync/revoke.hpp"
#include "sync/sender.hpp"
#include "sync/verify.hpp"
#include "tests/support/rotating_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

using Kinds = std::vector<std::string>;

/// sc holds two logs of cq, the second one under its second key; that key is stolen.
struct Scene {
    explicit Scene(Suite suite = Suite::ed25519_sha256) : cq("cq", suite) {
        pin_card(sc, cq.id, cq.pinned);
        cq.write_one();
        first = cq.log();
        begin_new_log(cq);
        cq.write_one();
        cq.rotate();
        cq.write_one();
        second = cq.log();
        carry(cq, sc);
    }
    [[nodiscard]] Result<void> revoke(const LoneNode& at, Seq size) const {
        Result<void> done;
        at.replica->write_local([&](WriteTx& tx) {
            const PeerRow peer = tx.peers().front();
            done = revoke_key(tx, peer, {second, size}, UnixMs{5}, "stolen");
        });
        return done;
    }
    [[nodiscard]] RevocationFile agreed() const {
        REQUIRE(revoke(sc, Seq{4}));
        const auto file = revocation_file(*sc.store->read(), cq.id);
        REQUIRE(file);
        return *file;
    }
    Rotating cq;
    LoneNode sc{"sc"};
    LogId first;
    LogId second;
};

/// The node under its name with a new key, and nothing else.
struct Anew : LoneNode {
    explicit Anew(const Scene& scene, Suite suite = Suite::ed25519_sha256) : LoneNode("cq") {
        replica.reset();
        key = generate_signing_key(suite);
        store = make_memory_store();
        random = SeededRandom(99);
        open();
        pin_card(*this, scene.sc.id, fixed_card(scene.sc.id, *scene.sc.key));
    }
};

Result<void> take(const LoneNode& node, const RevocationFile& file) {
    Result<void> taken;
    node.replica->write_local([&](WriteTx& tx) { taken = accept_revocations(tx, file); });
    return taken;
}

/// A log of the thief's making, up to that size.
LogForge forged(const LogId& log, const Signer& key, std::uint64_t size) {
    LogForge forge(log, key, {1'766'109'600'000, 0});
    while (forge.size().value() < size) forge.change({write_op("gi/AGI1", "name", "forged")});
    return forge;
}

TEST_CASE("a file of revoked keys is read as it was written, and no byte of it can be changed unseen") {
    const Scene scene;
    const RevocationFile file = scene.agreed();
    CHECK(file.changes.size() == 1);
    CHECK(file.revoked.front().roots.size() == 2);
    const std::string text = serialise(file);
    const auto read = parse_revocation_file(text);
    REQUIRE(read);
    CHECK(serialise(*read) == text);
    CHECK(fingerprint(*read) == fingerprint(file));
    RevocationFile other = file;
    other.revoked.front().upto.set(scene.first, Seq{1});
    CHECK(fingerprint(other) != fingerprint(file));
    other = file;
    other.revoked.front().roots.at(scene.first)[0] ^= 1u;
    CHECK(fingerprint(other) != fingerprint(file));
    other = file;
    other.revoked.front().roots.erase(scene.first);
    CHECK(parse_revocation_file(serialise(other)).error().code == ErrorCode::malformed);
    other = file;
    other.revoked.clear();
    CHECK(parse_revocation_file(serialise(other)).error().code == ErrorCode::malformed);
    for (const char* wrong : {"", "{}", "[]", "{\"minglu_revocations\":1}", "{\"minglu_card\":1}"})
        CHECK(parse_revocation_file(wrong).error().code == ErrorCode::malformed);
    CHECK(parse_revocation_file("{\"minglu_revocations\":2}").error().code == ErrorCode::unsupported_version);
    CHECK(parse_revocation_file(std::string(revocation_file_bytes_max + 1, ' ')).error().code == ErrorCode::too_large);
}

TEST_CASE("a node that begins anew with a new key, of either suite, has its past again and goes on in a new log") {
    for (const Suite before : {Suite::ed25519_sha256, Suite::sm2_sm3})
        for (const Suite after : {Suite::ed25519_sha256, Suite::sm2_sm3})
            for (const std::size_t limit : {std::size_t{1}, bundle_bytes_max}) {
                Scene scene(before);
                const RevocationFile file = scene.agreed();
                Anew cq(scene, after);
                CHECK(take(cq, file));
                pin_card(scene.sc, cq.id, fixed_card(cq.id, *cq.key));
                for (int i = 0; i < 8; ++i) CHECK(carry(scene.sc, cq, limit).refused.empty());
                CHECK(cq.holds(scene.first) == Seq{2});
                CHECK(cq.holds(scene.second) == Seq{4});
                REQUIRE(cq.write({write_op("gi/new", "name", "x")}));
                CHECK(carry(cq, scene.sc).refused.empty());
                CHECK(scene.sc.replica->standing().vector == cq.replica->standing().vector);
                CHECK(scene.sc.replica->standing().state_root == cq.replica->standing().state_root);
                CHECK(cq.incidents() == Kinds{});
                CHECK(scene.sc.incidents() == Kinds{});
                // Who joins later takes all of it from either.
                for (LoneNode* from : {static_cast<LoneNode*>(&cq), &scene.sc}) {
                    LoneNode gz("gz");
                    CHECK(take(gz, file));
                    pin_card(gz, cq.id, fixed_card(cq.id, *cq.key));
                    pin_card(gz, scene.sc.id, fixed_card(scene.sc.id, *scene.sc.key));
                    for (int i = 0; i < 9; ++i) CHECK(carry(*from, gz, limit).refused.empty());
                    CHECK(gz.replica->standing().state_root == cq.replica->standing().state_root);
                    CHECK(gz.incidents() == Kinds{});
                    CHECK(verify(*gz.store->read()) == std::vector<std::string>{});
                }
                CHECK(verify(*cq.store->read()) == std::vector<std::string>{});
                cq.open();  // and after a restart
                CHECK(carry(scene.sc, cq).refused.empty());
            }
}

TEST_CASE("without the file its own past is refused, and the incident names the cure") {
    Scene scene;
    Anew cq(scene);
    CHECK(carry(scene.sc, cq).refused.size() == 2);
    for (const IncidentRow& row : cq.store->read()->incidents(0, 10))
        if (row.kind == "bad_signature" && row.subject == scene.second.value())
            CHECK(row.advice.find("minglu peer revoke cq --file") != std::string::npos);
    CHECK(cq.holds(scene.second) == Seq{});
}

TEST_CASE("a thief who goes on with the log, or opens another, adds nothing") {
    Scene scene;
    const RevocationFile file = scene.agreed();
    Anew cq(scene);
    REQUIRE(take(cq, file));
    pin_card(scene.sc, cq.id, fixed_card(cq.id, *cq.key));
    scene.cq.write_one();
    LoneNode gz("gz");
    REQUIRE(take(gz, file));
    pin_card(gz, cq.id, fixed_card(cq.id, *cq.key));
    const LogForge opened = forged(LogId{"cq-00000000000000bb"}, *scene.cq.key, 3);
    for (LoneNode* node : {&scene.sc, static_cast<LoneNode*>(&cq), &gz}) {
        const Vector before = node->replica->standing().vector;
        CHECK_FALSE(carry(scene.cq, *node).refused.empty());
        CHECK(node->holds(scene.second) == before.at(scene.second));
        CHECK(node->replica->ingest(opened.rest(), NodeId{"xx"})->refused.size() == 1);
        CHECK(node->holds(opened.log()) == Seq{});
    }
    // The true one is taken all the same.
    for (LoneNode* node : {static_cast<LoneNode*>(&cq), &gz}) {
        carry(scene.sc, *node);
        CHECK(node->holds(scene.second) == Seq{4});
    }
}

TEST_CASE("a thief who tells another history of what counts is believed by nobody, and makes no fork") {
    for (const bool second : {false, true})
        for (std::uint64_t size = 1; size < 8; ++size) {
            Scene scene;
            const RevocationFile file = scene.agreed();
            const Signer& stolen = second ? *scene.cq.key : *scene.cq.earlier.front();
            const LogForge forge = forged(second ? scene.second : scene.first, stolen, size);
            Anew cq(scene);
            LoneNode gz("gz");
            pin_card(gz, cq.id, fixed_card(cq.id, *cq.key));
            pin_card(scene.sc, cq.id, fixed_card(cq.id, *cq.key));
            for (LoneNode* node : {static_cast<LoneNode*>(&cq), &gz}) {
                REQUIRE(take(*node, file));
                CHECK(node->replica->ingest(forge.rest(), NodeId{"xx"})->records == 0);
                CHECK(node->holds(forge.log()) == Seq{});
                carry(scene.sc, *node);
                CHECK(node->replica->standing().state_root == scene.sc.replica->standing().state_root);
            }
            // Those who hold the true one do not change their mind, and the node cuts nothing.
            const LogId written = cq.replica->standing().own_log;
            for (LoneNode* node : {&scene.sc, static_cast<LoneNode*>(&cq), &gz}) {
                const Vector before = node->replica->standing().vector;
                CHECK(node->replica->ingest(forge.rest(), NodeId{"xx"})->records == 0);
                CHECK(node->replica->contradicted({forge.signed_head(forge.size(), forge.time())}).empty());
                CHECK(node->replica->standing().vector == before);
                CHECK(node->store->read()->forks().empty());
                for (const std::string& kind : node->incidents()) CHECK(kind != "fork");
            }
            CHECK(cq.replica->standing().own_log == written);
        }
}

TEST_CASE("proofs of forks of a log that people agreed on are not wanted, and are not sent again and again") {
    Scene scene;
    const LogForge forge = forged(scene.first, *scene.cq.earlier.front(), 5);
    LoneNode witness("xx");
    pin_card(witness, scene.cq.id, scene.cq.pinned);
    carry(scene.sc, witness);
    (void)witness.replica->ingest(forge.rest(), NodeId{"yy"});
    const RevocationFile file = scene.agreed();
    Anew cq(scene);
    pin_card(cq, witness.id, fixed_card(witness.id, *witness.key));
    REQUIRE(take(cq, file));
    CHECK(cq.replica->standing().forks.at(scene.first) == Seq{1});
    carry(witness, cq);
    REQUIRE(witness.store->read()->forks().size() == 1);
    REQUIRE(witness.store->read()->forks().front().common);
    const Standing theirs = cq.replica->standing();
    const std::set<LogId> skip{witness.replica->standing().own_log};
    CHECK_FALSE(make_bundle(*witness.store->read(), witness.id, {theirs.vector, theirs.heads, skip, 1, theirs.forks}));
}

TEST_CASE("changes of key by a thief lead nowhere") {
    Scene scene;
    const RevocationFile file = scene.agreed();
    LoneNode gz("gz");
    REQUIRE(take(gz, file));
    const auto fresh = generate_signing_key(Suite::ed25519_sha256);
    pin_card(gz, scene.cq.id, fixed_card(scene.cq.id, *fresh));
    scene.cq.rotate();
    BundleInfo info{scene.sc.id, {}, {}};
    info.keys = {serialise(key_changes(*scene.cq.store->read()).back())};
    REQUIRE(gz.replica->ingest(serialise(info), scene.sc.id));
    CHECK(key_changes(*gz.store->read()).size() == 1);
    carry(scene.sc, gz);
    CHECK(gz.holds(scene.second) == Seq{4});
}

TEST_CASE("what does not go with what is held is refused whole") {
    Scene scene;
    scene.cq.write_one();
    LoneNode yn("yn");
    pin_card(yn, scene.cq.id, scene.cq.pinned);
    carry(scene.cq, yn);
    const RevocationFile file = scene.agreed();
    CHECK(take(yn, file).error().code == ErrorCode::bad_value);  // it holds five
    CHECK(revocations(*yn.store->read()).empty());
    RevocationFile other = file;
    other.revoked.front().roots.at(scene.first)[0] ^= 1u;
    CHECK(take(scene.sc, other).error().code == ErrorCode::bad_value);
    CHECK(revocations(*scene.sc.store->read()) == file.revoked);
    CHECK(take(scene.cq, file).error().code == ErrorCode::bad_value);  // it signs with that key
    // Agreed on more than is held: nobody here knows what stands there, until it has come.
    CHECK(scene.revoke(scene.sc, Seq{5}));
    CHECK(revocation_file(*scene.sc.store->read(), scene.cq.id).error().code == ErrorCode::stale);
    carry(yn, scene.sc);
    CHECK(scene.sc.holds(scene.second) == Seq{5});
    const auto larger = revocation_file(*scene.sc.store->read(), scene.cq.id);
    REQUIRE(larger);
    CHECK(take(yn, *larger));
    CHECK(serialise(*revocation_file(*yn.store->read(), scene.cq.id)) == serialise(*larger));
    CHECK(scene.revoke(scene.sc, Seq{4}).error().code == ErrorCode::bad_value);
    CHECK(revocation_file(*scene.sc.store->read(), NodeId{"gz"}).error().code == ErrorCode::not_found);
}

TEST_CASE("a partner that had not followed the change of key yet does so by the file") {
    Scene scene;
    LoneNode yn("yn");
    pin_card(yn, scene.cq.id, scene.cq.pinned);
    pin_card(yn, scene.sc.id, fixed_card(scene.sc.id, *scene.sc.key));
    const auto some = make_bundle(*scene.sc.store->read(), scene.sc.id, {{}, {}, {}, 1, {}, Dot{}});
    REQUIRE(some);
    REQUIRE(yn.replica->ingest(*some, scene.sc.id));
    const RevocationFile file = scene.agreed();
    const auto fresh = generate_signing_key(Suite::ed25519_sha256);
    REQUIRE(take(yn, file));
    pin_card(yn, scene.cq.id, fixed_card(scene.cq.id, *fresh));
    pin_card(scene.sc, scene.cq.id, fixed_card(scene.cq.id, *fresh));
    for (int i = 0; i < 3; ++i) CHECK(carry(scene.sc, yn).refused.empty());
    CHECK(yn.holds(scene.first) == Seq{2});
    CHECK(yn.holds(scene.second) == Seq{4});
    CHECK(verify(*yn.store->read()) == std::vector<std::string>{});
}

}  // namespace
