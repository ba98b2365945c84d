// Cosigned heads and proofs of forks: any byte of them that changes is found, and nothing is found where none has.
#include "sync/kept_heads.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "sync/fork_proof.hpp"
#include "sync/verify.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

using Lines = std::vector<std::string>;

const NodeId sc{"sc"};
const LogId sc_log{"sc-03ab99f0c1d2e3f4"};
constexpr HybridTime start{1'766'109'600'000, 0};

/// A node that holds 7 records of sc, has cosigned them, and knows that they have forked after 4.
struct Scene {
    explicit Scene(Suite suite = Suite::ed25519_sha256)
        : key(suite == Suite::ed25519_sha256 ? fixed_key("sc") : generate_signing_key(suite)),
          branch(sc_log, *key, start) {
        node.pin(sc, *key);
        grow(branch, 4, "甲");
        LogForge other = branch;
        grow(branch, 7, "乙");
        REQUIRE(node.replica->ingest(branch.rest(), sc)->records == 7);
        cosigned = rows().at(0);
        grow(other, 6, "丙");
        CHECK_FALSE(node.replica->ingest(other.rest(), sc)->refused.empty());
        fork = node.store->read()->forks().at(0);
        REQUIRE(fork.common == Seq{4});
        fork.head_a = note_text(only_signed_by(parse_note(fork.head_a).value(), sc));  // whose signatures are the proof
    }
    [[nodiscard]] std::vector<CosignatureRow> rows() const { return node.store->read()->cosignatures(sc_log); }
    [[nodiscard]] Lines found() const { return verify(*node.store->read()); }
    /// With this instead of what is kept.
    [[nodiscard]] Lines found(const CosignatureRow& row) const {
        Findings findings;
        KeptHeadsCheck(*node.store->read(), findings).check(row);
        return findings.take();
    }
    [[nodiscard]] Lines found(const ForkRow& row) const {
        Findings findings;
        KeptHeadsCheck(*node.store->read(), findings).check(row);
        return findings.take();
    }

    LoneNode node;
    std::unique_ptr<SigningKey> key;
    LogForge branch;
    CosignatureRow cosigned;
    ForkRow fork;
};

/// Flips each bit of a text of the row in turn.
template <class Row>
void check_each_bit(const Scene& scene, const Row& sound, std::string Row::*text, std::string_view place) {
    for (std::size_t at = 0; at < (sound.*text).size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            Row damaged = sound;
            (damaged.*text)[at] = static_cast<char>((damaged.*text)[at] ^ (1 << bit));
            const Lines found = scene.found(damaged);
            CAPTURE(at);
            CAPTURE(bit);
            REQUIRE(found.size() == 1);
            REQUIRE(found.front().starts_with(place));
        }
    }
}

void check_all(const Scene& scene) {
    CHECK(scene.found() == Lines{});
    const std::string fork = "table fork, fork of log " + sc_log.value() + ": ";
    check_each_bit(scene, scene.cosigned, &CosignatureRow::note,
                   "table cosignature, head of log " + sc_log.value() + ", cosigned by cq: ");
    check_each_bit(scene, scene.fork, &ForkRow::head_a, fork);
    check_each_bit(scene, scene.fork, &ForkRow::head_b, fork);
}

}  // namespace

TEST_CASE("any bit of a cosigned head, and of the heads of a fork, is found when it changes") {
    check_all(Scene());
}

TEST_CASE("any bit of the proof of a fork is found when it changes") {
    const Scene scene;
    check_each_bit(scene, scene.fork, &ForkRow::proof, "table fork, fork of log " + sc_log.value() + ": ");
}

TEST_CASE("a row that states another head than it holds is found") {
    const Scene scene;
    for (const auto& change : std::vector<std::function<void(CosignatureRow&)>>{
             [](CosignatureRow& row) { row.size = Seq{6}; },
             [](CosignatureRow& row) { row.time.ms += 1; },
             [](CosignatureRow& row) { row.node = sc; },
             [](CosignatureRow& row) { row.node = NodeId{"gz"}; },
             [&](CosignatureRow& row) { row.log = scene.node.replica->standing().own_log; },
         }) {
        CosignatureRow row = scene.cosigned;
        change(row);
        CHECK(scene.found(row).size() == 1);
    }
    for (const auto& change : std::vector<std::function<void(ForkRow&)>>{
             [](ForkRow& row) { row.common = Seq{3}; },
             [](ForkRow& row) { row.common.reset(); },
             [](ForkRow& row) { row.proof.clear(); },
             [](ForkRow& row) { row.log = LogId{"sc-03ab99f0c1d2e3f5"}; },
             [](ForkRow& row) { row.head_b = row.head_a; },
         }) {
        ForkRow row = scene.fork;
        change(row);
        CHECK(scene.found(row).size() == 1);
    }
}

