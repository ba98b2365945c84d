#include "sync/head.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <tuple>

#include "src/crypto/signing_key.hpp"

namespace {
using namespace minglu;
using namespace minglu::literals;

const NodeId cq("cq");
const NodeId sc("sc");

Head example() {
    Head head;
    head.log = LogId("cq-9f3c21d07be45a18");
    head.size = Seq(120);
    head.root.fill(1);
    head.time = {1'766'109'600'000, 7};
    head.vector = "cq-9f3c21d07be45a18:120,sc-03ab99f0c1d2e3f4:88"_vv;
    head.fold = 1;
    head.state.fill(0xff);
    return head;
}

const std::string example_text =
    "minglu/cq-9f3c21d07be45a18\n"
    "120\n"
    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
    "time 1766109600000 7\n"
    "vector cq-9f3c21d07be45a18:120,sc-03ab99f0c1d2e3f4:88\n"
    "fold 1\n"
    "state //////////////////////////////////////////8=\n";
const std::string a_signature = "\xE2\x80\x94 cq AAAAAAA=\n";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

TEST_CASE("the text of a head, byte for byte") {
    CHECK(head_text(example()) == example_text);
    const auto parsed = parse_note(example_text + "\n" + a_signature);
    REQUIRE(parsed.has_value());
    CHECK(parsed->head == example());
    CHECK(parsed->text == example_text);
    REQUIRE(parsed->signatures.size() == 1);
    CHECK(parsed->signatures[0] == SignedHead::Signature{"cq", {0, 0, 0, 0}, std::string(1, '\0')});
}

TEST_CASE("key ids as C2SP defines them") {
    // The published keys of Go's checksum database and of its note package; the type byte comes first.
    const std::tuple<const char*, const char*, const char*> published[] = {
        {"sum.golang.org", "Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", "033de0ae"},
        {"PeterNeumann", "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "c74f20a3"},
    };
    for (const auto& [name, key, id] : published) {
        const auto computed = note_key_id(name, Suite::ed25519_sha256, from_base64(key).value().substr(1));
        CHECK(to_hex(std::string(computed.begin(), computed.end())) == id);
    }
    const std::string key(65, 'k');
    const Hash sm2 = sha256({"cq\n\xffminglu/sm2-sm3" + key});
    CHECK(note_key_id("cq", Suite::sm2_sm3, key) == std::array<std::uint8_t, 4>{sm2[0], sm2[1], sm2[2], sm2[3]});
    const Hash ed = sha256({"cq\n\x01" + key});
    CHECK(note_key_id("cq", Suite::ed25519_sha256, key) == std::array<std::uint8_t, 4>{ed[0], ed[1], ed[2], ed[3]});
}

TEST_CASE("heads of any values come back the same, and only in this spelling") {
    CHECK(rc::check("round trip", [] {
        Head head = example();
        head.size = Seq(*rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 53));
        head.time.ms = *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 53);
        head.time.counter = *rc::gen::arbitrary<std::uint32_t>();
        head.fold = *rc::gen::inRange<std::uint32_t>(1, 1000);
        head.root = sha256({*rc::gen::arbitrary<std::string>()});
        if (*rc::gen::arbitrary<bool>()) head.vector = Vector();
        const auto parsed = parse_note(head_text(head) + "\n" + a_signature);
        RC_ASSERT(parsed.has_value());
        RC_ASSERT(parsed->head == head);
    }));
    CHECK(rc::check("one spelling", [] {
        std::string note = example_text + "\n" + a_signature;
        const auto at = *rc::gen::inRange<std::size_t>(0, note.size());
        note[at] = *rc::gen::arbitrary<char>();
        const auto parsed = parse_note(note);
        if (parsed) RC_ASSERT(head_text(parsed->head) == note.substr(0, note.find("\n\n") + 1));
    }));
}

