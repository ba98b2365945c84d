#pragma once
/// Who saw whom among the ops of one key. The vectors are asked once for all pairs; then sets of ops are bits in words,
/// since the merge asks of every pair whether any of all ops has overwritten it.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "catalog/fold.hpp"

namespace minglu {

/// Places of ops.
class OpSet {
public:
    static constexpr std::size_t word_bits = 64;

    OpSet() = default;
    explicit OpSet(std::size_t ops) : words_((ops + word_bits - 1) / word_bits) {}
    void insert(std::size_t op) { words_[op / word_bits] |= bit(op); }
    void erase(std::size_t op) { words_[op / word_bits] &= ~bit(op); }
    [[nodiscard]] bool contains(std::size_t op) const { return (words_[op / word_bits] & bit(op)) != 0; }
    [[nodiscard]] bool meets(const OpSet& other) const;
    [[nodiscard]] bool empty() const;
    [[nodiscard]] std::uint64_t word(std::size_t at) const { return words_[at]; }
    [[nodiscard]] std::size_t words() const { return words_.size(); }

private:
    static std::uint64_t bit(std::size_t op) { return std::uint64_t{1} << (op % word_bits); }

    std::vector<std::uint64_t> words_;
};

/// All ops of the key in the order of their days, so that those in effect by a day are the first ones. Refers to them.
class Sight {
public:
    explicit Sight(std::span<const EffectiveOp> ops);

    [[nodiscard]] std::size_t size() const { return ops_.size(); }
    [[nodiscard]] const EffectiveOp& op(std::size_t place) const { return *ops_[place]; }
    /// How many ops take effect by that day.
    [[nodiscard]] std::size_t count_by(Day day) const;
    /// The ops that this one saw; those that saw it. As `saw` has it.
    [[nodiscard]] const OpSet& seen_by(std::size_t place) const { return seen_by_[place]; }
    [[nodiscard]] const OpSet& viewers_of(std::size_t place) const { return viewers_[place]; }
    [[nodiscard]] bool are_concurrent(std::size_t x, std::size_t y) const {
        return x != y && !seen_by_[x].contains(y) && !seen_by_[y].contains(x);
    }

private:
    void note_claims();
    void drop_lies();

    std::vector<const EffectiveOp*> ops_;
    std::vector<OpSet> seen_by_;
    std::vector<OpSet> viewers_;
};

}  // namespace minglu
