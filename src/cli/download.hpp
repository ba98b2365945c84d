#pragma once
/// An answer that becomes a file.
#include <cstdint>
#include <string>

#include "src/cli/new_file.hpp"
#include "src/cli/session.hpp"

namespace minglu::cli {

/// Sends the request and writes the body of its answer to the file, which appears only when it is whole. Bytes.
std::uint64_t download(Session& session, HttpRequest request, const std::string& path, Existing existing);
/// The same, and says so; with --json {"file", "bytes"}.
void export_to_file(Session& session, HttpRequest request, const std::string& path, Existing existing);

}  // namespace minglu::cli
