#include "sync/card.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "minglu/json_text.hpp"
#include "minglu/moment.hpp"

namespace minglu {
namespace {

using nlohmann::json;

constexpr int card_version = 1;
constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t url_bytes_max = 500;
const std::string ask_again = "ask the node for its card again and send it as a file";

tl::unexpected<Error> bad(ErrorCode code, const std::string& what, const std::string& field) {
    return fail({code, what, "card, field " + field, ask_again});
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == 127; });
}

/// Everything but the signature, in the one spelling that is signed. `fields` comes from canonical JSON.
std::string signed_bytes(json fields) {
    fields.erase("signature");
    return "minglu/card/1\n" + canonical_json(fields.dump()).value();
}

Result<std::string> text_field(const json& fields, const char* field) {
    const auto found = fields.find(field);
    if (found == fields.end()) return bad(ErrorCode::missing_value, "is missing", field);
    if (!found->is_string()) return bad(ErrorCode::bad_value, "must be a string", field);
    return found->get<std::string>();
}

/// The one spelling of a moment in a card.
std::optional<UnixMs> exact_moment(std::string_view text) {
    const auto moment = parse_moment(text);
    return moment && to_string(*moment) == text ? std::optional<UnixMs>(*moment) : std::nullopt;
}

/// What a card may say, whether it is being made or read.
Result<void> check(const Card& card) {
    const Result<NodeId> node = parse_node_id(card.node.value());
    if (!node) return bad(ErrorCode::bad_value, node.error().what, "node");
    if (card.name.empty() || card.name.size() > name_bytes_max || has_control(card.name)) {
        return bad(ErrorCode::bad_value, "must be 1 to 200 bytes without control characters", "name");
    }
    const std::size_t key_bytes = card.suite == Suite::sm2_sm3 ? 65 : 32;
    if (card.signing_key.size() != key_bytes) {
        return bad(ErrorCode::bad_value, "must be base64 of " + std::to_string(key_bytes) + " bytes", "signing_key");
    }
    const bool url_ok =
        card.url.empty() || (card.url.starts_with("https://") && card.url.size() > 8 &&
                             card.url.size() <= url_bytes_max && card.url.find(' ') == std::string::npos);
    if (!url_ok || has_control(card.url))
        return bad(ErrorCode::bad_value, "must be empty or begin with https://", "url");
    return {};
}

Result<json> parse_fields(std::string_view text) {
    if (text.size() > card_bytes_max) {
        return fail({ErrorCode::too_large, "a card has at most 16 KiB", "card", "name the right file"});
    }
    const Result<std::string> canonical = canonical_json(text);
    if (!canonical) return fail({ErrorCode::malformed, "not a card: " + canonical.error().what, "card", ask_again});
    json fields = json::parse(*canonical);
    if (!fields.is_object() || !fields.contains("minglu_card")) {
        return fail({ErrorCode::malformed, "not a card: no field minglu_card", "card", "name the right file"});
    }
    if (fields["minglu_card"] != card_version) {
        return fail({ErrorCode::unsupported_version, "this card has a version that is not known here",
                     "card, field minglu_card", "bring both nodes to the same release"});
    }
    return fields;
}

/// Reads the fields that have a form of their own into the card, one after the other, up to the first error.
Result<Card> card_of(const json& fields) {
    Card card;
    const auto read = [&](const char* field, const auto& take) -> Result<void> {
        const Result<std::string> text = text_field(fields, field);
        if (!text) return fail(text.error());
        if (!take(*text)) return bad(ErrorCode::bad_value, "has not the form of this field", field);
        return {};
    };
    const auto assign = [](auto& target, const auto& value) {
        if (value) target = *value;
        return value.has_value();
    };
    const auto hash_of_hex = [](const std::string& hex) {
        return from_hex(hex).and_then([](const std::string& bytes) { return to_hash(bytes); });
    };
    Result<void> ok = read("node", [&](const std::string& text) { return assign(card.node, parse_node_id(text)); });
    if (ok)
        ok = read("name", [&](const std::string& text) {
            card.name = text;
            return true;
        });
    if (ok) ok = read("suite", [&](const std::string& text) { return assign(card.suite, parse_suite(text)); });
    if (ok)
        ok = read("signing_key", [&](const std::string& text) { return assign(card.signing_key, from_base64(text)); });
    if (ok)
        ok = read("tls_spki_sha256",
                  [&](const std::string& text) { return assign(card.tls_spki_sha256, hash_of_hex(text)); });
    if (ok)
        ok = read("url", [&](const std::string& text) {
            card.url = text;
            return true;
        });
    if (ok) ok = read("made", [&](const std::string& text) { return assign(card.made, exact_moment(text)); });
    if (ok) ok = check(card);
    if (!ok) return fail(ok.error());
    return card;
}

}  // namespace

std::string make_card(const Card& card, const Signer& signer) {
    Card mine = card;
    mine.suite = signer.suite();
    mine.signing_key = signer.public_key();
    if (const Result<void> ok = check(mine); !ok) throw std::invalid_argument(describe(ok.error()));
    nlohmann::ordered_json fields = {
        {"minglu_card", card_version},
        {"node", mine.node.value()},
        {"name", mine.name},
        {"suite", std::string(name(mine.suite))},
        {"signing_key", to_base64(mine.signing_key)},
        {"tls_spki_sha256", to_hex(bytes_of(mine.tls_spki_sha256))},
        {"url", mine.url},
        {"made", to_string(mine.made)},
    };
    fields["signature"] = to_base64(signer.sign(signed_bytes(json(fields))));
    return fields.dump(2) + "\n";
}

Result<Card> parse_card(std::string_view text) {
    const Result<json> fields = parse_fields(text);
    if (!fields) return fail(fields.error());
    Result<Card> card = card_of(*fields);
    if (!card) return card;
    const Result<std::string> signature =
        text_field(*fields, "signature").and_then([](const std::string& base64) { return from_base64(base64); });
    if (!signature) return bad(signature.error().code, signature.error().what, "signature");
    if (!verify_signature(card->suite, card->signing_key, signed_bytes(*fields), *signature)) {
        return bad(ErrorCode::bad_signature, "the card was changed after it was made", "signature");
    }
    return card;
}

std::string fingerprint_text(const Hash& digest) {
    constexpr std::size_t groups = 6;
    constexpr std::size_t digits = 4;
    const std::string hex = to_hex(bytes_of(digest));
    std::string out = hex.substr(0, digits);
    for (std::size_t i = 1; i < groups; ++i) out += " " + hex.substr(i * digits, digits);
    return out;
}

std::string fingerprint(const Card& card) {
    return fingerprint_text(sha256({"minglu/fingerprint/1\n", card.node.value(), "\n", name(card.suite), "\n",
                                    card.signing_key, bytes_of(card.tls_spki_sha256)}));
}

}  // namespace minglu
