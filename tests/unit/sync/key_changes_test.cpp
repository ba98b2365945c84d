// Changes of signing keys: who follows them, what the old key still counts for, revoked keys.
#include "sync/key_changes.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "sync/bundle.hpp"
#include "sync/cosignatures.hpp"
#include "sync/known_keys.hpp"
#include "sync/verify.hpp"
#include "tests/support/rotating_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

using Kinds = std::vector<std::string>;

TEST_CASE("of more changes than a bundle may carry those come that the receiver lacks, oldest first") {
    Rotating cq("cq");
    cq.write_one();
    cq.rotate();
    cq.write_one();
    const KeyChange real = key_changes(*cq.store->read()).front();
    // Written as they are kept, all at once: one by one takes its time, and nobody changes keys so often.
    cq.replica->write_local([&](WriteTx& tx) {
        std::string list = "[" + serialise(real);
        for (std::uint64_t i = 0; i < 2 * bundle_key_changes_max; ++i) {
            KeyChange change = real;
            const std::string seq = "\"seq\":";
            const std::size_t at = change.record.find(seq + std::to_string(real.at.value()));
            change.record.replace(at + seq.size(), std::to_string(real.at.value()).size(), std::to_string(100 + i));
            list += "," + serialise(change);
        }
        tx.put_setting("key_changes", list + "]");
    });
    REQUIRE(key_changes(*cq.store->read()).size() == 1 + 2 * bundle_key_changes_max);
    const auto sent = [&](Seq have) {
        Vector held;
        if (have != Seq{}) held.raise(cq.log(), have);
        std::vector<Seq> at;
        const auto bundle = make_bundle(*cq.store->read(), cq.id, {held, {}, {}});
        const auto parsed = parse_bundle(bundle.value()).value();
        for (const std::string& text : parsed.info.keys) at.push_back(parse_key_change(text)->at);
        CHECK(std::is_sorted(at.begin(), at.end()));
        return at;
    };
    const auto to_nobody = sent(Seq{});
    CHECK(to_nobody.front() == real.at);
    CHECK(to_nobody.size() > 100);
    CHECK(to_nobody.size() <= bundle_key_changes_max);
    const auto to_one_that_has_it = sent(real.at);
    CHECK(to_one_that_has_it.front() == Seq{100});
    CHECK(to_one_that_has_it.size() == to_nobody.size());
}

TEST_CASE("a peer that has the old card alone follows; record by record too; both suites") {
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3})
        for (const std::size_t limit : {std::size_t{1}, bundle_bytes_max}) {
            Rotating cq("cq", suite);
            LoneNode sc("sc");
            pin_card(sc, cq.id, cq.pinned);
            cq.write_one();
            const Published change = cq.rotate();
            CHECK(change.dot.seq == Seq{3});
            cq.write_one();
            cq.rotate();
            cq.write_one();
            for (int i = 0; i < 7; ++i) CHECK(carry(cq, sc, limit).refused.empty());
            CHECK(sc.holds(cq.log()) == Seq{6});
            CHECK(sc.replica->standing().state_root == cq.replica->standing().state_root);
            CHECK(sc.store->read()->log(cq.log())->signing_key == cq.key->public_key());
            CHECK(sc.incidents() == Kinds{});
            CHECK(key_changes(*sc.store->read()).size() == 2);
            CHECK(verify(*sc.store->read()) == std::vector<std::string>{});
            CHECK(verify(*cq.store->read()) == std::vector<std::string>{});
            // And hands on what leads to the key.
            LoneNode gz("gz");
            pin_card(gz, cq.id, cq.pinned);
            pin_card(gz, sc.id, fixed_card(sc.id, *sc.key));
            for (int i = 0; i < 9; ++i) CHECK(carry(sc, gz, limit).refused.empty());
            CHECK(gz.holds(cq.log()) == Seq{6});
        }
}

