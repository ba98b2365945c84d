#pragma once
/// What is asked of an import, and how far it has come.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/import/plan.hpp"
#include "catalog/import/row_mapper.hpp"
#include "minglu/record.hpp"

namespace minglu {

/// Errors and planned entries beyond these are counted, but not listed.
constexpr std::size_t import_lines_shown = 100;

struct ImportRequest {
    std::string file_name;     ///< for errors, and as title where there is none
    std::optional<Kind> kind;  ///< none = told from the headers
    std::string actor;
    std::string reason;
    BatchInfo batch;
    Day effective_on;
    std::optional<NodeId> home;  ///< of new entries; none = the node of their province, else this one
    bool dry_run = false;        ///< plan, and wait for `publish`
    bool skip_invalid = false;   ///< publish the good rows although others are refused
};

enum class ImportState {
    reading,     ///< or waiting for its turn
    planned,     ///< a dry run that may be published
    publishing,  ///< or waiting for its turn
    done,
    refused,  ///< rows are wrong: nothing was written
    failed,   ///< see `error`; batches that were published stay
};
[[nodiscard]] std::string_view name(ImportState state);
/// Nothing more happens by itself.
[[nodiscard]] bool is_resting(ImportState state);

struct PublishedBatch {
    Dot dot;
    std::string title;
    std::uint64_t ops = 0;
};

struct PlanLine {
    EntryKey key;
    PlanKind kind = PlanKind::added;
    std::vector<std::string> fields;
};

struct ImportStatus {
    std::string id;
    ImportState state = ImportState::reading;
    std::string file_name;
    std::string actor;
    std::uint64_t rows_read = 0;  ///< below the header
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_total = 0;
    std::uint64_t added = 0;      ///< entries
    std::uint64_t changed = 0;    ///< entries
    std::uint64_t unchanged = 0;  ///< entries, and repeated rows
    std::uint64_t refused = 0;    ///< rows
    std::uint64_t published_ops = 0;
    std::vector<PublishedBatch> batches;
    std::vector<RowError> errors;  ///< the first ones
    std::vector<PlanLine> plan;    ///< the first ones
    std::optional<Error> error;    ///< why it failed
};

}  // namespace minglu
