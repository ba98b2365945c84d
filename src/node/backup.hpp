#pragma once
/// A backup is a copy of the database and, beside it, a manifest: what is in it, and how its bytes are known again.
///
/// The manifest of FILE is FILE.manifest.json: {"minglu_backup":1,"node","made","program","schema","verified","file",
/// "bytes","sha256","own_log","vector","state_root","records","entries","heads":[{"log","size","head"}]}.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

/// What a database holds, as its manifest states it.
struct BackupContents {
    LogId own_log;
    Vector vector;
    Hash state_root{};
    std::uint64_t records = 0;
    std::uint64_t entries = 0;
    std::vector<std::pair<LogId, std::string>> heads;  ///< signed notes, by log
    friend bool operator==(const BackupContents&, const BackupContents&) = default;
};

struct BackupManifest {
    NodeId node;
    UnixMs made;
    std::string program;
    std::int64_t schema = 0;
    bool verified = false;  ///< all that it holds was found to be sound; not said by earlier programs
    std::uint64_t bytes = 0;
    Hash sha256{};
    BackupContents contents;
};

[[nodiscard]] std::filesystem::path manifest_of(const std::filesystem::path& backup);

/// How a copy that was just made is checked.
enum class CopyCheck {
    full,   ///< all that minglu verify looks at, so that no damage is carried on
    quick,  ///< that the file is whole and states what its own head states
};

/// Told what is done and what there is to do: of the pages that are copied, then of what is verified.
using BackupProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Copies the store beside `target`, checks the copy, writes its manifest, and gives both their names. Throws
/// StoreFault; nothing is left behind then, and what one that was killed left of the same target goes first.
void write_backup(Store& store, const std::filesystem::path& target, const NodeId& node, UnixMs now, CopyCheck check,
                  const BackupProgress& progress);

/// What of an opened backup is not as it was signed: the findings of the store and of `verify`.
[[nodiscard]] std::vector<std::string> findings_in(Store& copy, const BackupProgress& progress);
/// "FIRST FINDING; SECOND; THIRD; 12 more"
[[nodiscard]] std::string summary_of(const std::vector<std::string>& findings);

/// Errors: not_found (no manifest), malformed.
[[nodiscard]] Result<BackupManifest> read_manifest(const std::filesystem::path& backup);

/// Whether `file` is, byte for byte, what the manifest describes. Errors: corrupt, io.
[[nodiscard]] Result<void> check_bytes(const BackupManifest& manifest, const std::filesystem::path& file);

/// What a database holds. The state root is computed from the stored leaves.
[[nodiscard]] BackupContents contents_of(const ReadTx& tx);

}  // namespace minglu