TEST_CASE("a peer that follows already takes the change when it comes, and a restart forgets nothing") {
    Rotating cq("cq");
    LoneNode sc("sc");
    pin_card(sc, cq.id, cq.pinned);
    cq.write_one();
    carry(cq, sc);
    cq.rotate();
    carry(cq, sc);
    cq.open();
    sc.open();
    cq.write_one();
    carry(cq, sc);
    CHECK(sc.holds(cq.log()) == Seq{4});
    CHECK(sc.incidents() == Kinds{});
    CHECK(sc.replica->rebuild({}));
}

TEST_CASE("whoever pins the new card takes the log from its start, and new logs under either card") {
    Rotating cq("cq");
    cq.write_one();
    cq.rotate();
    cq.write_one();
    const std::string new_card = fixed_card(cq.id, *cq.key);
    const LogId first = cq.log();
    begin_new_log(cq);
    cq.write_one();
    for (const std::string& card : {cq.pinned, new_card}) {
        LoneNode sc("sc");
        pin_card(sc, cq.id, card);
        carry(cq, sc);
        CHECK(sc.holds(first) == Seq{4});
        CHECK(sc.holds(cq.log()) == Seq{2});
        CHECK(sc.incidents() == Kinds{});
    }
}

TEST_CASE("whoever pins the newest card of several takes the log at once, from the author or from others") {
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3})
        for (const std::size_t limit : {std::size_t{1}, bundle_bytes_max}) {
            Rotating cq("cq", suite);
            LoneNode sc("sc");
            pin_card(sc, cq.id, cq.pinned);
            for (int i = 0; i < 4; ++i) {
                cq.write_one();
                cq.rotate();
            }
            cq.write_one();
            for (int i = 0; i < 12; ++i) carry(cq, sc, limit);
            for (LoneNode* from : {static_cast<LoneNode*>(&cq), &sc}) {
                LoneNode gz("gz");
                pin_card(gz, cq.id, newest_card(cq));
                if (from == &sc) pin_card(gz, sc.id, fixed_card(sc.id, *sc.key));
                for (int i = 0; i < 12; ++i) CHECK(carry(*from, gz, limit).refused.empty());
                CHECK(gz.holds(cq.log()) == Seq{10});
                CHECK(gz.store->read()->log(cq.log())->signing_key == cq.key->public_key());
                CHECK(gz.incidents() == Kinds{});
                CHECK(verify(*gz.store->read()) == std::vector<std::string>{});
                cq.write_one();
                carry(cq, gz);
                CHECK(gz.holds(cq.log()) == cq.holds(cq.log()));
                // And hands all of it on to one that knows no key but the newest.
                LoneNode yn("yn");
                pin_card(yn, cq.id, newest_card(cq));
                CHECK(carry(gz, yn).refused.empty());
                CHECK(yn.holds(cq.log()) == cq.holds(cq.log()));
            }
        }
}

TEST_CASE("the newest card pinned over the first one: a log held in part goes on") {
    Rotating cq("cq");
    LoneNode sc("sc");
    pin_card(sc, cq.id, cq.pinned);
    cq.write_one();
    carry(cq, sc);
    cq.rotate();
    cq.write_one();
    cq.rotate();
    cq.write_one();
    pin_card(sc, cq.id, newest_card(cq));
    CHECK(carry(cq, sc).refused.empty());
    CHECK(sc.holds(cq.log()) == Seq{6});
    CHECK(sc.incidents() == Kinds{});
}

TEST_CASE("changes in a new log right after a restore lead to the logs before it") {
    Rotating cq("cq");
    LoneNode sc("sc");
    pin_card(sc, cq.id, cq.pinned);
    cq.write_one();
    cq.rotate();
    cq.write_one();
    const LogId first = cq.log();
    carry(cq, sc);
    begin_new_log(cq);
    cq.rotate();
    cq.write_one();
    const LogId second = cq.log();
    begin_new_log(cq);
    cq.rotate();
    CHECK(carry(cq, sc).refused.empty());
    LoneNode gz("gz");
    pin_card(gz, cq.id, newest_card(cq));
    pin_card(gz, sc.id, fixed_card(sc.id, *sc.key));
    CHECK(carry(sc, gz).refused.empty());
    for (LoneNode* node : {&sc, &gz}) {
        CHECK(node->holds(first) == Seq{4});
        CHECK(node->holds(second) == Seq{3});
        CHECK(node->holds(cq.log()) == Seq{2});
        CHECK(node->incidents() == Kinds{});
    }
    CHECK(gz.replica->standing().state_root == cq.replica->standing().state_root);
    CHECK(verify(*cq.store->read()) == std::vector<std::string>{});
}

