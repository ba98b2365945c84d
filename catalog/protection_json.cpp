#include "catalog/protection_json.hpp"

#include "minglu/json_text.hpp"

namespace minglu {

namespace {

/// An object of texts, whose members come in bytewise order; empty ones are left out.
class Texts {
public:
    Texts& add(std::string_view name, std::string_view value) {
        if (value.empty()) return *this;
        out_ += out_.size() > 1 ? "," : "";
        append_json_string(out_, name);
        out_ += ':';
        append_json_string(out_, value);
        return *this;
    }
    Texts& add(std::string_view name, const std::optional<Day>& day) {
        return day ? add(name, to_string(*day)) : *this;
    }
    [[nodiscard]] std::string done() { return std::move(out_) + "}"; }

private:
    std::string out_ = "{";
};

}  // namespace

std::string listing_json(const ListingFacts& listing) {
    return Texts()
        .add("coming", listing.coming)
        .add("ground", listing.ground)
        .add("listed_on", listing.listed_on)
        .add("removed_on", listing.removed_on)
        .add("since", listing.since)
        .add("state", name(listing.state))
        .done();
}

std::string right_json(const RightFacts& right) {
    return Texts()
        .add("basis", name(right.basis))
        .add("expires_on", right.expires_on)
        .add("grace_until", right.grace_until)
        .add("granted_on", right.granted_on)
        .add("since", right.since)
        .add("source", right.source)
        .add("state", name(right.state))
        .add("status", right.status)
        .done();
}

}  // namespace minglu
