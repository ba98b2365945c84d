#include "src/node/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>
#include <utility>

#include "src/crypto/file_hash.hpp"
#include "src/node/database_file.hpp"
#include "src/node/version.hpp"
#include "src/store/sqlite/sqlite_store.hpp"
#include "sync/head.hpp"
#include "sync/state_trie.hpp"
#include "sync/verify.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;

constexpr int manifest_version = 1;

std::string text_of(const BackupManifest& manifest, const std::string& file) {
    const BackupContents& in = manifest.contents;
    Json heads = Json::array();
    for (const auto& [log, note] : in.heads)
        heads.push_back({{"log", log.value()}, {"size", in.vector.at(log).value()}, {"head", note}});
    return Json{{"minglu_backup", manifest_version},
                {"node", manifest.node.value()},
                {"made", to_string(manifest.made)},
                {"made_ms", manifest.made.value()},
                {"program", manifest.program},
                {"schema", manifest.schema},
                {"verified", manifest.verified},
                {"file", file},
                {"bytes", manifest.bytes},
                {"sha256", to_hex(bytes_of(manifest.sha256))},
                {"own_log", in.own_log.value()},
                {"vector", to_string(in.vector)},
                {"state_root", to_hex(bytes_of(in.state_root))},
                {"records", in.records},
                {"entries", in.entries},
                {"heads", std::move(heads)}}
               .dump(1) +
           "\n";
}

std::filesystem::path part_of(const std::filesystem::path& file) {
    return file.string() + ".part";
}

void write_synced(const std::filesystem::path& file, const std::string& text) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool done = descriptor >= 0 && ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                ::fsync(descriptor) == 0;
    if (descriptor >= 0) done = ::close(descriptor) == 0 && done;
    if (!done) throw StoreFault(ErrorCode::io, "cannot write " + file.string() + " (check the disk)");
}

/// A backup before it has its name: whatever is left of it is no backup, and nobody's.
struct Unfinished {
    explicit Unfinished(const std::filesystem::path& target)
        : database(target.string() + ".unfinished"), manifest(part_of(manifest_of(target))) {}
    void remove() const {
        std::error_code ignored;
        for (const auto& file : parts_of(database)) std::filesystem::remove(file, ignored);
        for (const auto& file : parts_of(part_of(database))) std::filesystem::remove(file, ignored);
        std::filesystem::remove(manifest, ignored);
    }
    std::filesystem::path database;
    std::filesystem::path manifest;
};

/// The manifest last: with it the backup is one.
void give_names(const Unfinished& made, const std::filesystem::path& target) {
    try {
        std::filesystem::rename(made.database, target);
        std::filesystem::rename(made.manifest, manifest_of(target));
    } catch (const std::filesystem::filesystem_error& error) {
        std::error_code ignored;
        if (!std::filesystem::exists(made.database)) std::filesystem::remove(target, ignored);
        throw StoreFault(ErrorCode::io, error.what());
    }
    const std::filesystem::path folder = std::filesystem::absolute(target).parent_path();
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!synced) throw StoreFault(ErrorCode::io, "cannot sync " + folder.string() + " (check the disk)");
}

Hash hash_from_hex(const std::string& hex) {
    const auto bytes = from_hex(hex);
    const auto hash = bytes ? to_hash(*bytes) : tl::unexpected(bytes.error());
    if (!hash) throw std::invalid_argument("not a hash: " + hex);
    return *hash;
}

template <class T>
T accept(Result<T> result) {
    if (!result) throw std::invalid_argument(result.error().what);
    return *std::move(result);
}

BackupManifest read(const Json& json) {
    if (json.at("minglu_backup").get<int>() != manifest_version) throw std::invalid_argument("another version");
    BackupManifest manifest;
    manifest.node = accept(parse_node_id(json.at("node").get<std::string>()));
    manifest.made = UnixMs{json.at("made_ms").get<std::int64_t>()};
    manifest.program = json.at("program").get<std::string>();
    manifest.schema = json.at("schema").get<std::int64_t>();
    manifest.verified = json.value("verified", false);
    manifest.bytes = json.at("bytes").get<std::uint64_t>();
    manifest.sha256 = hash_from_hex(json.at("sha256").get<std::string>());
    BackupContents& in = manifest.contents;
    in.own_log = accept(parse_log_id(json.at("own_log").get<std::string>()));
    in.vector = accept(parse_vector(json.at("vector").get<std::string>()));
    in.state_root = hash_from_hex(json.at("state_root").get<std::string>());
    in.records = json.at("records").get<std::uint64_t>();
    in.entries = json.at("entries").get<std::uint64_t>();
    for (const Json& head : json.at("heads"))
        in.heads.emplace_back(accept(parse_log_id(head.at("log").get<std::string>())),
                              head.at("head").get<std::string>());
    return manifest;
}

