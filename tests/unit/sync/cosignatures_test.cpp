// Cosigned heads: who signs what and when, how the signatures travel, what cannot spoil them.
#include "sync/cosignatures.hpp"

#include <doctest/doctest.h>

#include <array>

#include "sync/bundle.hpp"
#include "sync/fork_proof.hpp"
#include "sync/sender.hpp"
#include "sync/verify.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

/// A node with any key.
struct Signing : LoneNode {
    explicit Signing(const std::string& name, Suite suite = Suite::ed25519_sha256) : LoneNode(name) {
        if (suite == Suite::ed25519_sha256) return;
        replica.reset();
        key = generate_signing_key(suite);
        store = make_memory_store();
        open();
    }
    [[nodiscard]] LogId log() const { return replica->standing().own_log; }
    void write_one() {
        REQUIRE(write({write_op("gi/AGI" + std::to_string(holds(log()).value()), "name", id.value())}));
    }
};

void introduce(Signing& a, Signing& b) {
    a.pin(b.id, *b.key);
    b.pin(a.id, *a.key);
}

std::optional<std::string> bundle_for(const LoneNode& from, const LoneNode& to, std::optional<Dot> told = Dot{}) {
    const Standing standing = to.replica->standing();
    return make_bundle(*from.store->read(), from.id, {standing.vector, standing.heads, {}, bundle_bytes_max, {}, told});
}

/// What `to` is to name next time.
std::optional<Dot> carry(const LoneNode& from, LoneNode& to, std::optional<Dot> told = Dot{}) {
    const auto bundle = bundle_for(from, to, told);
    if (!bundle) return told;
    const auto report = to.replica->ingest(*bundle, from.id);
    REQUIRE(report);
    CHECK(report->refused.empty());
    return report->cosigned_upto ? report->cosigned_upto : told;
}

