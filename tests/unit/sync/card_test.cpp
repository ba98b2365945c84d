#include "sync/card.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "minglu/json_text.hpp"
#include "src/crypto/signing_key.hpp"

namespace {
using namespace minglu;
using nlohmann::json;

Card example() {
    Card card;
    card.node = NodeId("cq");
    card.name = "重庆市知识产权局";
    card.tls_spki_sha256 = sha256({"tls"});
    card.url = "https://minglu.cq.example:8443";
    card.made = UnixMs(1'766'109'600'123);
    return card;
}

Card with_key_of(Card card, const Signer& signer) {
    card.suite = signer.suite();
    card.signing_key = signer.public_key();
    return card;
}

struct Change {
    const char* field;
    std::string value;
};

/// Signs whatever the fields say, as a card that another program made would be.
std::string signed_by(json fields, const Signer& signer) {
    fields.erase("signature");
    fields["signature"] = to_base64(signer.sign("minglu/card/1\n" + canonical_json(fields.dump()).value()));
    return fields.dump(2);
}

TEST_CASE("a card that is made is read back the same, with either suite") {
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3}) {
        const auto key = generate_signing_key(suite);
        Card card = with_key_of(example(), *key);
        CHECK(parse_card(make_card(example(), *key)).value() == card);
        card.url.clear();
        CHECK(parse_card(make_card(card, *key)).value() == card);
        card.made = UnixMs(0);
        CHECK(parse_card(make_card(card, *key)).value() == card);
    }
}

TEST_CASE("the file shows its fields in order, for people") {
    const auto key = generate_signing_key(Suite::ed25519_sha256);
    const std::string text = make_card(example(), *key);
    const std::string expected =
        "{\n"
        "  \"minglu_card\": 1,\n"
        "  \"node\": \"cq\",\n"
        "  \"name\": \"重庆市知识产权局\",\n"
        "  \"suite\": \"ed25519-sha256\",\n"
        "  \"signing_key\": \"" +
        to_base64(key->public_key()) +
        "\",\n"
        "  \"tls_spki_sha256\": \"" +
        to_hex(bytes_of(sha256({"tls"}))) +
        "\",\n"
        "  \"url\": \"https://minglu.cq.example:8443\",\n"
        "  \"made\": \"2025-12-19T10:00:00.123+08:00\",\n"
        "  \"signature\": \"";
    CHECK(text.starts_with(expected));
    CHECK(text.ends_with("\"\n}\n"));
}

TEST_CASE("white space and order do not matter, unknown fields are signed too") {
    const auto key = generate_signing_key(Suite::ed25519_sha256);
    json fields = json::parse(make_card(example(), *key));
    CHECK(parse_card(fields.dump()).value() == with_key_of(example(), *key));
    fields["phone"] = "023-0000";
    CHECK(parse_card(fields.dump()).error().code == ErrorCode::bad_signature);
    CHECK(parse_card(signed_by(fields, *key)).value() == with_key_of(example(), *key));
}

TEST_CASE("every field is under the signature") {
    const auto key = generate_signing_key(Suite::ed25519_sha256);
    const auto other = generate_signing_key(Suite::ed25519_sha256);
    const json fields = json::parse(make_card(example(), *key));
    const Change changes[] = {
        {"node", "sc"},
        {"name", "四川省知识产权局"},
        {"signing_key", to_base64(other->public_key())},
        {"tls_spki_sha256", std::string(64, '0')},
        {"url", "https://elsewhere.example"},
        {"made", "2025-12-19T10:00:00.124+08:00"},
        {"signature", to_base64(std::string(64, 'x'))},
        {"signature", ""},
    };
    for (const Change& change : changes) {
        CAPTURE(change.field);
        json changed = fields;
        changed[change.field] = change.value;
        CHECK(parse_card(changed.dump()).error().code == ErrorCode::bad_signature);
    }
}

