#pragma once
/// Conflicts in SQLite: conflict (view), finding, journal, claim (local, never trimmed).
#include "minglu/store.hpp"
#include "src/store/sqlite/database.hpp"
#include "src/store/sqlite/log_tables.hpp"

namespace minglu {

class ConflictTables {
public:
    ConflictTables(Database& database, KeyNumbers& keys) : database_(database), keys_(keys) {}

    [[nodiscard]] std::vector<ConflictRow> conflicts(const ConflictQuery& wanted) const;
    [[nodiscard]] std::optional<ConflictRow> conflict(const Hash& id) const;
    [[nodiscard]] std::vector<JournalRow> journal(const Hash& conflict) const;

    /// Makes these the conflicts of the key, writing only what changes, and the journal of it.
    void replace(std::int64_t key_no, std::span<const ConflictView> conflicts, UnixMs at);
    void claim(const Hash& conflict, std::string_view actor, UnixMs at);

private:
    struct Told {
        std::int64_t finding_no = 0;
        std::string state;
    };
    std::optional<Told> take_back(const Hash& conflict, std::int64_t key_no);
    void put(std::int64_t finding_no, const ConflictView& conflict);
    void tell(std::int64_t finding_no, std::optional<std::string_view> before, std::string_view after, UnixMs at);
    void append_journal(std::int64_t finding_no, std::string_view event, std::string_view actor, UnixMs at);

    Database& database_;
    KeyNumbers& keys_;
};

}  // namespace minglu