TEST_CASE("a copy that writes on forks a log whose key was changed: whoever joins later takes what counts") {
    Rotating cq("cq");
    LoneNode sc("sc");
    pin_card(sc, cq.id, cq.pinned);
    cq.write_one();
    cq.rotate();
    cq.write_one();
    auto copied = copy_memory_store(*cq.store);
    const LogId first = cq.log();
    const auto write_named = [](const LoneNode& node, const std::string& key) {
        REQUIRE(node.write({write_op(key, "name", "x")}));
    };
    write_named(cq, "gi/mine");
    auto mine = std::exchange(cq.store, std::move(copied));
    cq.open();
    write_named(cq, "gi/copy");
    write_named(cq, "gi/copy2");
    carry(cq, sc);  // sc has heard of the copy alone
    cq.replica.reset();
    cq.store = std::move(mine);
    cq.open();
    pin_card(cq, sc.id, fixed_card(sc.id, *sc.key));
    carry(sc, cq);  // our own log, signed by us, is not what we wrote
    CHECK(cq.log() != first);
    cq.rotate();
    cq.write_one();
    LoneNode gz("gz");
    pin_card(gz, cq.id, newest_card(cq));
    pin_card(gz, sc.id, fixed_card(sc.id, *sc.key));
    for (int i = 0; i < 3; ++i) carry(cq, gz);
    for (const LogId& log : {first, cq.log()}) CHECK(gz.holds(log) == cq.holds(log));
    CHECK(gz.replica->standing().state_root == cq.replica->standing().state_root);
    CHECK(gz.incidents() == Kinds{});
}

/// What a thief of keys that were given up tells a node that has the newest card alone.
struct Thief {
    Thief() {
        cq.write_one();
        cq.rotate();
        cq.write_one();
        first = cq.log();
        begin_new_log(cq);
        cq.write_one();
        cq.rotate();
        cq.write_one();
        second = cq.log();
        pin_card(gz, cq.id, newest_card(cq));
        pin_card(gz, sc.id, fixed_card(sc.id, *sc.key));
    }
    /// Changes of key alone.
    std::size_t bring(const std::vector<KeyChange>& changes) {
        BundleInfo info{sc.id, {}, {}};
        for (const KeyChange& change : changes) info.keys.push_back(serialise(change));
        REQUIRE(gz.replica->ingest(serialise(info), sc.id));
        return key_changes(*gz.store->read()).size();
    }
    [[nodiscard]] std::vector<KeyChange> honest() const { return key_changes(*cq.store->read()); }
    IngestReport tell(const LogForge& forge) const { return gz.replica->ingest(forge.rest(), sc.id).value(); }

    Rotating cq{"cq"};
    LoneNode sc{"sc"};
    LoneNode gz{"gz"};
    LogId first;
    LogId second;
};

