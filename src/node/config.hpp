#pragma once
/// What an operator sets: minglu.toml in the data directory, or the file named by --config (docs/OPERATIONS.md).
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "minglu/ids.hpp"

namespace minglu {

struct HttpConfig {
    std::string listen = "127.0.0.1:8080";  ///< address:port; port 0 takes a free one; empty: no officer listener
    bool open_reads = false;
    bool behind_proxy = false;  ///< lifts the restriction to loopback addresses
    std::int64_t threads = 16;
    std::int64_t body_bytes_max = 8 * 1024 * 1024;
};

struct PeerConfig {
    std::string listen = "0.0.0.0:8443";  ///< empty: this node only calls out
    std::optional<std::string> url;       ///< what the card tells the others; none: what it tells already
    std::int64_t threads = 8;
};

struct SyncConfig {
    std::int64_t poll_wait_s = 30;
    std::int64_t bundle_bytes_max = 8 * 1024 * 1024;
    std::int64_t log_bytes_per_day_max = std::int64_t{4} << 30;  ///< of each log of another node
};

struct LogConfig {
    std::string level = "info";   ///< debug, info, warn, error
    std::string format = "text";  ///< text, json
};

struct AuditConfig {
    std::string mode = "case";  ///< whose answers wait for their row in the audit trail: case, all
};

struct KeysConfig {
    std::filesystem::path passphrase_file;  ///< empty: none; a relative one stands beside the configuration
};

struct VerifyConfig {
    std::int64_t round_s = 24 * 60 * 60;  ///< in which a serving node verifies all that it holds; 0: it does not
};

struct NodeConfig {
    NodeId node;
    std::string name;
    std::filesystem::path data;
    std::filesystem::path file;  ///< where it was read from; empty: nowhere
    HttpConfig http;
    PeerConfig peer;
    SyncConfig sync;
    LogConfig log;
    AuditConfig audit;
    KeysConfig keys;
    VerifyConfig verify;
};

/// Where things stand in a data directory.
struct DataPaths {
    explicit DataPaths(const std::filesystem::path& data);
    std::filesystem::path config, database, lock, socket, card, signing_key, next_signing_key, tls_certificate, tls_key,
        spool;
    std::filesystem::path unfinished_init;  ///< there while a node is being made
};

/// Reads `config_file`, or minglu.toml in the data directory; `data_dir`, when not empty, overrides `node.data`.
/// Errors: not_found (run minglu init first), bad_value naming file, line and key; a key that is not known is an error.
[[nodiscard]] Result<NodeConfig> load_config(const std::filesystem::path& data_dir,
                                             const std::optional<std::filesystem::path>& config_file);

/// Reads the text of a configuration; `file` is its name, for errors. `data` stays empty where it is not given.
/// Errors: bad_value.
[[nodiscard]] Result<NodeConfig> parse_config(std::string_view text, const std::string& file);

/// The text of a new minglu.toml with these values.
[[nodiscard]] std::string config_text(const NodeConfig& config);

}  // namespace minglu
