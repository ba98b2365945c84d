/// Measures the worst case of the merge: writes of one key that have not seen each other, all in conflict; then one
/// that decides them all. Not run by ctest.
///   bench_fold [ops ...]     default 10 100 300 1000
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "catalog/fold.hpp"

using namespace minglu;
using SteadyClock = std::chrono::steady_clock;

namespace {

const LogId author{"cq-0000000000000001"};

EffectiveOp write_of(std::uint64_t seq) {
    EffectiveOp op;
    op.dot = {author, Seq{seq}};
    op.groups = {{"goods", "g" + std::to_string(seq)}, {"name", "n" + std::to_string(seq)}};
    return op;
}

void measure(std::uint64_t ops) {
    std::vector<EffectiveOp> history;
    for (std::uint64_t seq = 1; seq <= ops; ++seq) history.push_back(write_of(seq));
    for (const bool decided : {false, true}) {
        if (decided) {
            EffectiveOp last = write_of(ops + 1);
            last.seen.set(author, Seq{ops});
            last.resolves = true;
            history.push_back(std::move(last));
        }
        const auto start = SteadyClock::now();
        const std::size_t conflicts = find_conflicts(history).size();
        const std::chrono::duration<double, std::milli> took = SteadyClock::now() - start;
        std::printf("%6zu ops  %8zu conflicts %-8s  %10.2f ms\n", history.size(), conflicts,
                    decided ? "decided" : "open", took.count());
    }
}

}  // namespace

int main(int count, char** words) {
    std::vector<std::uint64_t> sizes;
    for (int i = 1; i < count; ++i) sizes.push_back(std::strtoull(words[i], nullptr, 10));
    if (sizes.empty()) sizes = {10, 100, 300, 1'000};
    for (const std::uint64_t size : sizes) measure(size);
    return 0;
}
