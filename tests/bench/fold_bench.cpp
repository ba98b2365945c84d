/// Measures the worst case of the merge: writes of one key that have not seen each other, all in conflict; then one
/// that decides them all. The processor's time, of the conflicts alone and of all views of the entry (state, ids,
/// fields). Not run by ctest.
///   bench_fold [ops ...]     default 10 100 300 1000
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "catalog/entry_views.hpp"

using namespace minglu;

namespace {

const EntryKey key{"gi/AGI01459"};
const LogId author{"cq-0000000000000001"};

std::string value_of(const std::string& field, std::uint64_t seq) {
    return "{\"" + field + "\":\"" + std::to_string(seq) + "\"}";
}

EffectiveOp write_of(std::uint64_t seq) {
    EffectiveOp op;
    op.dot = {author, Seq{seq}};
    op.groups = {{"goods", value_of("goods", seq)}, {"name", value_of("name", seq)}};
    return op;
}

double milliseconds(const auto& work) {
    const std::clock_t start = std::clock();
    work();
    return 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
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
        std::size_t conflicts = 0;
        const double alone = milliseconds([&] { conflicts = find_conflicts(history).size(); });
        const double whole = milliseconds([&] { conflicts = make_views(key, history).conflicts.size(); });
        std::printf("%6zu ops  %8zu conflicts %-8s  %10.2f ms  views %10.2f ms\n", history.size(), conflicts,
                    decided ? "decided" : "open", alone, whole);
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
