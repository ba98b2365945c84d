#pragma once
/// The version vector: for each log the length of the contiguous prefix held.
///
/// Text form `cq-9f3c21d07be45a18:120,sc-03ab99f0c1d2e3f4:88`, bytewise sorted by log; the empty vector is "".
/// Vectors form a join-semilattice: `join` is commutative, associative, idempotent, and `a <= join(a, b)`.
/// A log that is absent counts as 0, and a 0 is never stored.
#include <compare>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "minglu/ids.hpp"

namespace minglu {

/// Logs that one vector names at most; what would make it longer is refused at intake.
constexpr std::size_t vector_logs_max = 4096;

class Vector {
public:
    using Item = std::pair<LogId, Seq>;

    Vector() = default;

    [[nodiscard]] Seq at(const LogId& log) const;
    [[nodiscard]] bool covers(const Dot& dot) const { return at(dot.log) >= dot.seq; }
    [[nodiscard]] bool covers(const Vector& other) const;
    [[nodiscard]] bool empty() const { return items_.empty(); }
    [[nodiscard]] const std::vector<Item>& items() const { return items_; }

    /// Raises the position of one log; a lower one changes nothing.
    void raise(const LogId& log, Seq seq);
    void raise(const Dot& dot) { raise(dot.log, dot.seq); }
    void join(const Vector& other);
    /// Sets the position of one log, downwards too (a cut); 0 removes it.
    void set(const LogId& log, Seq seq);

    /// `less` when every position of a is ≤ that of b and one is smaller; `unordered` when neither covers the other.
    friend std::partial_ordering operator<=>(const Vector& a, const Vector& b);
    friend bool operator==(const Vector&, const Vector&) = default;

private:
    std::vector<Item> items_;  ///< sorted by log, no zeros
};

[[nodiscard]] Vector join(Vector a, const Vector& b);
/// What of `wanted` is not covered by `have`: the logs with the larger positions of `wanted`.
[[nodiscard]] Vector beyond(const Vector& wanted, const Vector& have);

[[nodiscard]] std::string to_string(const Vector& vector);
/// Strict: sorted, no duplicates, no zeros, no leading zeros; at most 4,096 logs.
[[nodiscard]] Result<Vector> parse_vector(std::string_view text);

namespace literals {
/// For tests: "cq-9f3c21d07be45a18:3"_vv; throws on bad text.
[[nodiscard]] Vector operator""_vv(const char* text, std::size_t size);
}  // namespace literals

}  // namespace minglu