TEST_CASE("a field that is missing or has not its form is named") {
    const auto key = generate_signing_key(Suite::ed25519_sha256);
    const json fields = json::parse(make_card(example(), *key));
    for (const char* field : {"node", "name", "suite", "signing_key", "tls_spki_sha256", "url", "made", "signature"}) {
        CAPTURE(field);
        json without = fields;
        without.erase(field);
        const auto missing = parse_card(without.dump());
        REQUIRE_FALSE(missing.has_value());
        CHECK(missing.error().code == ErrorCode::missing_value);
        CHECK(missing.error().where == std::string("card, field ") + field);
        json number = fields;
        number[field] = 7;
        CHECK(parse_card(number.dump()).error().code == ErrorCode::bad_value);
    }
    const Change bad[] = {
        {"node", "CQ"},
        {"node", ""},
        {"name", ""},
        {"name", std::string(201, 'x')},
        {"name", "two\nlines"},
        {"suite", "rsa"},
        {"suite", "sm2-sm3"},  // the key is not one
        {"signing_key", "?"},
        {"signing_key", to_base64(std::string(31, 'x'))},
        {"tls_spki_sha256", std::string(63, '0')},
        {"tls_spki_sha256", std::string(62, '0')},
        {"url", "http://minglu.cq.example"},
        {"url", "https://"},
        {"url", "https://a b"},
        {"url", "https://a\r\nb"},
        {"made", "2025-12-19T10:00:00.123Z"},
        {"made", "2025-12-19 10:00:00.123+08:00"},
        {"made", "2025-02-30T10:00:00.123+08:00"},
        {"made", "2025-12-19T24:00:00.123+08:00"},
        {"made", "2025-12-19T10:60:00.123+08:00"},
        {"made", ""},
    };
    for (const Change& change : bad) {
        CAPTURE(change.field);
        CAPTURE(change.value);
        json changed = fields;
        changed[change.field] = change.value;
        const auto parsed = parse_card(signed_by(changed, *key));
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().code == ErrorCode::bad_value);
    }
}

TEST_CASE("what is no card says so") {
    const auto key = generate_signing_key(Suite::ed25519_sha256);
    for (const char* text : {"", "[]", "7", "{}", R"({"node":"cq"})", R"({"minglu_card":1,"minglu_card":1})",
                             "{\"minglu_card\":1.5}", "-----BEGIN CERTIFICATE-----"}) {
        CAPTURE(text);
        CHECK(parse_card(text).error().code == ErrorCode::malformed);
    }
    json fields = json::parse(make_card(example(), *key));
    fields["minglu_card"] = 2;
    CHECK(parse_card(signed_by(fields, *key)).error().code == ErrorCode::unsupported_version);
    CHECK(parse_card(std::string(card_bytes_max + 1, ' ')).error().code == ErrorCode::too_large);
}

TEST_CASE("a card that nobody could read is not made") {
    const auto key = generate_signing_key(Suite::ed25519_sha256);
    for (const auto& change : {+[](Card& c) { c.node = NodeId("C"); }, +[](Card& c) { c.name = ""; },
                               +[](Card& c) { c.url = "http://x"; }}) {
        Card card = example();
        change(card);
        CHECK_THROWS_AS((void)make_card(card, *key), std::invalid_argument);
    }
}

TEST_CASE("a fingerprint is short, and another for every other key or node") {
    const auto key = generate_signing_key(Suite::ed25519_sha256);
    const Card card = with_key_of(example(), *key);
    CHECK(fingerprint(card).size() == 29);
    CHECK(fingerprint(card)[4] == ' ');
    std::set<std::string> seen{fingerprint(card)};
    Card changed = card;
    changed.node = NodeId("sc");
    seen.insert(fingerprint(changed));
    changed = card;
    changed.signing_key[0] = static_cast<char>(changed.signing_key[0] ^ 1);
    seen.insert(fingerprint(changed));
    changed = card;
    changed.tls_spki_sha256[31] ^= 1;
    seen.insert(fingerprint(changed));
    changed = card;
    changed.suite = Suite::sm2_sm3;
    seen.insert(fingerprint(changed));
    CHECK(seen.size() == 5);
    changed = card;
    changed.url.clear();
    changed.name = "x";
    CHECK(fingerprint(changed) == fingerprint(card));
}

}  // namespace
