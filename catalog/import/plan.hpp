#pragma once
/// What an import would do, decided purely and one entry at a time: for the preview and for the publishing alike.
///
/// A plan compares drafts with the catalogue as it is shown to the officer. Entries that the file does not mention stay
/// as they are. Publishing the same file again gives only `unchanged`.
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/import/row_mapper.hpp"
#include "minglu/record.hpp"

namespace minglu {

/// An entry as it stands: the canonical JSON object of its merged fields, and its ETag.
struct Current {
    std::string view;
    Vector etag;
};
using LookUp = std::function<std::optional<Current>(const EntryKey&)>;

enum class PlanKind {
    added,
    changed,
    unchanged,
    merged,  ///< the same key with the same values stands in an earlier row
    refused,
};
[[nodiscard]] std::string_view name(PlanKind kind);

struct PlannedEntry {
    PlanKind kind = PlanKind::unchanged;
    EntryKey key;
    std::uint64_t row = 0;
    std::vector<std::string> fields;  ///< that the file gives another value than the entry has; sorted
    std::optional<Op> op;             ///< of added and changed
    std::optional<Error> error;       ///< of refused
};

struct PlanOptions {
    std::string file;  ///< name, for errors
    Day effective_on;
    Day listed_on;  ///< of new entries
};

struct PlanCounts {
    std::uint64_t added = 0, changed = 0, unchanged = 0, merged = 0, refused = 0;
};

/// Holds some 64 bytes per key of the file and nothing else.
class Planner {
public:
    using OnPlanned = std::function<Result<void>(PlannedEntry)>;  ///< an error ends the planning

    Planner(PlanOptions options, LookUp look_up, OnPlanned on_planned);

    /// `seen` of an op is the ETag that `look_up` gave. Each written group is complete: the fields the entry has,
    /// overlaid by those of the draft.
    [[nodiscard]] Result<void> add(const RowDraft& draft);
    [[nodiscard]] const PlanCounts& counts() const { return counts_; }

private:
    using KeyDigest = std::array<std::uint64_t, 2>;
    struct HashDigest {
        std::size_t operator()(const KeyDigest& digest) const { return static_cast<std::size_t>(digest[0]); }
    };
    struct Earlier {
        std::uint64_t row = 0;
        std::uint64_t values = 0;
    };

    [[nodiscard]] PlannedEntry plan(const RowDraft& draft) const;
    [[nodiscard]] PlannedEntry refuse(const RowDraft& draft, ErrorCode code, std::string what, std::string cure) const;
    [[nodiscard]] Result<void> emit(PlannedEntry entry);

    PlanOptions options_;
    LookUp look_up_;
    OnPlanned on_planned_;
    PlanCounts counts_;
    std::unordered_map<KeyDigest, Earlier, HashDigest> seen_;
};

}  // namespace minglu
