// The pairs of concurrent ops of one key that people may want to look at. Every pair is asked whether any of all ops
// has overwritten it, so sets of ops are bits in words: a thousand concurrent writes of one key must not stop a node.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>

#include "catalog/fold.hpp"

namespace minglu {

namespace {

constexpr std::string_view listing_group = "listing";
constexpr std::size_t word_bits = 64;

/// Places of ops in the table.
class OpSet {
public:
    explicit OpSet(std::size_t ops) : words_((ops + word_bits - 1) / word_bits) {}
    void insert(std::size_t op) { words_[op / word_bits] |= std::uint64_t{1} << (op % word_bits); }
    [[nodiscard]] bool contains(std::size_t op) const { return (word(op / word_bits) >> (op % word_bits) & 1) != 0; }
    [[nodiscard]] std::uint64_t word(std::size_t at) const { return words_[at]; }
    [[nodiscard]] std::size_t words() const { return words_.size(); }

private:
    std::vector<std::uint64_t> words_;
};

/// The word at `at` of the set of the first `count` places.
std::uint64_t first_places(std::size_t count, std::size_t at) {
    if (count >= (at + 1) * word_bits) return ~std::uint64_t{0};
    return count <= at * word_bits ? 0 : (std::uint64_t{1} << (count % word_bits)) - 1;
}

struct TableWrite {
    std::size_t group;
    const std::string* value;
};

/// Group of x against group of y, on which two concurrent ops disagree.
struct Contest {
    std::size_t of_x;
    std::size_t of_y;
};

enum class Beside { anywhere, other_side };

/// All ops of the key in the order of their days, so that those in effect by a day are the first ones.
class Table {
public:
    explicit Table(std::span<const EffectiveOp> ops) : count_(ops.size()), all_(count_), resolutions_(count_) {
        for (const EffectiveOp& op : ops) ops_.push_back(&op);
        std::stable_sort(ops_.begin(), ops_.end(),
                         [](const EffectiveOp* x, const EffectiveOp* y) { return x->effective_on < y->effective_on; });
        for (std::size_t place = 0; place < count_; ++place) add(place);
        compare();
    }

    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] const EffectiveOp& op(std::size_t place) const { return *ops_[place]; }
    [[nodiscard]] bool are_concurrent(std::size_t x, std::size_t y) const {
        return !saw_[x].contains(y) && !saw_[y].contains(x);
    }

    [[nodiscard]] std::vector<Contest> contested(std::size_t x, std::size_t y) const {
        std::vector<Contest> contests;
        auto other = writes_[y].begin();
        for (const TableWrite& write : writes_[x]) {  // both in the order of groups
            while (other != writes_[y].end() && other->group < write.group) ++other;
            if (other != writes_[y].end() && other->group == write.group && *other->value != *write.value)
                contests.push_back({write.group, write.group});
        }
        if (op(x).removes == op(y).removes) return contests;
        // A removal stands against everything that the other side writes.
        if (op(x).removes)
            for (const TableWrite& write : writes_[y]) contests.push_back({listing_, write.group});
        else
            for (const TableWrite& write : writes_[x]) contests.push_back({write.group, listing_});
        return contests;
    }

    /// In some contested group neither is overwritten by an op concurrent with the other: among all ops, or among those
    /// that a resolution of both saw, so that a decided pair never vanishes.
    [[nodiscard]] bool is_listed(std::size_t x, std::size_t y, const std::vector<Contest>& contests) const {
        if (is_undecided(x, y, contests, all_, Beside::other_side)) return true;
        for (std::size_t at = 0; at < all_.words(); ++at)
            for (std::uint64_t left = resolved_both(x, y, at); left != 0; left &= left - 1) {
                const std::size_t decider = at * word_bits + static_cast<std::size_t>(std::countr_zero(left));
                if (is_undecided(x, y, contests, saw_[decider], Beside::other_side)) return true;
            }
        return false;
    }

    [[nodiscard]] ConflictState state_of(std::size_t x, std::size_t y, const std::vector<Contest>& contests) const {
        if (is_undecided(x, y, contests, all_, Beside::anywhere)) return ConflictState::open;
        for (std::size_t at = 0; at < all_.words(); ++at)
            if (resolved_both(x, y, at) != 0) return ConflictState::resolved;
        return ConflictState::superseded;
    }