TEST_CASE("text that a head would not be written as is refused") {
    struct Change {
        const char* from;
        const char* to;
    };
    const Change changes[] = {
        {"minglu/", "other/"},
        {"minglu/cq-", "minglu/CQ-"},
        {"\n120\n", "\n0120\n"},
        {"\n120\n", "\n-1\n"},
        {"\n120\n", "\n+120\n"},
        {"\n120\n", "\n 120\n"},
        {"\n120\n", "\n120 \n"},
        {"\n120\n", "\n120\r\n"},
        {"\n120\n", "\n\n"},
        {"\n120\n", "\n9007199254740992\n"},
        {"\n120\n", "\n99999999999999999999\n"},
        {"AQE=\n", "AQF=\n"},
        {"AQE=\n", "AQE\n"},
        {"AQEBAQ", "AQ"},
        {"time 1766109600000 7", "time 1766109600000"},
        {"time 1766109600000 7", "time 1766109600000 07"},
        {"time 1766109600000 7", "time -1 7"},
        {"time 1766109600000 7", "time 1766109600000 4294967296"},
        {"time 1766109600000 7", "time 1766109600000  7"},
        {"time 1766109600000 7\n", ""},
        {":120,sc", ":120, sc"},
        {"sc-03ab99f0c1d2e3f4:88", "bj-03ab99f0c1d2e3f4:88"},
        {"vector cq", "vector  cq"},
        {"vector", "Vector"},
        {"fold 1", "fold 0"},
        {"fold 1", "fold 4294967296"},
        {"fold 1\n", "fold 1\nmore 1\n"},
        {"state //", "state "},
        {"8=\n", "8=\nstate 2\n"},
        {"8=\n", "9=\n"},
    };
    for (const Change& change : changes) {
        CAPTURE(change.from);
        CAPTURE(change.to);
        const auto parsed = parse_note(replaced(example_text, change.from, change.to) + "\n" + a_signature);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().code == ErrorCode::malformed);
    }
}

TEST_CASE("signature lines that are none are refused") {
    for (const char* line : {"", "\n", "- cq AAAAAAA=\n", "\xE2\x80\x94 cq AAAAAAA=", "\xE2\x80\x94 cq AAAAAAA=\n\n",
                             "\xE2\x80\x94  AAAAAAA=\n", "\xE2\x80\x94 cq\n", "\xE2\x80\x94 cq AAAAAA==\n",
                             "\xE2\x80\x94 cq AAAA\n", "\xE2\x80\x94 cq  AAAAAAA=\n", "\xE2\x80\x94 c+q AAAAAAA=\n",
                             "\xE2\x80\x94 c\tq AAAAAAA=\n", "\xE2\x80\x94 cq AAAAAAA= \n"}) {
        CAPTURE(line);
        const auto parsed = parse_note(example_text + "\n" + line);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().code == ErrorCode::malformed);
    }
    CHECK_FALSE(parse_note("").has_value());
    CHECK_FALSE(parse_note(example_text).has_value());
    CHECK_FALSE(parse_note(example_text + a_signature).has_value());
}

TEST_CASE("a note is bounded") {
    std::string note = example_text + "\n";
    for (std::size_t i = 0; i < note_signatures_max; ++i) note += a_signature;
    CHECK(parse_note(note).has_value());
    CHECK(cosign_head(note, sc, *generate_signing_key(Suite::ed25519_sha256)).error().code == ErrorCode::too_large);
    CHECK(parse_note(note + a_signature).error().code == ErrorCode::too_large);
    CHECK(parse_note(std::string(note_bytes_max + 1, 'x')).error().code == ErrorCode::too_large);
}

