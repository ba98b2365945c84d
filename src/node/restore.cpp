#include "src/node/restore.hpp"

#include <system_error>

#include "src/crypto/secret_file.hpp"
#include "src/node/backup.hpp"
#include "src/node/card_file.hpp"
#include "src/node/config.hpp"
#include "src/node/database_file.hpp"
#include "src/node/init.hpp"
#include "src/node/lock.hpp"
#include "src/node/system.hpp"
#include "src/store/sqlite/sqlite_store.hpp"
#include "sync/audit_chain.hpp"

namespace minglu {

namespace {

Error io_error(const std::error_code& error, const std::filesystem::path& file) {
    const bool full = error == std::errc::no_space_on_device;
    return {full ? ErrorCode::disk_full : ErrorCode::io, error.message(), file.string(), "nothing was replaced"};
}

/// The manifest must describe a backup of this node that this program can read.
Result<BackupManifest> fitting_manifest(const std::filesystem::path& backup, const std::filesystem::path& card_file) {
    auto manifest = read_manifest(backup);
    if (!manifest) return manifest;
    const auto card = read_card_file(card_file);
    if (!card) return tl::unexpected(card.error());
    if (manifest->node != card->node)
        return fail({ErrorCode::bad_value, "a backup of node " + manifest->node.value(), backup.string(),
                     "this directory is that of " + card->node.value() + ": choose one of its backups"});
    if (manifest->schema > newest_schema())
        return fail(
            {ErrorCode::unsupported_version,
             "a backup of program " + manifest->program + ", schema version " + std::to_string(manifest->schema),
             backup.string(), "restore it with that program or a newer one"});
    return manifest;
}

/// Where a restore prepares what takes the place of the database.
std::filesystem::path copy_of(const std::filesystem::path& database) {
    return database.string() + ".restoring";
}

/// Also what a restore that was killed left: SQLite would take its write-ahead log for that of the next copy.
void remove_copy(const std::filesystem::path& copy) {
    std::error_code ignored;
    for (const auto& part : parts_of(copy)) std::filesystem::remove(part, ignored);
}

AuditEntry audit_row(const BackupManifest& manifest, const std::filesystem::path& backup, const RestoredBy& by) {
    AuditEntry row;
    row.at = SystemClock().now();
    row.actor = by.actor;
    row.remote = by.remote;
    row.kind = "restore";
    row.parameters = {"backup=" + backup.filename().string()};
    row.body = to_hex(bytes_of(manifest.sha256));
    row.case_number = by.case_number;
    row.note = "rows between the backup and this one stand in the database that was moved aside, if there was one";
    return row;
}

/// Of a backup that was made without, or by a program that did not: minutes for a million entries.
Result<void> verify_content(Store& store, const BackupManifest& manifest, const std::filesystem::path& backup,
                            IfDamaged if_damaged) {
    if (manifest.verified || if_damaged == IfDamaged::take) return {};
    const auto findings = findings_in(store, {});
    if (findings.empty()) return {};
    return fail(
        {ErrorCode::corrupt, "what it holds is damaged: " + summary_of(findings), backup.string(),
         "choose another backup; where there is none, --damaged takes it all the same: run minglu verify then"});
}

/// Opens a copy of the backup, checks it, and marks it as restored. The copy stands beside the database.
Result<void> prepare(const BackupManifest& manifest, const std::filesystem::path& backup,
                     const std::filesystem::path& copy, const RestoredBy& by, IfDamaged if_damaged) {
    remove_copy(copy);
    std::error_code error;
    std::filesystem::copy_file(backup, copy, error);
    if (error) return fail(io_error(error, backup));
    keep_private(copy);
    if (auto same = check_bytes(manifest, copy); !same) {
        same.error().where = backup.string();
        return same;
    }
    try {
        const auto store = open_sqlite_store(copy);
        if (const auto findings = store->check(); !findings.empty())
            return fail({ErrorCode::corrupt, findings.front(), backup.string(), "choose another backup"});
        if (contents_of(*store->read()) != manifest.contents)
            return fail({ErrorCode::corrupt, "it does not hold what its manifest says", backup.string(),
                         "choose another backup"});
        if (auto sound = verify_content(*store, manifest, backup, if_damaged); !sound) return sound;
        const auto tx = store->write();
        tx->put_setting("open_new_log", "restored");
        append_audit(*tx, std::vector{audit_row(manifest, backup, by)});
        tx->commit();
    } catch (const StoreFault& fault) {
        return fail({fault.code(), fault.what(), backup.string(), "choose another backup"});
    }
    return {};
}

Result<void> move_aside(const std::filesystem::path& database) {
    const std::string suffix = ".before-restore-" + std::to_string(SystemClock().now().value());
    const auto aside = parts_of(database.string() + suffix);
    const auto parts = parts_of(database);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        std::error_code error;
        if (!std::filesystem::exists(parts[i])) continue;
        std::filesystem::rename(parts[i], aside[i], error);
        if (error) return fail(io_error(error, parts[i]));
    }
    return {};
}

}  // namespace

Result<void> remove_unfinished_restore(const std::filesystem::path& database) {
    for (const auto& file : parts_of(copy_of(database))) {
        if (!std::filesystem::exists(file)) continue;
        if (auto removed = remove_file(file); !removed) return removed;
    }
    return {};
}

Result<void> restore_node(const std::filesystem::path& backup, const std::filesystem::path& data_dir,
                          const RestoredBy& by, IfDamaged if_damaged) {
    const DataPaths paths(data_dir);
    if (auto made = check_not_half_made(data_dir); !made) return made;
    for (const auto& needed : {backup, paths.signing_key, paths.card, paths.config})
        if (!std::filesystem::exists(needed))
            return fail({ErrorCode::not_found, "there is no such file", needed.string(),
                         "a restore needs the backup and the node's keys, card and configuration"});
    const auto manifest = fitting_manifest(backup, paths.card);
    if (!manifest) return tl::unexpected(manifest.error());
    const auto lock = DataLock::take(paths.lock);
    if (!lock) return tl::unexpected(lock.error());
    const std::filesystem::path copy = copy_of(paths.database);
    if (auto prepared = prepare(*manifest, backup, copy, by, if_damaged); !prepared) {
        remove_copy(copy);
        return prepared;
    }
    // Closing copies the WAL into the file; where that failed, the mark of the restore would be left behind.
    if (std::filesystem::exists(copy.string() + "-wal"))
        return fail({ErrorCode::disk_full, "the copy of the backup could not be completed", copy.string(),
                     "free space and repeat; nothing was replaced"});
    if (auto moved = move_aside(paths.database); !moved) return moved;
    std::error_code error;
    std::filesystem::rename(copy, paths.database, error);
    if (error) return fail(io_error(error, copy));
    return {};
}

}  // namespace minglu
