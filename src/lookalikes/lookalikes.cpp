#include "src/lookalikes/lookalikes.hpp"

#include <tuple>
#include <unordered_set>
#include <utility>

namespace minglu {

namespace {

/// Beyond this many changed entries reading all names is quicker than reading each, and takes less memory.
constexpr std::size_t changes_max = 20'000;

}  // namespace

void Lookalikes::note(const ViewChanges& changes) {
    const std::scoped_lock lock(changes_mutex_);
    changes_.keys.insert(changes.keys.begin(), changes.keys.end());
    changes_.all = changes_.all || changes.all || changes_.keys.size() > changes_max;
    if (changes_.all) changes_.keys.clear();
}

void Lookalikes::follow() {
    const std::scoped_lock lock(follow_mutex_);
    // Nobody keeps account of changes before somebody asks.
    if (!std::exchange(watching_, true)) replica_.watch_views([this](const ViewChanges& changes) { note(changes); });
    ViewChanges changes;
    {
        const std::scoped_lock changes_lock(changes_mutex_);
        changes = std::exchange(changes_, {});
    }
    if (built_ && !changes.all && changes.keys.empty()) return;
    // Until this is through nothing is known to be up to date: a fault of the store leads to a new start.
    const bool anew = !std::exchange(built_, false) || changes.all || index_.worn();
    const auto tx = store_.read();
    if (anew)
        build(*tx);
    else
        refresh(*tx, changes);
    built_ = true;
}

void Lookalikes::build(const ReadTx& tx) {
    SignIndex index;
    tx.visit_names([&](EntryNo no, const EntryKey& key, std::string_view name) {
        if (const Kind kind = parts_of(key).kind; is_sign(kind)) index.add(no, kind, name);
    });
    const std::scoped_lock lock(index_mutex_);
    index_ = std::move(index);
}

void Lookalikes::refresh(const ReadTx& tx, const ViewChanges& changes) {
    std::unordered_set<EntryNo> numbers;
    std::vector<std::tuple<EntryNo, Kind, std::string>> names;
    for (const EntryKey& key : changes.keys) {
        const Kind kind = parts_of(key).kind;
        const auto entry = is_sign(kind) ? tx.entry(key) : std::nullopt;
        if (!entry) continue;
        numbers.insert(entry->no);
        for (Period& period : tx.periods(entry->no)) names.emplace_back(entry->no, kind, std::move(period.name));
    }
    if (numbers.empty()) return;
    const std::scoped_lock lock(index_mutex_);
    index_.remove(numbers);
    for (const auto& [no, kind, name] : names) index_.add(no, kind, name);
}

void Lookalikes::find(const SignComparer& sign, const LookalikeQuery& query,
                      const std::function<bool(const LookalikeCandidate&)>& accept) const {
    const std::shared_lock lock(index_mutex_);
    index_.find(sign, query, accept);
}

Lookalikes::Size Lookalikes::size() const {
    const std::shared_lock lock(index_mutex_);
    return {index_.size(), index_.bytes(), index_.complete()};
}

}  // namespace minglu