/// "cq:3 by gz,sc" for each head that is vouched for, newest first.
std::vector<std::string> vouched_text(const LoneNode& node, const LogId& log) {
    std::vector<std::string> texts;
    for (const VouchedHead& head : vouched_heads(*node.store->read(), log)) {
        if (head.by.empty()) continue;
        std::string text = node_of(log).value() + ":" + std::to_string(head.head.size.value()) + " by";
        for (const NodeId& by : head.by) text += (&by == &head.by.front() ? " " : ",") + by.value();
        texts.push_back(text);
    }
    return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("a node cosigns what it holds in full, and the author learns of it; both suites, either way") {
    for (const auto& suites :
         {std::array{Suite::ed25519_sha256, Suite::ed25519_sha256}, std::array{Suite::ed25519_sha256, Suite::sm2_sm3},
          std::array{Suite::sm2_sm3, Suite::ed25519_sha256}, std::array{Suite::sm2_sm3, Suite::sm2_sm3}}) {
        Signing cq("cq", suites[0]);
        Signing sc("sc", suites[1]);
        introduce(cq, sc);
        cq.write_one();
        CHECK(vouched_text(cq, cq.log()) == Texts{});
        carry(cq, sc);
        carry(sc, cq);
        CHECK(vouched_text(sc, cq.log()) == Texts{"cq:2 by sc"});
        CHECK(vouched_text(cq, cq.log()) == Texts{"cq:2 by sc"});
        CHECK(vouched_text(cq, sc.log()) == Texts{"sc:1 by cq"});
        const auto best = best_head(*cq.store->read(), cq.log(), Seq{2});
        REQUIRE(best);
        const auto note = parse_note(best->note);
        REQUIRE(note);
        CHECK(note->signatures.size() == 2);
        CHECK(is_signed_by(*note, cq.id, suites[0], cq.key->public_key()));
        CHECK(is_signed_by(*note, sc.id, suites[1], sc.key->public_key()));
        CHECK(cq.incidents() == Texts{});
        CHECK(sc.incidents() == Texts{});
    }
}

TEST_CASE("only the latest head of a log is cosigned, and one in a minute") {
    Signing cq("cq");
    Signing sc("sc");
    introduce(cq, sc);
    carry(cq, sc);
    CHECK(vouched_text(sc, cq.log()) == Texts{"cq:1 by sc"});
    cq.write_one();
    carry(cq, sc);
    cq.write_one();
    carry(cq, sc);
    sc.clock.advance(cosign_interval_ms - 1);
    sc.replica->cosign_heads();
    CHECK(vouched_text(sc, cq.log()) == Texts{"cq:1 by sc"});
    sc.clock.advance(1);
    sc.replica->cosign_heads();
    CHECK(vouched_text(sc, cq.log()) == Texts{"cq:3 by sc"});
    const std::uint64_t revision = sc.replica->standing().revision;
    sc.clock.advance(cosign_interval_ms);
    sc.replica->cosign_heads();  // the same head is not cosigned again, and nobody is woken
    CHECK(sc.replica->standing().revision == revision);
    cq.write_one();
    sc.clock.advance(-3'600'000);  // a clock that was put back delays nothing
    carry(cq, sc);
    CHECK(vouched_text(sc, cq.log()) == Texts{"cq:4 by sc"});
}

TEST_CASE("a head beyond the records held is not cosigned, nor are the cosignatures of others taken for it") {
    Signing cq("cq");
    Signing sc("sc");
    Signing gz("gz");
    introduce(cq, sc);
    introduce(cq, gz);
    introduce(sc, gz);
    cq.write_one();
    cq.write_one();
    carry(cq, sc);
    const Standing held = gz.replica->standing();
    const auto part = make_bundle(*sc.store->read(), sc.id, {held.vector, held.heads, {}, 1, {}, Dot{}});
    REQUIRE(part);
    CHECK(parse_bundle(*part)->info.cosigned.empty());
    REQUIRE(gz.replica->ingest(*part, sc.id));
    CHECK(vouched_text(gz, cq.log()) == Texts{});
    // A sender that sends it all the same.
    BundleInfo early{sc.id, {}, {}};
    early.cosigned = {best_head(*sc.store->read(), cq.log(), Seq{3})->note};
    REQUIRE(gz.replica->ingest(serialise(early), sc.id));
    CHECK(vouched_text(gz, cq.log()) == Texts{});
    CHECK(gz.incidents() == Texts{});
    carry(sc, gz);
    CHECK(vouched_text(gz, cq.log()) == Texts{"cq:3 by gz,sc"});
}

TEST_CASE("a cosignature that was damaged at rest stops nothing, goes to nobody, and makes room for the next one") {
    for (const char* damaged : {"signature", "origin", "size"}) {
        Signing cq("cq");
        Signing sc("sc");
        Signing gz("gz");
        introduce(cq, sc);
        introduce(cq, gz);
        introduce(sc, gz);
        cq.write_one();
        carry(cq, sc);
        sc.replica->write_local([&](WriteTx& tx) {
            CosignatureRow row = tx.cosignatures(cq.log()).at(0);
            const auto flip = [&](std::size_t at) { row.note[at] = static_cast<char>(row.note[at] ^ 1); };
            if (damaged == std::string_view("signature")) flip(row.note.size() - 9);
            if (damaged == std::string_view("origin")) flip(8);
            if (damaged == std::string_view("size")) row.size = Seq{row.size.value() + 1'000'000};
            tx.put_cosignature(row);
        });
        const auto best = best_head(*sc.store->read(), cq.log(), Seq{2});
        REQUIRE(best);
        CHECK(best->by.empty());
        cq.write_one();
        carry(sc, gz);
        carry(sc, cq);
        CHECK(gz.holds(cq.log()) == Seq{2});
        CHECK(gz.incidents() == Texts{});
        CHECK(cq.incidents() == Texts{});
        CHECK(vouched_text(gz, cq.log()) == Texts{"cq:2 by gz"});
        sc.clock.advance(cosign_interval_ms);
        carry(cq, sc);
        CHECK(vouched_text(sc, cq.log()).front() == "cq:3 by sc");
        CHECK(verify(*sc.store->read()) == Texts{});
    }
}

TEST_CASE("signatures below one head come together at every node, over a third one too") {
    Signing cq("cq");
    Signing sc("sc");
    Signing gz("gz");
    introduce(cq, sc);
    introduce(cq, gz);
    introduce(sc, gz);
    cq.write_one();
    carry(cq, sc);
    carry(sc, gz);
    carry(gz, sc);
    carry(sc, cq);  // cq and gz do not meet
    for (const LoneNode* node : {&cq, &sc, &gz}) CHECK(vouched_text(*node, cq.log()) == Texts{"cq:2 by gz,sc"});
    // The most signatures count more than the newest head, as long as it is large enough.
    cq.write_one();
    cq.clock.advance(cosign_interval_ms);
    sc.clock.advance(cosign_interval_ms);
    carry(cq, sc);
    CHECK(vouched_text(sc, cq.log()) == Texts{"cq:3 by sc", "cq:2 by gz"});
    carry(sc, cq);
    const auto tx = cq.store->read();
    CHECK(best_head(*tx, cq.log(), Seq{3})->by == std::vector{sc.id});
    CHECK(best_head(*tx, cq.log(), Seq{2})->head.size == Seq{3});
    CHECK_FALSE(best_head(*tx, cq.log(), Seq{4}));
}

TEST_CASE("everybody is told once: then there is nothing to do") {
    Signing cq("cq");
    Signing sc("sc");
    introduce(cq, sc);
    cq.write_one();
    std::optional<Dot> cq_told = Dot{};
    std::optional<Dot> sc_told = Dot{};
    for (int i = 0; i < 3; ++i) {
        sc_told = carry(cq, sc, sc_told);
        cq_told = carry(sc, cq, cq_told);
    }
    CHECK_FALSE(bundle_for(cq, sc, sc_told));
    CHECK_FALSE(bundle_for(sc, cq, cq_told));
    const auto vouched = vouched_text(cq, cq.log());
    cq.open();  // a restart forgets nothing, and whoever asks from the start is told again
    CHECK(cq.replica->rebuild({}));
    CHECK(vouched_text(cq, cq.log()) == vouched);
    REQUIRE(bundle_for(cq, sc));
    CHECK(parse_bundle(*bundle_for(cq, sc))->info.cosigned.size() == 2);
    // Who does not ask for cosignatures is not sent any: an older program would ask again at once, and for ever.
    carry(cq, sc, std::nullopt);
    CHECK_FALSE(bundle_for(cq, sc, std::nullopt));
    // What an earlier log of the sender has numbered says nothing.
    CHECK(bundle_for(cq, sc, Dot{LogId{"cq-0000000000000001"}, Seq{1'000}}));
}

struct Spoilt {
    Spoilt() {
        introduce(cq, sc);
        cq.write_one();
        carry(cq, sc);
        note = parse_note(best_head(*sc.store->read(), cq.log(), Seq{2})->note).value();
    }
    void bring(const SignedHead& head) {
        BundleInfo info{sc.id, {}, {}};
        info.cosigned = {note_text(head)};
        REQUIRE(cq.replica->ingest(serialise(info), sc.id));
    }
    Signing cq{"cq"};
    Signing sc{"sc"};
    SignedHead note;
};

TEST_CASE("a failing signature of a known key spoils the note, one of an unknown name does not stay") {
    Spoilt scene;
    for (SignedHead::Signature& signature : scene.note.signatures) {
        signature.bytes[5] = static_cast<char>(signature.bytes[5] ^ 1);
        scene.bring(scene.note);
        CHECK(vouched_text(scene.cq, scene.cq.log()) == Texts{});
        signature.bytes[5] = static_cast<char>(signature.bytes[5] ^ 1);
    }
    CHECK(scene.cq.incidents() == Texts{"bad_signature"});  // twice, of one subject
    const std::size_t clean = note_text(scene.note).size();
    while (scene.note.signatures.size() < note_signatures_max)
        scene.note.signatures.push_back(
            {"witness.example/" + std::to_string(scene.note.signatures.size()), {1, 2, 3, 4}, "foreign"});
    scene.note.signatures[7].name = "sc";  // the name of a known node, and no key of it
    scene.bring(scene.note);
    CHECK(vouched_text(scene.cq, scene.cq.log()) == Texts{"cq:2 by sc"});
    CHECK(best_head(*scene.cq.store->read(), scene.cq.log(), Seq{2})->note.size() == clean);
    CHECK(scene.cq.incidents() == Texts{"bad_signature"});
}

TEST_CASE("lines of strangers below a head that comes with records are not kept") {
    const auto key = fixed_key("sc");
    LogForge forge(LogId{"sc-03ab99f0c1d2e3f4"}, *key, {1'766'109'600'000, 0});
    LoneNode cq;
    cq.pin(NodeId{"sc"}, *key);
    BundleInfo info{NodeId{"sc"}, {}, {forge.segment(Seq{1}, Seq{1}, Seq{1})}};
    const std::string clean = info.segments.front().head;
    info.segments.front().head += "\xE2\x80\x94 stranger AAAAAAAA\n";
    REQUIRE(cq.replica->ingest(serialise(info) + forge.lines(Seq{1}, Seq{1}), NodeId{"sc"}));
    CHECK(cq.store->read()->log(forge.log())->head == clean);
}

TEST_CASE("a cosigned head that contradicts what is held is kept, with its signatures") {
    const auto key = fixed_key("sc");
    const auto witness = fixed_key("gz");
    LogForge held(LogId{"sc-03ab99f0c1d2e3f4"}, *key, {1'766'109'600'000, 0});
    LogForge other(held);
    held.change({write_op("gi/AGI1", "name", "甲")});
    other.change({write_op("gi/AGI1", "name", "乙")});
    LoneNode cq;
    cq.pin(NodeId{"sc"}, *key);
    cq.pin(NodeId{"gz"}, *witness);
    REQUIRE(cq.replica->ingest(held.rest(), NodeId{"sc"}));
    CHECK(vouched_text(cq, held.log()) == Texts{"sc:2 by cq"});
    BundleInfo info{NodeId{"gz"}, {}, {}};
    info.cosigned = {cosign_head(other.signed_head(Seq{2}, other.time()), NodeId{"gz"}, *witness).value()};
    REQUIRE(cq.replica->ingest(serialise(info), NodeId{"gz"}));
    CHECK(cq.incidents() == Texts{"fork"});
    const auto forks = cq.store->read()->forks();
    REQUIRE(forks.size() == 1);
    CHECK(forks.front().head_b == info.cosigned.front());
    CHECK(parse_note(forks.front().head_a)->signatures.size() == 2);  // ours is under the one that is held
    CHECK(vouched_text(cq, held.log()) == Texts{"sc:2 by cq"});
    // Nothing more of the log is vouched for.
    held.change({write_op("gi/AGI2", "name", "甲")});
    cq.clock.advance(cosign_interval_ms);
    REQUIRE(cq.replica->ingest(held.rest(Seq{2}), NodeId{"sc"}));
    CHECK(vouched_text(cq, held.log()) == Texts{"sc:2 by cq"});
}

}  // namespace