TEST_CASE("old keys tell no other history of the logs that they once signed") {
    for (const bool first_log : {true, false}) {
        Thief scene;
        REQUIRE(scene.bring(scene.honest()) == 2);
        const LogId log = first_log ? scene.first : scene.second;
        const Signer& stolen = *scene.cq.earlier[first_log ? 0 : 1];
        LogForge forge(log, stolen, {1'766'109'600'000, 0});
        // Shorter than what the newer key speaks of: put off, and nobody is accused, who may know no more.
        CHECK(scene.tell(forge).postponed.size() == 1);
        CHECK(scene.gz.incidents() == Kinds{});
        // As long, and longer.
        while (forge.size() < Seq{9}) {
            forge.change({write_op("gi/AGI1", "name", "forged")});
            CHECK(scene.tell(forge).records == 0);
        }
        CHECK(scene.gz.holds(log) == Seq{0});
        CHECK_FALSE(scene.gz.incidents().empty());
        // The true logs are taken all the same.
        CHECK(carry(scene.cq, scene.gz).refused.empty());
        CHECK(scene.gz.replica->standing().state_root == scene.cq.replica->standing().state_root);
    }
}

/// A change from `from` to `to` as record `at` of that log, whatever else stands in it.
KeyChange forged_change(const LogId& log, std::uint64_t at, const Signer& from, const Signer& to,
                        const Vector& vector) {
    LogForge forge(log, from, {1'766'109'600'000, 0});
    while (forge.size().value() + 1 < at) forge.change({write_op("gi/AGI7", "name", "forged")});
    Header header;
    header.kind = RecordKind::key;
    header.actor = "thief";
    header.new_signing_key = to.public_key();
    forge.append(header, {});
    forge.stated = LogForge::Stated{vector, 1, {}};
    const std::string head = cosign_head(forge.signed_head(Seq{at}, forge.time()), node_of(log), to).value();
    std::string line = forge.lines(Seq{at}, Seq{at});
    line.pop_back();
    return {log, Seq{at}, from.public_key(), to.public_key(), line, forge.path_to_last(), head};
}

/// All well signed, as far as old keys go.
std::vector<KeyChange> changes_of_thief(const Thief& scene, const Signer& other, const LogId& opened) {
    const Signer& k1 = *scene.cq.earlier[0];
    const Signer& k2 = *scene.cq.earlier[1];
    Vector all;
    for (const LogId& log : {scene.first, scene.second, opened}) all.set(log, Seq{99});
    return {forged_change(scene.first, 2, k1, other, all),  forged_change(scene.first, 3, k1, other, all),
            forged_change(scene.first, 9, k1, other, all),  forged_change(scene.second, 2, k2, other, all),
            forged_change(scene.second, 2, other, k2, all), forged_change(scene.first, 2, other, k1, all),
            forged_change(scene.first, 3, other, k2, all),  forged_change(scene.second, 9, other, k2, all),
            forged_change(opened, 2, other, k1, all)};
}

TEST_CASE("old keys change to no other key, neither forward nor back, and keep no true log out") {
    const auto other = generate_signing_key(Suite::ed25519_sha256);
    LogForge opened(LogId{"cq-00000000000000bb"}, *other, {1'766'109'600'000, 0});
    for (std::size_t first = 0; first < 10; ++first) {
        Thief scene;
        const auto honest = scene.honest();
        auto forged = changes_of_thief(scene, *other, opened.log());
        for (const KeyChange& change : forged) REQUIRE(check_key_change(change, Suite::ed25519_sha256));
        if (first < forged.size()) {  // what the thief likes best, before the true ones can be heard of
            scene.bring({honest.back()});
            std::rotate(forged.begin(), forged.begin() + static_cast<std::ptrdiff_t>(first), forged.end());
        } else {
            REQUIRE(scene.bring(honest) == 2);
        }
        scene.bring(forged);
        CHECK(scene.tell(opened).records == 0);
        for (int i = 0; i < 4; ++i) carry(scene.cq, scene.gz);
        CHECK(carry(scene.cq, scene.gz).refused.empty());
        CHECK(scene.gz.replica->standing().state_root == scene.cq.replica->standing().state_root);
        CHECK(scene.gz.holds(scene.first) == scene.cq.holds(scene.first));
        CHECK(scene.gz.holds(scene.second) == scene.cq.holds(scene.second));
        CHECK(scene.tell(opened).records == 0);
    }
}