/// The copy is the store, page by page: what is wrong with it is wrong there.
void check_copy(Store& copy, CopyCheck check, const BackupProgress& progress) {
    const auto findings = check == CopyCheck::full ? findings_in(copy, progress) : copy.check();
    if (findings.empty()) return;
    throw StoreFault(
        ErrorCode::corrupt,
        "the database is damaged, and so would its backup be: " + summary_of(findings) +
            (check == CopyCheck::full
                 ? " (minglu verify names all; mend it first: operations guide, damaged database. A copy of it "
                   "as it is can be kept with --no-verify)"
                 : ""));
}

/// Reads the copy back and describes it. Throws StoreFault when it is not sound.
BackupManifest describe_copy(const std::filesystem::path& target, const NodeId& node, UnixMs now, CopyCheck check,
                             const BackupProgress& progress) {
    BackupManifest manifest;
    manifest.node = node;
    manifest.made = now;
    manifest.program = program_version;
    manifest.schema = newest_schema();
    manifest.verified = check == CopyCheck::full;
    {
        const auto copy = open_sqlite_store(target);
        check_copy(*copy, check, progress);
        const auto tx = copy->read();
        manifest.contents = contents_of(*tx);
        const auto own = tx->log(manifest.contents.own_log);
        const auto head = own ? parse_note(own->head) : fail({ErrorCode::corrupt, "no log of its own", "", ""});
        if (!head || head->head.state != manifest.contents.state_root)
            throw StoreFault(ErrorCode::corrupt,
                             "the backup's state is not the one that its head states (run minglu verify)");
    }
    manifest.bytes = std::filesystem::file_size(target);
    const auto hash = sha256_of_file(target);
    if (!hash) throw StoreFault(hash.error().code, describe(hash.error()));
    manifest.sha256 = *hash;
    return manifest;
}

}  // namespace

std::filesystem::path manifest_of(const std::filesystem::path& backup) {
    return backup.string() + ".manifest.json";
}

BackupContents contents_of(const ReadTx& tx) {
    BackupContents contents;
    for (const LogRow& log : tx.logs()) {
        if (log.own) contents.own_log = log.id;
        contents.vector.raise(log.id, counted(log));
        if (!log.head.empty()) contents.heads.emplace_back(log.id, log.head);
    }
    StateTrie trie;
    tx.visit_leaves([&](EntryNo, const EntryKey& key, const Hash& leaf) { trie.set(key, leaf); });
    contents.state_root = trie.root();
    const StoreCounts counts = tx.counts();
    contents.records = counts.records;
    contents.entries = counts.entries;
    return contents;
}

std::vector<std::string> findings_in(Store& copy, const BackupProgress& progress) {
    std::vector<std::string> findings = copy.check();
    for (std::string& finding : verify(*copy.read(), progress)) findings.push_back(std::move(finding));
    return findings;
}

std::string summary_of(const std::vector<std::string>& findings) {
    constexpr std::size_t named_max = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(findings.size(), named_max); ++i) text += (i == 0 ? "" : "; ") + findings[i];
    if (findings.size() > named_max) text += "; " + std::to_string(findings.size() - named_max) + " more";
    return text;
}

void write_backup(Store& store, const std::filesystem::path& target, const NodeId& node, UnixMs now, CopyCheck check,
                  const BackupProgress& progress) {
    const Unfinished made(target);
    std::error_code ignored;
    // Killed between its two names: what has no manifest yet has the one that was to come beside it.
    if (!std::filesystem::exists(manifest_of(target)) && std::filesystem::exists(made.manifest))
        std::filesystem::remove(target, ignored);
    for (const auto& file : {manifest_of(target), target})
        if (std::filesystem::exists(file))
            throw StoreFault(ErrorCode::already_exists, file.string() + " is there already (name another file)");
    made.remove();
    try {
        backup_sqlite_store(store, made.database, [&](int done, int total) {
            if (progress) progress(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total));
        });
        const BackupManifest copied = describe_copy(made.database, node, now, check, progress);
        write_synced(made.manifest, text_of(copied, target.filename().string()));
        give_names(made, target);
    } catch (...) {
        made.remove();
        throw;
    }
}

Result<BackupManifest> read_manifest(const std::filesystem::path& backup) {
    const std::filesystem::path file = manifest_of(backup);
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return fail({ErrorCode::not_found, "the backup has no manifest", file.string(),
                     "copy it along with the backup; minglu backup writes both"});
    std::ostringstream text;
    text << in.rdbuf();
    try {
        return read(Json::parse(text.str()));
    } catch (const std::exception& fault) {
        return fail({ErrorCode::malformed, std::string("no manifest of a backup: ") + fault.what(), file.string(),
                     "choose another backup"});
    }
}

Result<void> check_bytes(const BackupManifest& manifest, const std::filesystem::path& file) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(file, error);
    const auto hash = sha256_of_file(file);
    if (!hash) return tl::unexpected(hash.error());
    if (!error && bytes == manifest.bytes && *hash == manifest.sha256) return {};
    return fail({ErrorCode::corrupt, "it is not the file that its manifest describes: other bytes", file.string(),
                 "choose another backup; this one was damaged or changed after it was made"});
}

}  // namespace minglu