TEST_CASE("a cosigned head that is sound, and not of the records, is found") {
    const Scene scene;
    LogForge other(sc_log, *scene.key, start);
    grow(other, 7, "丁");
    CosignatureRow row = scene.cosigned;
    row.note = cosign_head(other.signed_head(other.size(), {start.ms + 60, 0}), scene.node.id, *scene.node.key).value();
    row.time = parse_note(row.note)->head.time;
    const Lines found = scene.found(row);
    REQUIRE(found.size() == 1);
    CHECK(found.front().find("its root is not that of the records") != std::string::npos);
}

TEST_CASE("what was signed before the present card was pinned, with a key that nobody knows any more, is no finding") {
    const Scene scene;
    const auto gz = fixed_key("gz");
    const auto pin = [&](const std::string& key, std::int64_t at_ms) {
        const NodeId id{"gz"};
        scene.node.replica->write_local([&](WriteTx& tx) {
            tx.put_peer({id, fixed_card(id, *fixed_key(key)), "", false, UnixMs{at_ms}});
        });
    };
    CosignatureRow row = scene.cosigned;
    row.node = NodeId{"gz"};
    row.at = UnixMs{1'000};
    row.note = cosign_head(note_text(only_signed_by(*parse_note(row.note), sc)), row.node, *gz).value();
    CHECK(scene.found(row) == Lines{});  // no peer any more
    pin("gz", 500);
    CHECK(scene.found(row) == Lines{});
    pin("other", 1'001);
    CHECK(scene.found(row) == Lines{});
    pin("other", 1'000);
    CHECK(scene.found(row).size() == 1);
}

TEST_CASE("lines that others have added beside a signature that holds accuse nobody") {
    const Scene scene;
    const auto older = fixed_key("older");
    const auto with_junk = [&](const std::string& note, const NodeId& by, const Signer& key) {
        SignedHead head = parse_note(note).value();
        head.signatures.push_back(
            {by.value(), note_key_id(by.value(), key.suite(), key.public_key()), std::string(64, 'x')});
        return note_text(head);
    };
    CosignatureRow row = scene.cosigned;
    row.note = with_junk(row.note, sc, *older);
    CHECK(scene.found(row) == Lines{});
    row.note = with_junk(row.note, sc, *scene.key);
    CHECK(scene.found(row) == Lines{});
    ForkRow fork = scene.fork;
    fork.head_b = with_junk(fork.head_b, sc, *scene.key);
    CHECK(scene.found(fork) == Lines{});
}

TEST_CASE("what is kept of a head are its author's lines that hold, each once, and one of a key that is not known") {
    const Scene scene;
    const auto older = fixed_key("older");
    const LogKeys keys{scene.key->suite(), scene.key->public_key(), {}};
    const SignedHead sound = only_signed_by(parse_note(scene.cosigned.note).value(), sc);
    SignedHead head = parse_note(scene.cosigned.note).value();
    const auto id_of = [](const Signer& key) { return note_key_id("sc", key.suite(), key.public_key()); };
    head.signatures.insert(head.signatures.begin(), {"sc", id_of(*scene.key), std::string(64, 'x')});
    head.signatures.push_back(sound.signatures.front());
    for (const char junk : {'y', 'z'}) head.signatures.push_back({"sc", id_of(*older), std::string(64, junk)});
    const SignedHead kept = kept_of(head, keys);
    REQUIRE(kept.signatures.size() == 2);
    CHECK(kept.signatures[0] == sound.signatures.front());
    CHECK(kept.signatures[1].key_id == id_of(*older));
    CHECK(kept.text == sound.text);
}

TEST_CASE("a peer whose card was damaged loses none of its cosignatures by it") {
    const Scene scene;
    CosignatureRow row = scene.cosigned;
    row.node = NodeId{"gz"};
    row.note = cosign_head(note_text(only_signed_by(*parse_note(row.note), sc)), row.node, *fixed_key("gz")).value();
    scene.node.replica->write_local([&](WriteTx& tx) { tx.put_peer({row.node, "{}", "", false, UnixMs{}}); });
    CHECK(scene.found(row) == Lines{});
}

TEST_CASE("both are part of what a node verifies") {
    const Scene scene;
    scene.node.replica->write_local([&](WriteTx& tx) {
        CosignatureRow row = scene.cosigned;
        row.note.back() = ' ';
        tx.put_cosignature(row);
        ForkRow fork = scene.fork;
        fork.head_a.back() = ' ';
        tx.add_fork(fork);
    });
    const Lines found = scene.found();
    REQUIRE(found.size() == 2);
    CHECK(found[0].starts_with("table fork"));
    CHECK(found[1].starts_with("table cosignature"));
}

TEST_CASE("the same under SM2 with SM3") {
    const Scene scene(Suite::sm2_sm3);
    CHECK(scene.found() == Lines{});
    CosignatureRow row = scene.cosigned;
    row.note[row.note.size() - 9] ^= 1;
    CHECK(scene.found(row).size() == 1);
    ForkRow fork = scene.fork;
    fork.head_b[fork.head_b.size() - 9] ^= 1;
    CHECK(scene.found(fork).size() == 1);
}