/// sc has followed a change of key; somebody has the old one.
struct Stolen {
    Stolen() {
        pin_card(sc, cq.id, cq.pinned);
        cq.write_one();
        cq.rotate();
        cq.write_one();
        carry(cq, sc);
    }
    Rotating cq{"cq"};
    LoneNode sc{"sc"};
};

TEST_CASE("the old key signs nothing beyond the change, and opens no log") {
    Stolen scene;
    const Signer& old_key = *scene.cq.earlier.front();
    // The head held, signed with the old key.
    const auto log = *scene.sc.store->read()->log(scene.cq.log());
    Head head = parse_note(log.head)->head;
    head.time.ms += 1;
    BundleInfo info{scene.cq.id, {}, {}};
    Segment segment{log.id, Seq{5}, Seq{4}, {}, {}, {}, sign_head(head, scene.cq.id, old_key)};
    info.segments = {segment};
    const auto report = scene.sc.replica->ingest(serialise(info), NodeId{"gz"});
    REQUIRE(report);
    CHECK(report->refused.size() == 1);
    CHECK(scene.sc.incidents() == Kinds{"bad_signature"});
    // A log of its own.
    LogForge other(LogId{"cq-00000000000000bb"}, old_key, {1'766'109'600'000, 0});
    const auto opened = scene.sc.replica->ingest(other.rest(), NodeId{"gz"});
    REQUIRE(opened);
    CHECK(opened->refused.size() == 1);
    CHECK(scene.sc.incidents() == Kinds{"bad_signature", "old_key"});
    CHECK(scene.sc.holds(other.log()) == Seq{0});
    // The same before the new card was pinned, and after.
    pin_card(scene.sc, scene.cq.id, fixed_card(scene.cq.id, *scene.cq.key));
    CHECK(scene.sc.replica->ingest(other.rest(), NodeId{"gz"})->refused.size() == 1);
    CHECK(carry(scene.cq, scene.sc).refused.empty());
}

TEST_CASE("a change counts only as it was signed") {
    Stolen scene;
    LoneNode gz("gz");
    pin_card(gz, scene.cq.id, scene.cq.pinned);
    const KeyChange change = key_changes(*scene.cq.store->read()).front();
    CHECK(parse_key_change(serialise(change)) == change);
    CHECK(check_key_change(change, Suite::ed25519_sha256));
    const auto bring = [&](const KeyChange& one) {
        BundleInfo info{scene.cq.id, {}, {}};
        info.keys = {serialise(one)};
        REQUIRE(gz.replica->ingest(serialise(info), scene.cq.id));
        return key_changes(*gz.store->read()).size();
    };
    KeyChange wrong = change;
    wrong.from = scene.cq.key->public_key();
    CHECK(bring(wrong) == 0);
    wrong = change;
    wrong.path.clear();
    CHECK(bring(wrong) == 0);
    wrong = change;
    wrong.head =
        note_text(only_signed_by(parse_note(change.head).value(), NodeId{"gz"})) + "\xE2\x80\x94 gz AAAAAAAA\n";
    CHECK(bring(wrong) == 0);
    wrong = change;
    wrong.record = scene.cq.store->read()->record({scene.cq.log(), Seq{2}})->header;  // no key record
    CHECK(bring(wrong) == 0);
    // Signed well, by keys that nobody here knows.
    Rotating stranger("cq");
    stranger.earlier.push_back(std::move(stranger.key));
    stranger.key = generate_signing_key(Suite::ed25519_sha256);
    stranger.store = make_memory_store();
    stranger.open();
    stranger.rotate();
    CHECK(bring(key_changes(*stranger.store->read()).front()) == 0);
    CHECK(gz.incidents().size() >= 2);
    CHECK(bring(change) == 1);
    CHECK(bring(change) == 1);
    // Of a node without a card: nothing, and nobody is accused.
    LoneNode yn("yn");
    BundleInfo info{scene.cq.id, {}, {}};
    info.keys = {serialise(change)};
    REQUIRE(yn.replica->ingest(serialise(info), scene.cq.id));
    CHECK(key_changes(*yn.store->read()).empty());
    CHECK(yn.incidents() == Kinds{});
}

