// Fuzz target: ops, one a line, each written again, then folded as concurrent writes to one key: in any order the same.
#include <algorithm>
#include <string>
#include <vector>

#include "catalog/effective.hpp"
#include "catalog/entry_views.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {
namespace {

constexpr std::size_t ops_max = 6;
const EntryKey one_key{"gi/AGI00001"};

void check_text(const Op& op) {
    const std::string text = serialise(op);
    const auto again = parse_op(text);
    require(again && *again == op, "an op reads the same");
    require(serialise(*again) == text, "an op has one text");
}

/// Written by two nodes in turn, each op at the next position of its log.
EffectiveOp effective(const Op& op, std::size_t i) {
    const LogId log{i % 2 == 0 ? "cq-0000000000000001" : "sc-0000000000000001"};
    const HybridTime time{1'766'109'600'000 + static_cast<std::int64_t>(i), 0};
    const auto made = make_effective({log, Seq{i / 2 + 2}}, time, i % 3 == 2, op, {}, {});
    require(made.has_value(), "an op of a change counts");
    return *made;
}

void check_fold(std::vector<EffectiveOp> ops) {
    const EntryViews views = make_views(one_key, ops);
    std::reverse(ops.begin(), ops.end());
    const EntryViews reversed = make_views(one_key, ops);
    require(views.state == reversed.state, "the order of arrival does not matter");
    require(views.conflicts == reversed.conflicts, "the same conflicts in any order");
    require(views.periods == reversed.periods, "the same periods in any order");
}

}  // namespace

bool fuzz_op(std::string_view bytes) {
    std::vector<EffectiveOp> ops;
    while (!bytes.empty() && ops.size() < ops_max) {
        const auto end = std::min(bytes.find('\n'), bytes.size());
        const auto op = parse_op(bytes.substr(0, end));
        bytes.remove_prefix(std::min(bytes.size(), end + 1));
        if (!op) continue;
        check_text(*op);
        ops.push_back(effective(*op, ops.size()));
    }
    if (!ops.empty()) check_fold(ops);
    return !ops.empty();
}

}  // namespace minglu::test
