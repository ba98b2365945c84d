// Fuzz target: cards. The fields are signed anew, so that changed ones get past the signature to the checks behind it.
#include <nlohmann/json.hpp>

#include "minglu/json_text.hpp"
#include "sync/card.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/fixed_key.hpp"

namespace minglu::test {
namespace {

std::string signed_anew(std::string_view bytes, const Signer& signer) {
    const auto canonical = canonical_json(bytes);
    if (!canonical || canonical->front() != '{') return {};
    auto fields = nlohmann::json::parse(*canonical);
    fields["suite"] = std::string(name(signer.suite()));
    fields["signing_key"] = to_base64(signer.public_key());
    fields.erase("signature");
    fields["signature"] = to_base64(signer.sign("minglu/card/1\n" + canonical_json(fields.dump()).value()));
    return fields.dump();
}

}  // namespace

bool fuzz_card(std::string_view bytes) {
    static const auto signer = fixed_key("cq");
    static_cast<void>(parse_card(bytes));
    const auto card = parse_card(signed_anew(bytes, *signer));
    if (!card) return false;
    const auto again = parse_card(make_card(*card, *signer));
    require(again.has_value(), "a card that is made again is a card");
    require(*again == *card, "a card that is made again says the same");
    require(fingerprint(*again) == fingerprint(*card), "a card has one fingerprint");
    return true;
}

}  // namespace minglu::test
