#include "catalog/lookalike/sign_index.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "catalog/lookalike/probes.hpp"

namespace minglu {
namespace {

/// What a rule may lift a score by (see SimilarityRule::one_differs): two of three characters are 66 hundredths.
constexpr int lift_max = 9;

/// What is collected for so many signs at a time stays in the nearest cache of a processor.
constexpr std::uint32_t signs_per_block = 32'768;

/// A weight that no sign has: what was removed can never collect enough.
constexpr std::uint8_t weight_of_removed = 255;

/// A mark of two parts is compared part by part, too.
int least_weight_compared(std::u32string_view units) {
    const std::size_t meet = parts_meet(units);
    if (meet == 0) return least_weight_of(units);
    return std::min(least_weight_of(units.substr(0, meet)), least_weight_of(units.substr(meet)));
}

}  // namespace

/// A posting list that a probe reads, as far as it has been read.
struct SignIndex::Reading {
    std::span<const SignNo> rest;
    std::uint16_t worth = 0;
    std::uint16_t position = 0;  ///< of the probe, from 1
};

/// What each mark of a block has collected from a probe.
struct SignIndex::Sum {
    std::uint16_t worth = 0;
    std::uint16_t last = 0;  ///< position that counted last
};

void SignIndex::add(EntryNo entry, Kind kind, std::string_view name) {
    const Sign sign = sign_of(name);
    if (sign.empty() || has_last(entry, sign.units)) return;
    if (signs_.size() >= signs_max) {
        complete_ = false;
        return;
    }
    const auto no = static_cast<SignNo>(signs_.size());
    Entered& entered = signs_.emplace_back();
    entered.entry = entry;
    entered.begin = static_cast<std::uint32_t>(units_.size());
    entered.size = static_cast<std::uint8_t>(sign.units.size());
    entered.kind = kind;
    weights_.push_back(static_cast<std::uint8_t>(least_weight_compared(sign.units)));
    units_ += sign.units;
    for (const Feature feature : features_of(sign.units)) postings_[feature].push_back(no);
}

bool SignIndex::has_last(EntryNo entry, std::u32string_view units) const {
    for (std::size_t no = signs_.size(); no-- > 0 && signs_[no].entry == entry;)
        if (weights_[no] != weight_of_removed && this->units(signs_[no]) == units) return true;
    return false;
}

void SignIndex::remove(const std::unordered_set<EntryNo>& entries) {
    for (std::size_t no = 0; no < signs_.size(); ++no) {
        if (weights_[no] == weight_of_removed || !entries.contains(signs_[no].entry)) continue;
        weights_[no] = weight_of_removed;
        ++removed_;
    }
}

std::size_t SignIndex::bytes() const {
    std::size_t bytes =
        signs_.capacity() * sizeof(Entered) + weights_.capacity() + units_.capacity() * sizeof(char32_t);
    constexpr std::size_t node_bytes = 64;
    for (const auto& [feature, signs] : postings_) bytes += node_bytes + signs.capacity() * sizeof(SignNo);
    return bytes;
}

std::u32string_view SignIndex::units(const Entered& sign) const {
    return std::u32string_view(units_).substr(sign.begin, sign.size);
}

std::vector<SignIndex::Reading> SignIndex::readings(const Probe& probe) const {
    std::vector<Reading> readings;
    for (std::size_t position = 0; position < probe.positions.size(); ++position)
        for (const Wish& wish : probe.positions[position])
            if (const auto found = postings_.find(wish.feature); found != postings_.end())
                readings.push_back(
                    {found->second, static_cast<std::uint16_t>(wish.worth), static_cast<std::uint16_t>(position + 1)});
    return readings;
}

void SignIndex::collect(const Probe& probe, int score_min, std::vector<SignNo>& candidates) const {
    // By the weight of a mark: what it must collect to be compared in full.
    std::array<int, weight_of_removed + 1> needed{};
    for (std::size_t weight = 0; weight < needed.size(); ++weight)
        needed[weight] = (score_min - lift_max) * (probe.weight + static_cast<int>(weight));
    needed[weight_of_removed] = std::numeric_limits<int>::max();
    std::vector<Reading> readings = this->readings(probe);
    std::vector<Sum> sums(std::min<std::size_t>(signs_per_block, signs_.size()));
    for (SignNo begin = 0; begin < signs_.size(); begin += signs_per_block) {
        for (Reading& reading : readings) {
            std::size_t i = 0;
            for (; i < reading.rest.size() && reading.rest[i] - begin < signs_per_block; ++i) {
                const SignNo no = reading.rest[i];
                Sum& sum = sums[no - begin];
                if (sum.last == reading.position) continue;  // a better wish of this position has counted already
                sum.last = reading.position;
                const int before = sum.worth;
                sum.worth = static_cast<std::uint16_t>(before + reading.worth);
                const int least = needed[weights_[no]];
                if (before < least && sum.worth >= least) candidates.push_back(no);
            }
            reading.rest = reading.rest.subspan(i);
        }
        std::fill(sums.begin(), sums.end(), Sum{});
    }
}

void SignIndex::find(const SignComparer& sign, const LookalikeQuery& query,
                     const std::function<bool(const LookalikeCandidate&)>& accept) const {
    std::vector<SignNo> candidates;
    for (const Probe& probe : probes_of(sign)) collect(probe, query.score_min, candidates);
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());

    std::vector<std::pair<int, SignNo>> found;  // by score downwards: negative
    for (const SignNo no : candidates) {
        if (query.kind && *query.kind != signs_[no].kind) continue;
        if (const int score = sign.score(units(signs_[no])); score >= query.score_min) found.emplace_back(-score, no);
    }
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
