#pragma once
/// The first phase of an import: from the file to the plan on disk. Writes nothing to the catalogue.
#include <filesystem>
#include <functional>
#include <set>
#include <vector>

#include "catalog/text/encoding.hpp"
#include "minglu/store.hpp"
#include "src/imports/import_status.hpp"
#include "src/imports/plan_file.hpp"
#include "src/imports/refused_rows.hpp"

namespace minglu {

struct PlanningFiles {
    std::filesystem::path input;
    std::filesystem::path plan;
    std::filesystem::path refused;
};

class Planning {
public:
    /// Told after each piece of the file; false = stop. `status` has the counters and the first lines.
    using Watch = std::function<bool(const ImportStatus& status)>;

    /// Every row is compared with the catalogue as `tx` sees it. `today`: see `day_` below.
    Planning(const ReadTx& tx, const NodeId& self, Day today, const ImportRequest& request, const PlanningFiles& files,
             PlanLimits limits);

    /// Number of ops of each record to publish. Errors: what makes the file unusable as a whole, naming it. Throws
    /// StoreFault.
    [[nodiscard]] Result<std::vector<std::size_t>> run(ImportStatus& status, const Watch& watch);

private:
    [[nodiscard]] Result<void> take(CsvRow row);
    [[nodiscard]] Result<void> take_header(CsvRow& row);
    void refuse(const CsvRow& row, std::vector<RowError> errors);
    void keep(std::vector<PlannedEntry>& planned);
    [[nodiscard]] std::optional<RowError> refusal_of(const PlannedEntry& entry) const;
    [[nodiscard]] std::optional<Current> look_up(const EntryKey& key) const;
    [[nodiscard]] Error named(Error error) const;

    const ReadTx& tx_;
    const ImportRequest& request_;
    std::filesystem::path input_;
    MapOptions map_;
    Day day_;  ///< whose view the rows are compared with: the day they take effect, but not before today
    PlanWriter plan_;
    RefusedRows refused_rows_;
    ImportStatus* status_ = nullptr;
    std::optional<RowMapper> mapper_;
    Planner planner_;
    std::vector<PlannedEntry> of_row_;
    /// Entries of refused rows that were right by themselves: a repetition of them must not count as taken.
    std::set<EntryKey> dropped_;
};

}  // namespace minglu
