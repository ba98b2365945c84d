#pragma once
/// Under what title and number a write is published.
#include <CLI/CLI.hpp>
#include <string>

#include "src/cli/session.hpp"

namespace minglu::cli {

struct BatchOptions {
    std::string title;
    std::string document_number;
    std::string published_on;
};

void add_batch_options(CLI::App& command, BatchOptions& batch);
/// The `batch` object of a request body; null when nothing was given.
[[nodiscard]] Json batch_json(const BatchOptions& batch);

}  // namespace minglu::cli
