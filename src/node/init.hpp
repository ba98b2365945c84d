#pragma once
/// Making a node: keys, card, configuration, database and its log.
#include <filesystem>
#include <string>

#include "minglu/hash.hpp"
#include "minglu/ids.hpp"

namespace minglu {

struct InitOptions {
    std::filesystem::path data_dir;
    NodeId node;
    std::string name;
    Suite suite = Suite::ed25519_sha256;
    std::string sync_url;  ///< what the card tells the others; may be empty
    std::string http_listen = "127.0.0.1:8080";
    std::string peer_listen = "0.0.0.0:8443";
    bool open_reads = false;
};

/// Returns the fingerprint of the new card. Errors: already_exists (the directory holds a node), io, bad_value.
/// A minglu.toml that is there already is kept.
[[nodiscard]] Result<std::string> init_node(const InitOptions& options);

}  // namespace minglu
