#pragma once
/// Entries in SQLite: entry, period, and what is filed of them in the search index.
#include <vector>

#include "minglu/store.hpp"
#include "src/store/sqlite/conflict_tables.hpp"
#include "src/store/sqlite/database.hpp"
#include "src/store/sqlite/known_rows.hpp"
#include "src/store/sqlite/log_tables.hpp"
#include "src/store/sqlite/search_index.hpp"
#include "src/store/sqlite/search_text.hpp"

namespace minglu {

class ViewTables {
public:
    ViewTables(Database& database, KeyNumbers& keys, ConflictTables& conflicts, SearchIndex& search)
        : database_(database), keys_(keys), conflicts_(conflicts), search_(search) {}

    /// A transaction that only reads begins on this connection, and ends.
    void begin_reading();
    void end_reading();

    [[nodiscard]] std::optional<EntryRow> entry(const EntryKey& key) const;
    [[nodiscard]] std::vector<Period> periods(EntryNo no) const;
    [[nodiscard]] EntryPage query(const EntryQuery& query);
    void visit_entries(EntryNo after, const std::function<bool(const EntryRow&)>& visit) const;
    void visit_names(const std::function<void(EntryNo, const EntryKey&, std::string_view name)>& visit) const;
    void visit_leaves(const std::function<void(EntryNo, const EntryKey&, const Hash&)>& visit) const;
    [[nodiscard]] std::optional<EntryKey> key_of(EntryNo no) const;
    [[nodiscard]] StoreCounts counts() const;

    EntryNo put_entry(const EntryViews& views, UnixMs at);
    void remove_entry(const EntryKey& key, UnixMs at);
    void clear();
    /// Files up to `limit` periods after `after` in the search index, whatever is filed of them. Returns how many, and
    /// in `after` the last of them.
    std::int64_t file_again(std::int64_t& after, std::int64_t limit);

private:
    /// A period that is stored already.
    struct Stored {
        std::int64_t period_no;
        std::int64_t search_hash;
    };
    [[nodiscard]] std::vector<Stored> stored_periods(std::int64_t entry_no) const;
    void put_period(std::int64_t entry_no, const EntryKey& key, const Period& period, std::vector<Stored>& old,
                    std::int64_t& period_next);
    void file(std::int64_t period_no, const FiledTerms& terms);
    void insert_period(std::int64_t period_no, std::int64_t search_hash, const Period& period);

    Database& database_;
    KeyNumbers& keys_;
    ConflictTables& conflicts_;
    SearchIndex& search_;
    KnownRows known_;
};

/// period_no = entry_no << 24 | number, so that rows and search results lie in entry order; it is the document number.
constexpr int period_number_bits = postings::doc_number_bits;
constexpr std::int64_t first_period(std::int64_t entry_no) {
    return entry_no << period_number_bits;
}

/// The columns that make an EntryHit; see entry_query.cpp.
[[nodiscard]] EntryPage run_query(Database& database, SearchIndex& search, KnownRows& known, const EntryQuery& query);
/// Columns from `column` on: valid_from, valid_until, listing, legal_status, region, home, subtype, category, name,
/// view.
[[nodiscard]] Period period_at(const Statement& row, int column);
[[nodiscard]] Vector stored_vector(std::string_view text);  ///< throws StoreFault(corrupt)

}  // namespace minglu
