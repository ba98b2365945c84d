#pragma once
/// Making a node: keys, card, configuration, database and its log.
#include <filesystem>
#include <string>

#include "minglu/hash.hpp"
#include "minglu/ids.hpp"
#include "src/crypto/passphrase.hpp"

namespace minglu {

struct InitOptions {
    std::filesystem::path data_dir;
    NodeId node;
    std::string name;
    Suite suite = Suite::ed25519_sha256;  ///< of new keys
    std::string sync_url;                 ///< what the card tells the others; may be empty
    std::string http_listen = "127.0.0.1:8080";
    std::string peer_listen = "0.0.0.0:8443";
    bool open_reads = false;
    Passphrase passphrase;  ///< the keys are kept under it; none: plain
    /// The keys of a node whose database is lost, as in `keys/`, to begin anew with; empty: new ones. Where they are
    /// under a passphrase it is the one above.
    std::filesystem::path keys{};
};

/// Returns the fingerprint of the new card. Errors: already_exists (the directory holds a node), busy, io, disk_full,
/// bad_value; of `keys` those of load_signing_key and load_tls_identity. A minglu.toml that is there already is kept.
/// What an init that was broken off left is no node: the next one removes it and begins anew.
[[nodiscard]] Result<std::string> init_node(const InitOptions& options);

/// Errors: not_found (an init was broken off in that directory).
[[nodiscard]] Result<void> check_not_half_made(const std::filesystem::path& data_dir);

}  // namespace minglu
