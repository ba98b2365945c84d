// The pairs of concurrent ops of one key that people may want to look at. Every pair is listed, by the rule: there are
// half the square of the writes that nobody has seen. A pair costs a look at each word of bits, no more.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <numeric>

#include "catalog/fold.hpp"
#include "catalog/sight.hpp"

namespace minglu {

namespace {

constexpr std::string_view listing_group = "listing";
constexpr std::size_t word_bits = OpSet::word_bits;

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

/// What each op writes, beside who saw whom.
class Table {
public:
    explicit Table(const Sight& sight)
        : sight_(sight), count_(sight.size()), all_(count_), resolutions_(count_), by_day_(count_) {
        for (std::size_t place = 0; place < count_; ++place) add(place);
        for (std::size_t place = 0; place < count_; ++place)
            for (const TableWrite& write : writes_[place]) note_writer(write.group, place);
    }

    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] const EffectiveOp& op(std::size_t place) const { return sight_.op(place); }

    /// Into `contests`, which is emptied first.
    void find_contested(std::size_t x, std::size_t y, std::vector<Contest>& contests) const {
        contests.clear();
        auto other = writes_[y].begin();
        for (const TableWrite& write : writes_[x]) {  // both in the order of groups
            while (other != writes_[y].end() && other->group < write.group) ++other;
            if (other != writes_[y].end() && other->group == write.group && *other->value != *write.value)
                contests.push_back({write.group, write.group});
        }
        if (op(x).removes == op(y).removes) return;
        // A removal stands against everything that the other side writes.
        if (op(x).removes)
            for (const TableWrite& write : writes_[y]) contests.push_back({listing_, write.group});
        else
            for (const TableWrite& write : writes_[x]) contests.push_back({write.group, listing_});
    }

    /// In some contested group neither is overwritten by an op concurrent with the other: among all ops, or among those
    /// that a resolution of both saw, so that a decided pair never vanishes.
    [[nodiscard]] bool is_listed(std::size_t x, std::size_t y, const std::vector<Contest>& contests) const {
        if (is_undecided(x, y, contests, all_, Beside::other_side)) return true;
        for (std::size_t at = 0; at < all_.words(); ++at)
            for (std::uint64_t left = resolved_both(x, y, at); left != 0; left &= left - 1) {
                const std::size_t decider = at * word_bits + static_cast<std::size_t>(std::countr_zero(left));
                if (is_undecided(x, y, contests, sight_.seen_by(decider), Beside::other_side)) return true;
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
        std::vector<std::string_view> groups;
        for (const Contest& contest : contests) {
            groups.push_back(names_[contest.of_x]);
            if (contest.of_y != contest.of_x) groups.push_back(names_[contest.of_y]);
        }
        std::sort(groups.begin(), groups.end());
        return {groups.begin(), std::unique(groups.begin(), groups.end())};
    }

private:
    std::size_t number_of(std::string_view group) {
        const auto [found, fresh] = numbers_.try_emplace(group, names_.size());
        if (fresh) {
            names_.push_back(group);
            writers_.emplace_back();
        }
        return found->second;
    }

    void add(std::size_t place) {
        all_.insert(place);
        if (op(place).resolves) resolutions_.insert(place);
        std::vector<TableWrite>& writes = writes_.emplace_back();
        for (const GroupWrite& write : op(place).groups) writes.push_back({number_of(write.group), &write.value});
        std::sort(writes.begin(), writes.end(),
                  [](const TableWrite& a, const TableWrite& b) { return a.group < b.group; });
        by_day_[place] = sight_.count_by(op(place).effective_on);
    }

    /// Fields that one op alone writes are many where somebody makes them up: they take no set.
    void note_writer(std::size_t group, std::size_t place) {
        Writers& writers = writers_[group];
        if (writers.count++ == 0) {
            writers.first = place;
            return;
        }
        if (writers.count == 2) {
            writers.all = OpSet(count_);
            writers.all.insert(writers.first);
        }
        writers.all.insert(place);
    }

    [[nodiscard]] std::uint64_t resolved_both(std::size_t x, std::size_t y, std::size_t at) const {
        return resolutions_.word(at) & sight_.viewers_of(x).word(at) & sight_.viewers_of(y).word(at);
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
        const Writers& writers = writers_[group];
        if (writers.count < 2) return false;  // x, or nobody
        const OpSet& saw_x = sight_.viewers_of(x);
        const OpSet& saw_y = sight_.viewers_of(y);
        const std::size_t in_time = std::max(by_day_[x], by_day_[y]);
        for (std::size_t at = 0; at < all_.words(); ++at) {
            std::uint64_t z = saw_x.word(at) & writers.all.word(at) & among.word(at);
            if (z == 0) continue;
            z &= first_places(in_time, at) | (resolutions_.word(at) & saw_y.word(at));
            if (beside == Beside::other_side) {
                z &= ~(sight_.seen_by(y).word(at) | saw_y.word(at));
                if (y / word_bits == at) z &= ~(std::uint64_t{1} << (y % word_bits));
            }
            if (z != 0) return true;
        }
        return false;
    }

    struct Writers {
        std::size_t count = 0;
        std::size_t first = 0;
        OpSet all{};  ///< where there are two
    };

    const Sight& sight_;
    std::size_t count_;
    OpSet all_;
    OpSet resolutions_;
    std::map<std::string_view, std::size_t> numbers_;  ///< of groups
    std::vector<std::string_view> names_;
    std::vector<Writers> writers_;  ///< by group
    std::size_t listing_ = number_of(listing_group);
    std::vector<std::vector<TableWrite>> writes_;  ///< by op, in the order of group numbers
    std::vector<std::size_t> by_day_;              ///< by op: how many take effect by its day
};

}  // namespace

std::vector<FoldedConflict> find_conflicts(const Sight& sight) {
    if (sight.size() < 2) return {};
    const Table table(sight);
    std::vector<std::size_t> places(sight.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::sort(places.begin(), places.end(),
              [&](std::size_t x, std::size_t y) { return sight.op(x).dot < sight.op(y).dot; });
    std::vector<FoldedConflict> conflicts;
    std::vector<Contest> contests;
    for (auto x = places.begin(); x != places.end(); ++x)
        for (auto y = std::next(x); y != places.end(); ++y) {
            if (!sight.are_concurrent(*x, *y)) continue;
            table.find_contested(*x, *y, contests);
            if (contests.empty() || !table.is_listed(*x, *y, contests)) continue;
            conflicts.push_back(
                {sight.op(*x).dot, sight.op(*y).dot, table.state_of(*x, *y, contests), table.names(contests)});
        }
    return conflicts;
}

std::vector<FoldedConflict> find_conflicts(std::span<const EffectiveOp> ops) {
    return find_conflicts(Sight(ops));
}

}  // namespace minglu
