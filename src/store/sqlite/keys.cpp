#include "src/store/sqlite/log_tables.hpp"

namespace minglu {
namespace {

constexpr std::size_t known_max = 50'000;  ///< about 5 MB

}  // namespace

std::optional<std::int64_t> KeyNumbers::find(const EntryKey& key) const {
    if (remembering_) {
        const auto known = known_.find(key.value());
        if (known != known_.end()) return known->second;
    }
    Query query = database_.query("SELECT key_no FROM key WHERE key = ?", key);
    if (!query.next()) return std::nullopt;
    const std::int64_t no = query->integer(0);
    if (remembering_) {
        if (known_.size() >= known_max) known_.clear();
        known_.emplace(key.value(), no);
    }
    return no;
}

std::int64_t KeyNumbers::require(const EntryKey& key) {
    if (remembering_) {
        const auto known = known_.find(key.value());
        if (known != known_.end()) return known->second;
    }
    database_.run("INSERT INTO key (key) VALUES (?) ON CONFLICT DO NOTHING", key);
    if (database_.changes() == 0) return find(key).value();
    const std::int64_t no = database_.last_insert_rowid();
    if (remembering_) {
        if (known_.size() >= known_max) known_.clear();
        known_.emplace(key.value(), no);
    }
    return no;
}

void KeyNumbers::remember(bool on) {
    remembering_ = on;
    known_.clear();
}

}  // namespace minglu
