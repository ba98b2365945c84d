#pragma once
/// What a program that was killed leaves in a data directory.
#include "minglu/error.hpp"
#include "src/node/config.hpp"

namespace minglu {

/// Removes the temporary names of key files, card and configuration, which may hold a private key in plain, and the
/// copy of a restore that did not come to its end. None of them is ever the only one of its kind: a file gets its own
/// name before anything counts on it, the next signing key before the record that names it. The caller holds the lock
/// and has found the keys under their own names; the copy of a restore is kept while there is no database.
/// Errors: not_allowed, io.
[[nodiscard]] Result<void> remove_leftovers(const DataPaths& paths);

}  // namespace minglu
