#pragma once
/// Protected marks in memory, by what they are made of: finds the few that a sign could imitate among a million.
///
/// Posting lists lead from each Chinese character, each digit, and each pair of neighbouring letters, to the marks that
/// have it. A sign asks for everything that its units can be taken for; what a mark collects bounds its score from
/// above, and only marks that can reach the wanted score are compared in full. About 70 bytes a mark.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "catalog/lookalike/compare.hpp"
#include "minglu/store.hpp"

namespace minglu {

struct Probe;

/// Patents have titles; trademarks and geographical indications have names that goods carry.
[[nodiscard]] constexpr bool is_sign(Kind kind) {
    return kind == Kind::trademark || kind == Kind::gi;
}

struct LookalikeQuery {
    int score_min = lookalike_score_default;
    std::size_t limit = 20;
    std::optional<Kind> kind;
};

struct LookalikeCandidate {
    EntryNo entry;
    int score = 0;
    std::u32string units;
};

class SignIndex {
public:
    /// More signs than this are not taken: about 350 MB.
    static constexpr std::size_t signs_max = 5'000'000;

    /// An entry may have several names, of several periods, added one after the other: those with the same units are
    /// one. A name without any unit is left out.
    void add(EntryNo entry, Kind kind, std::string_view name);
    /// All names of these entries.
    void remove(const std::unordered_set<EntryNo>& entries);

    [[nodiscard]] std::size_t size() const { return signs_.size() - removed_; }
    /// False when there were more signs than it takes.
    [[nodiscard]] bool complete() const { return complete_; }
    /// More than half of what it holds was removed: making it anew saves memory and time.
    [[nodiscard]] bool worn() const { return removed_ > 1'000 && removed_ > signs_.size() / 2; }
    [[nodiscard]] std::size_t bytes() const;

    /// Best first, then by entry, as far as `accept` takes them, until `limit` are taken. Thread-safe against itself.
    void find(const SignComparer& sign, const LookalikeQuery& query,
              const std::function<bool(const LookalikeCandidate&)>& accept) const;

private:
    using SignNo = std::uint32_t;
    struct Entered {
        EntryNo entry;
        std::uint32_t begin = 0;  ///< of its units
        std::uint8_t size = 0;
        Kind kind = Kind::trademark;
    };
    struct Reading;
    struct Sum;
    [[nodiscard]] std::u32string_view units(const Entered& sign) const;
    /// Among the names of the entry that was added last.
    [[nodiscard]] bool has_last(EntryNo entry, std::u32string_view units) const;
    [[nodiscard]] std::vector<Reading> readings(const Probe& probe) const;
    /// Appends the signs that share enough with the probe to reach the score.
    void collect(const Probe& probe, int score_min, std::vector<SignNo>& candidates) const;

    std::vector<Entered> signs_;
    std::vector<std::uint8_t> weights_;  ///< of each sign the least that its units can weigh, or that it was removed
    std::u32string units_;
    std::unordered_map<std::uint32_t, std::vector<SignNo>> postings_;
    std::size_t removed_ = 0;
    bool complete_ = true;
};

}  // namespace minglu
