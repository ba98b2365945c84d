#pragma once
/// Rows that a reading transaction may be asked for again: the classes of a search meet the same entries. A row costs
/// three look-ups in large tables, a copy of it some allocations.
#include <optional>
#include <tuple>
#include <unordered_map>

#include "minglu/store.hpp"
#include "src/store/postings/docs.hpp"

namespace minglu {

class KnownRows {
public:
    /// None: the document has no row that meets the conditions.
    using Row = std::optional<EntryHit>;

    /// Until then nothing is kept: a writer changes what it has read.
    void begin_reading() { reading_ = true; }
    void forget() { rows_.clear(); }

    /// Rows kept under other conditions are forgotten.
    void ask(const EntryQuery& query) {
        Conditions asked{query.as_of, query.with_open_conflict, query.batch};
        if (asked == conditions_) return;
        conditions_ = std::move(asked);
        forget();
    }
    /// Null when it is not known.
    [[nodiscard]] const Row* find(postings::DocNo doc) const {
        const auto found = rows_.find(doc);
        return found == rows_.end() ? nullptr : &found->second;
    }
    void keep(postings::DocNo doc, const Row& row) {
        if (reading_ && rows_.size() < rows_max) rows_.emplace(doc, row);
    }

private:
    static constexpr std::size_t rows_max = 1'500;
    /// What a row has to meet besides its document.
    using Conditions = std::tuple<Day, bool, std::optional<Dot>>;

    bool reading_ = false;
    Conditions conditions_;
    std::unordered_map<postings::DocNo, Row> rows_;
};

}  // namespace minglu