    [[nodiscard]] std::vector<std::string> names(const std::vector<Contest>& contests) const {
        std::set<std::string_view> groups;
        for (const Contest& contest : contests) {
            groups.insert(names_[contest.of_x]);
            groups.insert(names_[contest.of_y]);
        }
        return {groups.begin(), groups.end()};
    }

private:
    std::size_t number_of(std::string_view group) {
        const auto [found, fresh] = numbers_.try_emplace(group, names_.size());
        if (fresh) {
            names_.push_back(group);
            writers_.emplace_back(count_);
        }
        return found->second;
    }

    void add(std::size_t place) {
        all_.insert(place);
        if (op(place).resolves) resolutions_.insert(place);
        std::vector<TableWrite>& writes = writes_.emplace_back();
        for (const GroupWrite& write : op(place).groups) {
            writes.push_back({number_of(write.group), &write.value});
            writers_[writes.back().group].insert(place);
        }
        std::sort(writes.begin(), writes.end(),
                  [](const TableWrite& a, const TableWrite& b) { return a.group < b.group; });
        const auto later =
            std::upper_bound(ops_.begin(), ops_.end(), op(place).effective_on,
                             [](const Day& day, const EffectiveOp* other) { return day < other->effective_on; });
        by_day_.push_back(static_cast<std::size_t>(later - ops_.begin()));
    }

    void compare() {
        saw_.assign(size(), OpSet(size()));
        seen_by_ = saw_;
        for (std::size_t x = 0; x < size(); ++x)
            for (std::size_t y = 0; y < size(); ++y)
                if (saw(op(x), op(y))) {
                    saw_[x].insert(y);
                    seen_by_[y].insert(x);
                }
    }

    [[nodiscard]] std::uint64_t resolved_both(std::size_t x, std::size_t y, std::size_t at) const {
        return resolutions_.word(at) & seen_by_[x].word(at) & seen_by_[y].word(at);
    }

    [[nodiscard]] bool is_undecided(std::size_t x, std::size_t y, const std::vector<Contest>& contests,
                                    const OpSet& among, Beside beside) const {
        return std::any_of(contests.begin(), contests.end(), [&](const Contest& contest) {
            return !is_overwritten(x, contest.of_x, y, among, beside) &&
                   !is_overwritten(y, contest.of_y, x, among, beside);
        });
    }

    /// Some z overwrites x in `group` as far as the pair (x, y) is concerned: on every day on which both could stand.
    [[nodiscard]] bool is_overwritten(std::size_t x, std::size_t group, std::size_t y, const OpSet& among,
                                      Beside beside) const {
        const std::size_t in_time = std::max(by_day_[x], by_day_[y]);
        for (std::size_t at = 0; at < all_.words(); ++at) {
            std::uint64_t z = seen_by_[x].word(at) & writers_[group].word(at) & among.word(at);
            z &= first_places(in_time, at) | (resolutions_.word(at) & seen_by_[y].word(at));
            if (beside == Beside::other_side) {
                z &= ~(saw_[y].word(at) | seen_by_[y].word(at));
                if (y / word_bits == at) z &= ~(std::uint64_t{1} << (y % word_bits));
            }
            if (z != 0) return true;
        }
        return false;
    }

    std::size_t count_;
    std::vector<const EffectiveOp*> ops_;
    OpSet all_;
    OpSet resolutions_;
    std::map<std::string_view, std::size_t> numbers_;  ///< of groups
    std::vector<std::string_view> names_;
    std::vector<OpSet> writers_;  ///< by group
    std::size_t listing_ = number_of(listing_group);
    std::vector<std::vector<TableWrite>> writes_;  ///< by op, in the order of group numbers
    std::vector<std::size_t> by_day_;              ///< by op: how many take effect by its day
    std::vector<OpSet> saw_;
    std::vector<OpSet> seen_by_;
};

}  // namespace

std::vector<FoldedConflict> find_conflicts(std::span<const EffectiveOp> ops) {
    if (ops.size() < 2) return {};
    const Table table(ops);
    std::vector<FoldedConflict> conflicts;
    for (std::size_t x = 0; x < table.size(); ++x)
        for (std::size_t y = x + 1; y < table.size(); ++y) {
            if (!table.are_concurrent(x, y)) continue;
            const auto contests = table.contested(x, y);
            if (contests.empty() || !table.is_listed(x, y, contests)) continue;
            const auto [a, b] = std::minmax(table.op(x).dot, table.op(y).dot);
            conflicts.push_back({a, b, table.state_of(x, y, contests), table.names(contests)});
        }
    std::sort(conflicts.begin(), conflicts.end(), [](const FoldedConflict& one, const FoldedConflict& other) {
        return std::tie(one.a, one.b) < std::tie(other.a, other.b);
    });
    return conflicts;
}

}  // namespace minglu
