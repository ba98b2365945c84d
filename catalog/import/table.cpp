#include "catalog/import/table.hpp"

#include <utility>

namespace minglu {

TableReader::TableReader(TableOptions options, OnDraft on_draft, OnError on_error)
    : options_(std::move(options)),
      on_draft_(std::move(on_draft)),
      on_error_(std::move(on_error)),
      decoder_(options_.encoding),
      reader_([this](const CsvRow& row) { return take(row); }) {}

Result<void> TableReader::named(Result<void> outcome) const {
    const std::string& file = options_.map.file;
    if (outcome || file.empty() || outcome.error().where.starts_with(file)) return outcome;
    Error error = outcome.error();
    error.where = file + (error.where.empty() ? "" : ", " + error.where);
    return fail(std::move(error));
}

Result<void> TableReader::feed(std::string_view bytes) {
    text_.clear();
    const auto decoded = decoder_.feed(bytes, text_);
    // What stands before a wrong byte is read first: however the bytes are cut into chunks, the same error is found.
    if (auto read = reader_.feed(text_); !read) return named(read);
    return named(decoded);
}

Result<void> TableReader::finish() {
    text_.clear();
    const auto decoded = decoder_.finish(text_);
    if (auto read = reader_.feed(text_); !read) return named(read);
    if (!decoded) return named(decoded);
    if (auto ended = reader_.finish(); !ended) return named(ended);
    if (!mapper_) {
        return named(fail({ErrorCode::missing_value, "the file is empty", "", "give a table with a header row"}));
    }
    return {};
}

Result<void> TableReader::take(const CsvRow& row) {
    if (!mapper_) {
        auto plan = plan_columns(row.cells, options_.kind);
        if (!plan) return fail(plan.error());
        mapper_.emplace(std::move(*plan), options_.map);
        return {};
    }
    ++rows_;
    RowMapper::Outcome outcome = mapper_->map(row);
    if (!outcome.errors.empty()) ++refused_;
    for (RowError& error : outcome.errors) on_error_(std::move(error));
    for (RowDraft& draft : outcome.drafts) {
        if (auto taken = on_draft_(std::move(draft)); !taken) return taken;
    }
    return {};
}

}  // namespace minglu
