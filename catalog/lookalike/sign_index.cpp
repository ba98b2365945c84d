#include "catalog/lookalike/sign_index.hpp"

#include <algorithm>
#include <tuple>

#include "catalog/lookalike/probes.hpp"

namespace minglu {
namespace {

/// What a rule may lift a score by (see SimilarityRule::one_differs): two of three characters are 66 hundredths.
constexpr int lift_max = 9;

}  // namespace

/// What each mark has collected from a probe, and which have collected anything.
class SignIndex::Collected {
public:
    explicit Collected(std::size_t signs) : sums_(signs) {}

    void add(SignNo sign, int worth, std::size_t position) {
        Sum& sum = sums_[sign];
        if (sum.last == position + 1) return;  // a better wish of this position has counted already
        if (sum.last == 0) touched_.push_back(sign);
        sum.worth = static_cast<std::uint16_t>(std::min(sum.worth + worth, 0xFFFF));
        sum.last = static_cast<std::uint16_t>(position + 1);
    }
    [[nodiscard]] const std::vector<SignNo>& touched() const { return touched_; }
    [[nodiscard]] int worth(SignNo sign) const { return sums_[sign].worth; }
    void clear() {
        for (const SignNo sign : touched_) sums_[sign] = {};
        touched_.clear();
    }

private:
    struct Sum {
        std::uint16_t worth = 0;
        std::uint16_t last = 0;  ///< position that counted last, from 1
    };
    std::vector<Sum> sums_;
    std::vector<SignNo> touched_;
};

void SignIndex::add(EntryNo entry, Kind kind, std::string_view name) {
    const Sign sign = sign_of(name);
    if (sign.empty()) return;
    if (signs_.size() >= signs_max) {
        complete_ = false;
        return;
    }
    const auto no = static_cast<SignNo>(signs_.size());
    Entered& entered = signs_.emplace_back();
    entered.entry = entry;
    entered.begin = static_cast<std::uint32_t>(units_.size());
    entered.size = static_cast<std::uint8_t>(sign.units.size());
    entered.weight = static_cast<std::uint8_t>(least_weight_of(sign.units));
    entered.kind = kind;
    units_ += sign.units;
    for (const Feature feature : features_of(sign.units)) postings_[feature].push_back(no);
}

void SignIndex::remove(const std::unordered_set<EntryNo>& entries) {
    for (Entered& sign : signs_) {
        if (sign.removed || !entries.contains(sign.entry)) continue;
        sign.removed = true;
        ++removed_;
    }
}

std::size_t SignIndex::bytes() const {
    std::size_t bytes = signs_.capacity() * sizeof(Entered) + units_.capacity() * sizeof(char32_t);
    constexpr std::size_t node_bytes = 64;
    for (const auto& [feature, signs] : postings_) bytes += node_bytes + signs.capacity() * sizeof(SignNo);
    return bytes;
}

std::u32string_view SignIndex::units(const Entered& sign) const {
    return std::u32string_view(units_).substr(sign.begin, sign.size);
}

void SignIndex::collect(std::uint32_t feature, int worth, std::size_t position, Collected& into) const {
    const auto found = postings_.find(feature);
    if (found == postings_.end()) return;
    for (const SignNo sign : found->second) into.add(sign, worth, position);
}

void SignIndex::find(const SignComparer& sign, const LookalikeQuery& query,
                     const std::function<bool(const LookalikeCandidate&)>& accept) const {
    std::vector<SignNo> candidates;
    Collected collected(signs_.size());
    for (const Probe& probe : probes_of(sign)) {
        for (std::size_t position = 0; position < probe.positions.size(); ++position)
            for (const Wish& wish : probe.positions[position]) collect(wish.feature, wish.worth, position, collected);
        for (const SignNo no : collected.touched()) {
            const Entered& entered = signs_[no];
            const bool wanted = !entered.removed && (!query.kind || *query.kind == entered.kind);
            const int least = (query.score_min - lift_max) * (probe.weight + entered.weight);
            if (wanted && collected.worth(no) >= least) candidates.push_back(no);
        }
        collected.clear();
    }
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());

    std::vector<std::pair<int, SignNo>> found;  // by score downwards: negative
    for (const SignNo no : candidates)
        if (const int score = sign.score(units(signs_[no])); score >= query.score_min) found.emplace_back(-score, no);
    std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
        return std::tie(a.first, signs_[a.second].entry) < std::tie(b.first, signs_[b.second].entry);
    });
    std::size_t taken = 0;
    for (const auto& [negative, no] : found) {
        if (taken >= query.limit) return;
        const Entered& entered = signs_[no];
        taken += accept({entered.entry, -negative, std::u32string(units(entered))}) ? 1u : 0u;
    }
}

}  // namespace minglu