TEST_CASE("the same key, another suite: refused, and nothing is written") {
    Rotating cq("cq");
    CHECK(cq.replica->rotate_key(*cq.key, "li.wei", "x").error().code == ErrorCode::bad_value);
    const auto other = generate_signing_key(Suite::sm2_sm3);
    CHECK(cq.replica->rotate_key(*other, "li.wei", "x").error().code == ErrorCode::bad_value);
    CHECK(cq.holds(cq.log()) == Seq{1});
}

TEST_CASE("restored from before the change, with the new key: the old log comes back") {
    Rotating cq("cq");
    LoneNode sc("sc");
    pin_card(sc, cq.id, cq.pinned);
    pin_card(cq, sc.id, fixed_card(sc.id, *sc.key));
    cq.write_one();
    auto backup = copy_memory_store(*cq.store);
    cq.rotate();
    cq.write_one();
    const LogId first = cq.log();
    carry(cq, sc);
    cq.replica.reset();
    cq.store = std::move(backup);
    begin_new_log(cq);
    cq.write_one();
    CHECK(carry(sc, cq).refused.empty());
    CHECK(cq.holds(first) == Seq{4});
    carry(cq, sc);
    CHECK(sc.holds(cq.log()) == Seq{2});
    CHECK(sc.replica->standing().state_root == cq.replica->standing().state_root);
    CHECK(cq.incidents() == Kinds{});
    CHECK(sc.incidents() == Kinds{});
    CHECK(verify(*cq.store->read()) == std::vector<std::string>{});
}

TEST_CASE("put back with its old key, a node hears that it is out of date, and what it signs is refused") {
    Rotating cq("cq");
    LoneNode sc("sc");
    pin_card(sc, cq.id, cq.pinned);
    pin_card(cq, sc.id, fixed_card(sc.id, *sc.key));
    auto old_data = copy_memory_store(*cq.store);
    cq.rotate();
    cq.write_one();
    carry(cq, sc);
    cq.replica.reset();
    cq.store = std::move(old_data);
    std::swap(cq.key, cq.earlier.front());
    cq.open();
    pin_card(cq, sc.id, fixed_card(sc.id, *sc.key));
    carry(sc, cq);
    CHECK(cq.incidents() == Kinds{"old_key", "rolled_back"});
    CHECK(carry(cq, sc).refused.size() == 1);
    CHECK(sc.incidents() == Kinds{"old_key"});
}

/// A node whose database and key are of before a change that its partner sc knows; it has heard of that and written on.
struct PutBack {
    PutBack() {
        pin_card(sc, cq.id, cq.pinned);
        pin_card(cq, sc.id, fixed_card(sc.id, *sc.key));
        cq.write_one();
        auto old_data = copy_memory_store(*cq.store);
        cq.rotate();
        cq.write_one();
        changed = cq.log();
        carry(cq, sc);
        cq.replica.reset();
        cq.store = std::move(old_data);
        std::swap(cq.key, cq.earlier.front());
        cq.open();
        carry(sc, cq);
        opened_with_old_key = cq.log();
        cq.write_one();
    }
    void put_newer_key_back() {
        cq.replica.reset();
        std::swap(cq.key, cq.earlier.front());
        cq.open();
    }
    Rotating cq{"cq"};
    LoneNode sc{"sc"};
    LogId changed;
    LogId opened_with_old_key;
};

