#pragma once
/// Whether a data directory holds the node that its configuration names, before anything begins with it.
#include "minglu/error.hpp"
#include "minglu/store.hpp"
#include "src/node/config.hpp"

namespace minglu {

/// Fails with not_found where the database is missing or empty: a node begun anew there would say of everything that
/// it was never listed. Whatever is left of it, or of a restore that was broken off, is named.
[[nodiscard]] Result<void> check_database_is_there(const DataPaths& paths);

/// Whether the opened database and the card are those of `config.node`. Errors: not_found (the database has no log of
/// its own: nothing was ever begun in it), bad_value (another node's; names the file), those of parse_card.
[[nodiscard]] Result<void> check_belongs(const NodeConfig& config, const ReadTx& tx);

}  // namespace minglu