TEST_CASE("a head opens with the key that signed it, under the name of its log's node, and no other") {
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3}) {
        const auto key = generate_signing_key(suite);
        const auto other = generate_signing_key(suite);
        const std::string note = sign_head(example(), cq, *key);
        CHECK(open_head(note, suite, key->public_key()).value() == example());
        CHECK(open_head(note, suite, other->public_key()).error().code == ErrorCode::bad_signature);
        CHECK(open_head(sign_head(example(), sc, *key), suite, key->public_key()).error().code ==
              ErrorCode::bad_signature);
        const Suite wrong = suite == Suite::sm2_sm3 ? Suite::ed25519_sha256 : Suite::sm2_sm3;
        CHECK(open_head(note, wrong, key->public_key()).error().code == ErrorCode::bad_signature);
        for (const auto& [from, to] : {std::pair("\n120\n", "\n121\n"), std::pair("fold 1", "fold 2"),
                                       std::pair("time 1766109600000 7", "time 1766109600000 8"),
                                       std::pair(":88", ":89"), std::pair("AQEBAQ", "AQEBAg")}) {
            CHECK(open_head(replaced(note, from, to), suite, key->public_key()).error().code ==
                  ErrorCode::bad_signature);
        }
    }
}

TEST_CASE("no byte of a signed head can be changed") {
    const auto key = generate_signing_key(Suite::ed25519_sha256);
    const std::string note = sign_head(example(), cq, *key);
    for (std::size_t i = 0; i < note.size(); ++i) {
        std::string changed = note;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CHECK_FALSE(open_head(changed, Suite::ed25519_sha256, key->public_key()).has_value());
    }
}

TEST_CASE("cosignatures and a new key's signature stand beside the author's") {
    const auto old_key = generate_signing_key(Suite::ed25519_sha256);
    const auto new_key = generate_signing_key(Suite::sm2_sm3);
    const auto peer = generate_signing_key(Suite::ed25519_sha256);
    const std::string alone = sign_head(example(), cq, *old_key);
    const std::string both = cosign_head(alone, cq, *new_key).value();
    const std::string all = cosign_head(both, sc, *peer).value();
    const SignedHead head = parse_note(all).value();
    CHECK(head.signatures.size() == 3);
    CHECK(is_signed_by(head, cq, Suite::ed25519_sha256, old_key->public_key()));
    CHECK(is_signed_by(head, cq, Suite::sm2_sm3, new_key->public_key()));
    CHECK(is_signed_by(head, sc, Suite::ed25519_sha256, peer->public_key()));
    CHECK_FALSE(is_signed_by(head, cq, Suite::ed25519_sha256, peer->public_key()));
    CHECK_FALSE(is_signed_by(head, sc, Suite::ed25519_sha256, old_key->public_key()));
    CHECK_FALSE(is_signed_by(parse_note(alone).value(), cq, Suite::sm2_sm3, new_key->public_key()));
    // A cosigner's signature is not the author's.
    const std::string cosigned_only = head_text(example()) + "\n" + a_signature;
    CHECK_FALSE(open_head(cosign_head(cosigned_only, sc, *peer).value(), Suite::ed25519_sha256, peer->public_key()));
    CHECK(cosign_head("nonsense", sc, *peer).error().code == ErrorCode::malformed);
}

TEST_CASE("lines of unknown names are ignored, a failing line of a known key spoils the note") {
    const auto key = generate_signing_key(Suite::ed25519_sha256);
    const std::string note = sign_head(example(), cq, *key);
    CHECK(open_head(note + "\xE2\x80\x94 witness.example/w AAAAAAA=\n", Suite::ed25519_sha256, key->public_key()));
    const auto id = note_key_id("cq", Suite::ed25519_sha256, key->public_key());
    const std::string forged =
        "\xE2\x80\x94 cq " + to_base64(std::string(id.begin(), id.end()) + std::string(64, 'x')) + "\n";
    CHECK_FALSE(open_head(note + forged, Suite::ed25519_sha256, key->public_key()));
}

TEST_CASE("newer is by size, then by time") {
    const Head base = example();
    Head larger = base;
    larger.size = Seq(121);
    larger.time = {0, 0};
    Head later = base;
    later.time.counter = 8;
    Head later_ms = base;
    later_ms.time = {base.time.ms + 1, 0};
    for (const auto& [a, b] :
         {std::pair(larger, base), std::pair(later, base), std::pair(later_ms, later), std::pair(larger, later_ms)}) {
        CHECK(newer(a, b));
        CHECK_FALSE(newer(b, a));
    }
    CHECK_FALSE(newer(base, base));
}

}  // namespace
