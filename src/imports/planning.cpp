#include "src/imports/planning.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include "catalog/import/table.hpp"
#include "src/imports/province_nodes.hpp"

namespace minglu {

namespace {

constexpr std::size_t piece_bytes = 256u * 1024;
/// Enough rows to make a hand-over cheap, few enough to stay in the cache.
constexpr std::size_t chunk_rows = 256;
constexpr std::size_t chunk_bytes = 1u << 20;

std::vector<NodeId> nodes_known(const ReadTx& tx, const NodeId& self) {
    std::vector<NodeId> nodes{self};
    for (const PeerRow& peer : tx.peers()) nodes.push_back(peer.node);
    return nodes;
}

MapOptions map_options(const ReadTx& tx, const NodeId& self, const ImportRequest& request) {
    MapOptions options;
    options.file = request.file_name;
    options.home = request.home;
    options.default_home = self;
    options.homes = provinces_of(nodes_known(tx, self));
    options.on = request.effective_on;
    return options;
}

/// All that is wrong with a row, for the person who mends it: what, and the cure.
std::string reasons_of(const std::vector<RowError>& errors) {
    std::string text;
    for (const RowError& error : errors) {
        text += text.empty() ? "" : "; ";
        text += error.column.empty() ? "" : error.column + ": ";
        text += error.error.what;
        if (!error.error.cure.empty()) text += " (" + error.error.cure + ")";
    }
    return text;
}

}  // namespace

Planning::Planning(const ReadTx& tx, const NodeId& self, Day today, const ImportRequest& request,
                   const PlanningFiles& files, PlanLimits limits, Beside& beside)
    : tx_(tx),
      request_(request),
      input_(files.input),
      map_(map_options(tx, self, request)),
      day_(std::max(today, request.effective_on)),
      plan_(files.plan, limits),
      refused_rows_(files.refused),
      beside_(beside),
      planner_(
          {request.file_name, request.effective_on, request.effective_on},
          [this](const EntryKey& key) { return look_up(key); },
          [this](PlannedEntry entry) -> Result<void> {
              of_row_.push_back(std::move(entry));
              return {};
          }) {}

Planning::~Planning() {
    try {
        beside_.wait();
    } catch (...) {  // another fault is on its way already, or nobody asks for these rows any more
    }
}

Result<std::vector<std::size_t>> Planning::run(ImportStatus& status, const Watch& watch) {
    status_ = &status;
    std::ifstream in(input_, std::ios::binary);
    if (!in) throw StoreFault(ErrorCode::io, "cannot read " + input_.string());
    TableReader table([this](const CsvRow& row) { return take(row); });
    std::string piece(piece_bytes, '\0');
    while (in) {
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        const auto count = static_cast<std::size_t>(in.gcount());
        auto fed = table.feed({piece.data(), count});
        if (fed && in.eof()) fed = table.finish();
        if (!fed) return fail(named(std::move(fed.error())));
        status.bytes_read += count;
        if (!watch(status))
            return fail({ErrorCode::busy, "the import was broken off", request_.file_name, "import the file again"});
    }
    for (int chunks = 0; chunks < 2; ++chunks)
        if (auto planned = hand_over(); !planned) return fail(named(std::move(planned.error())));
    if (in.bad()) throw StoreFault(ErrorCode::io, "cannot read " + input_.string());
    if (!mapper_)
        return fail(
            {ErrorCode::missing_value, "the file is empty", request_.file_name, "give a table with a header row"});
    refused_rows_.finish();
    return plan_.finish();
}

Error Planning::named(Error error) const {
    if (!request_.file_name.empty() && !error.where.starts_with(request_.file_name))
        error.where = request_.file_name + (error.where.empty() ? "" : ", " + error.where);
    return error;
}

Result<void> Planning::take_header(CsvRow& row) {
    refused_rows_.set_header(row);
    auto columns = plan_columns(row.cells, request_.kind);
    if (!columns) return fail(std::move(columns.error()));
    mapper_.emplace(*std::move(columns), map_);
    return {};
}

Result<void> Planning::take(CsvRow row) {
    if (!mapper_) return take_header(row);
    refused_rows_.drop_reason(row);
    for (const std::string& cell : row.cells) reading_.bytes += cell.size();
    reading_.rows.push_back(std::move(row));
    if (reading_.rows.size() < chunk_rows && reading_.bytes < chunk_bytes) return {};
    return hand_over();
}

/// While one chunk is mapped beside us, the one before it is planned and the one after it is read.
Result<void> Planning::hand_over() {
    beside_.wait();
    Chunk mapped = std::move(mapping_);
    mapping_ = std::exchange(reading_, {});
    if (mapper_)
        beside_.start([this] {
            for (const CsvRow& row : mapping_.rows) mapping_.outcomes.push_back(mapper_->map(row));
        });
    for (std::size_t i = 0; i < mapped.rows.size(); ++i)
        if (auto planned = plan(mapped.rows[i], std::move(mapped.outcomes[i])); !planned) return planned;
    return {};
}

Result<void> Planning::plan(const CsvRow& row, RowMapper::Outcome outcome) {
    ++status_->rows_read;
    if (!outcome.errors.empty()) {
        refuse(row, std::move(outcome.errors));
        return {};
    }
    of_row_.clear();
    for (const RowDraft& draft : outcome.drafts)
        if (auto added = planner_.add(draft); !added) return added;
    std::vector<RowError> errors;
    for (const PlannedEntry& entry : of_row_)
        if (auto error = refusal_of(entry)) errors.push_back(*std::move(error));
    if (errors.empty()) {
        keep(of_row_);
        return {};
    }
    for (const PlannedEntry& entry : of_row_)
        if (entry.kind != PlanKind::refused) dropped_.insert(entry.key);
    refuse(row, std::move(errors));
    return {};
}

std::optional<RowError> Planning::refusal_of(const PlannedEntry& entry) const {
    if (entry.kind == PlanKind::refused) return RowError{entry.row, "", entry.key.value(), *entry.error};
    if (entry.kind != PlanKind::merged || !dropped_.contains(entry.key)) return std::nullopt;
    return RowError{entry.row, "", entry.key.value(),
                    named({ErrorCode::duplicate, entry.key.value() + " stands in an earlier row that was refused",
                           "row " + std::to_string(entry.row), "mend the earlier row and drop this one"})};
}

void Planning::refuse(const CsvRow& row, std::vector<RowError> errors) {
    ++status_->refused;
    refused_rows_.add(row, reasons_of(errors));
    for (RowError& error : errors)
        if (status_->errors.size() < import_lines_shown) status_->errors.push_back(std::move(error));
}

void Planning::keep(std::vector<PlannedEntry>& planned) {
    for (PlannedEntry& entry : planned) {
        if (!entry.op) {
            ++status_->unchanged;
            continue;
        }
        ++(entry.kind == PlanKind::added ? status_->added : status_->changed);
        plan_.add(*entry.op);
        if (status_->plan.size() < import_lines_shown)
            status_->plan.push_back({std::move(entry.key), entry.kind, std::move(entry.fields)});
    }
}

std::optional<Current> Planning::look_up(const EntryKey& key) const {
    const auto entry = tx_.entry(key);
    if (!entry) return std::nullopt;
    for (Period& period : tx_.periods(entry->no))
        if (period.from <= day_ && (!period.until || *period.until > day_))
            return Current{std::move(period.view), entry->etag};
    return Current{"{}", entry->etag};
}

}  // namespace minglu
