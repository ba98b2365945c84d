#pragma once
/// The first phase of an import: from the file to the plan on disk. Writes nothing to the catalogue.
#include <filesystem>
#include <functional>
#include <set>
#include <vector>

#include "minglu/ports.hpp"
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
    /// Rows are mapped by `beside`.
    Planning(const ReadTx& tx, const NodeId& self, Day today, const ImportRequest& request, const PlanningFiles& files,
             PlanLimits limits, Beside& beside);
    /// Waits for what is being mapped.
    ~Planning();
    Planning(const Planning&) = delete;
    Planning& operator=(const Planning&) = delete;

    /// Number of ops of each record to publish. Errors: what makes the file unusable as a whole, naming it. Throws
    /// StoreFault.
    [[nodiscard]] Result<std::vector<std::size_t>> run(ImportStatus& status, const Watch& watch);

private:
    /// Rows that are mapped together, and what became of them.
    struct Chunk {
        std::vector<CsvRow> rows;
        std::size_t bytes = 0;
        std::vector<RowMapper::Outcome> outcomes;
    };
    [[nodiscard]] Result<void> take(CsvRow row);
    [[nodiscard]] Result<void> take_header(CsvRow& row);
    /// Has the rows read so far mapped, and plans those that were mapped meanwhile.
    [[nodiscard]] Result<void> hand_over();
    [[nodiscard]] Result<void> plan(const CsvRow& row, RowMapper::Outcome outcome);
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
    Beside& beside_;
    Chunk reading_;
    Chunk mapping_;  ///< belongs to `beside_` until it was waited for
    Planner planner_;
    std::vector<PlannedEntry> of_row_;
    /// Entries of refused rows that were right by themselves: a repetition of them must not count as taken.
    std::set<EntryKey> dropped_;
};

}  // namespace minglu