TEST_CASE("with the newer key put back a node writes again what it wrote under the old one") {
    PutBack scene;
    REQUIRE(scene.opened_with_old_key != scene.changed);
    CHECK(carry(scene.cq, scene.sc).refused.size() == 1);
    scene.put_newer_key_back();
    CHECK(scene.cq.log() != scene.opened_with_old_key);
    CHECK(scene.cq.holds(scene.opened_with_old_key) == Seq{0});
    CHECK(carry(scene.cq, scene.sc).refused.empty());
    CHECK(carry(scene.sc, scene.cq).refused.empty());
    const Standing here = scene.cq.replica->standing();
    const Standing there = scene.sc.replica->standing();
    CHECK(here.vector == there.vector);
    CHECK(here.state_root == there.state_root);
    CHECK(scene.sc.holds(scene.cq.log()) == Seq{2});  // its opening, and what was written under the old key
    CHECK(scene.sc.store->read()->counts().entries == 3);
    CHECK(verify(*scene.cq.store->read()) == std::vector<std::string>{});
    CHECK(verify(*scene.sc.store->read()) == std::vector<std::string>{});
    // From then on as ever, over a restart and another change of key.
    const LogId log = scene.cq.log();
    scene.cq.open();
    CHECK(scene.cq.log() == log);
    scene.cq.rotate();
    scene.cq.write_one();
    CHECK(carry(scene.cq, scene.sc).refused.empty());
    CHECK(scene.sc.replica->standing().state_root == scene.cq.replica->standing().state_root);
}

TEST_CASE("a revoked key signs up to where it was agreed, and no new log") {
    Rotating cq("cq");
    LoneNode sc("sc");
    pin_card(sc, cq.id, cq.pinned);
    cq.write_one();
    carry(cq, sc);
    Revocation revocation{cq.id, cq.key->public_key(), {}, UnixMs{5}, "stolen", {}};
    revocation.upto.set(cq.log(), Seq{3});
    sc.replica->write_local([&](WriteTx& tx) { put_revocation(tx, revocation); });
    CHECK(revocations(*sc.store->read()) == std::vector{revocation});
    cq.write_one();
    CHECK(carry(cq, sc).refused.empty());
    CHECK(sc.holds(cq.log()) == Seq{3});
    cq.write_one();
    CHECK(carry(cq, sc).refused.size() == 1);
    CHECK(sc.holds(cq.log()) == Seq{3});
    LogForge other(LogId{"cq-00000000000000bb"}, *cq.key, {1'766'109'600'000, 0});
    CHECK(sc.replica->ingest(other.rest(), cq.id)->refused.size() == 1);
    CHECK(sc.incidents() == Kinds{"old_key", "old_key"});
    // With a new card, what was held stays, and the node goes on in a new log.
    const auto fresh = generate_signing_key(Suite::ed25519_sha256);
    pin_card(sc, cq.id, fixed_card(cq.id, *fresh));
    CHECK(carry(cq, sc).refused.size() == 1);
    LogForge anew(LogId{"cq-00000000000000cc"}, *fresh, {1'766'109'600'000, 0});
    CHECK(sc.replica->ingest(anew.rest(), cq.id)->refused.empty());
    CHECK(sc.holds(anew.log()) == Seq{1});
    CHECK(sc.holds(cq.log()) == Seq{3});
    // A later position replaces the one before.
    revocation.upto.set(cq.log(), Seq{4});
    sc.replica->write_local([&](WriteTx& tx) { put_revocation(tx, revocation); });
    CHECK(revocations(*sc.store->read()) == std::vector{revocation});
    CHECK(carry(cq, sc).refused.empty());
    CHECK(sc.holds(cq.log()) == Seq{4});
}

TEST_CASE("a cosigner that changed its key signs again with the new one") {
    Rotating sc("sc");
    Rotating cq("cq");
    pin_card(cq, sc.id, sc.pinned);
    pin_card(sc, cq.id, cq.pinned);
    carry(cq, sc);
    sc.rotate();
    sc.clock.advance(cosign_interval_ms);
    sc.replica->cosign_heads();
    carry(sc, cq);
    const auto best = best_head(*cq.store->read(), cq.log(), Seq{1});
    REQUIRE(best);
    CHECK(best->by == std::vector{sc.id});
    CHECK(is_signed_by(*parse_note(best->note), sc.id, Suite::ed25519_sha256, sc.key->public_key()));
    CHECK(cq.incidents() == Kinds{});
}

}  // namespace
