#include "src/node/init.hpp"

#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "src/crypto/secret_file.hpp"
#include "src/crypto/signing_key.hpp"
#include "src/crypto/tls_identity.hpp"
#include "src/node/config.hpp"
#include "src/node/database_file.hpp"
#include "src/node/leftovers.hpp"
#include "src/node/lock.hpp"
#include "src/node/system.hpp"
#include "src/store/sqlite/sqlite_store.hpp"
#include "sync/card.hpp"
#include "sync/replica.hpp"

namespace minglu {

namespace {

/// The host of https://host:port, for the certificate; localhost where there is none.
std::string host_of(const std::string& url) {
    const auto start = url.find("://");
    if (start == std::string::npos) return "localhost";
    std::string host = url.substr(start + 3, url.find('/', start + 3) - start - 3);
    if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.find(':'));
}

Result<void> make_directories(const DataPaths& paths, const std::filesystem::path& data) {
    std::error_code error;
    for (const auto& directory : {data, paths.signing_key.parent_path(), paths.spool}) {
        std::filesystem::create_directories(directory, error);
        if (error)
            return fail({ErrorCode::io, "cannot make the directory: " + error.message(), directory.string(),
                         "choose a directory that you may write to"});
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
    }
    return {};
}

NodeConfig new_config(const InitOptions& options) {
    NodeConfig config;
    config.node = options.node;
    config.name = options.name;
    config.http.listen = options.http_listen;
    config.http.open_reads = options.open_reads;
    config.peer.listen = options.peer_listen;
    config.peer.url = options.sync_url;
    return config;
}

/// What the mark of an init says when there was no configuration before: only then is it ours to remove.
constexpr std::string_view with_config = "with configuration\n";

/// Whether the directory holds a node, or what passed for one: a lost database is restored, not made anew.
bool holds_node(const DataPaths& paths) {
    return std::filesystem::exists(paths.database) || std::filesystem::exists(paths.signing_key);
}

bool is_half_made(const DataPaths& paths) {
    return std::filesystem::exists(paths.unfinished_init);
}

/// Nobody has seen anything of that node: its fingerprint is told last.
Result<void> remove_half_made(const DataPaths& paths) {
    const auto mark = read_secret_file(paths.unfinished_init);
    if (!mark) return tl::unexpected(mark.error());
    std::vector<std::filesystem::path> files{paths.signing_key, paths.tls_certificate, paths.tls_key, paths.card};
    for (const auto& part : parts_of(paths.database)) files.push_back(part);
    if (*mark == with_config) files.push_back(paths.config);
    for (const auto& file : files)
        if (auto removed = remove_file(file); !removed) return removed;
    return remove_leftovers(paths);
}

/// A configuration that an operator has put here is that of the node to be.
Result<void> check_config(const InitOptions& options, const DataPaths& paths) {
    if (!std::filesystem::exists(paths.config)) return {};
    if (is_half_made(paths) && read_secret_file(paths.unfinished_init).value_or("") == with_config) return {};
    const auto config = load_config(options.data_dir, paths.config);
    if (!config) return tl::unexpected(config.error());
    if (config->node == options.node) return {};
    return fail(
        {ErrorCode::bad_value,
         "the configuration is that of node " + config->node.value() + ", and --node says " + options.node.value(),
         paths.config.string(), "set node.id to " + options.node.value() + ", or remove the file"});
}

/// From here until `make_node` is through, the directory is no node.
Result<void> mark_unfinished(const DataPaths& paths) {
    if (is_half_made(paths)) return remove_half_made(paths);
    return write_secret_file(paths.unfinished_init, std::filesystem::exists(paths.config) ? "" : with_config,
                             IfExists::refuse);
}

struct NodeKeys {
    std::unique_ptr<SigningKey> signing;
    TlsIdentity tls;
};

Result<NodeKeys> new_keys(const InitOptions& options, UnixMs now) {
    auto tls = generate_tls_identity(options.node, {host_of(options.sync_url)}, now);
    if (!tls) return tl::unexpected(tls.error());
    return NodeKeys{generate_signing_key(options.suite), *std::move(tls)};
}

/// Those of a node whose database is lost. Which of two signing keys its log went on with, the database knew alone.
Result<NodeKeys> surviving_keys(const InitOptions& options) {
    const DataPaths names("");
    const auto at = [&](const std::filesystem::path& file) { return options.keys / file.filename(); };
    if (std::filesystem::exists(at(names.next_signing_key)))
        return fail(
            {ErrorCode::bad_value, "a change of the signing key was under way when these keys were left",
             at(names.next_signing_key).string(),
             "ask a peer how often the key was changed (minglu peer list): if the last change came through, give "
             "this file the name sign.pem, else remove it"});
    auto signing = load_signing_key(at(names.signing_key), options.passphrase);
    if (!signing) return tl::unexpected(signing.error());
    auto tls = load_tls_identity(at(names.tls_certificate), at(names.tls_key), options.passphrase);
    if (!tls) return tl::unexpected(tls.error());
    return NodeKeys{*std::move(signing), *std::move(tls)};
}

Result<void> save_keys(const NodeKeys& keys, const DataPaths& paths, const Passphrase& passphrase) {
    if (auto saved = save_signing_key(*keys.signing, paths.signing_key, IfExists::refuse, passphrase); !saved)
        return saved;
    return save_tls_identity(keys.tls, paths.tls_certificate, paths.tls_key, IfExists::refuse, passphrase);
}

Result<std::string> make_node(const InitOptions& options, const DataPaths& paths, const NodeKeys& keys) {
    const SystemClock clock;
    SystemRandom random;
    const SigningKey& key = *keys.signing;
    const auto spki = spki_sha256_of_certificate(keys.tls.certificate_pem);
    if (!spki) return tl::unexpected(spki.error());
    Card card{options.node, options.name, key.suite(), key.public_key(), *spki, options.sync_url, clock.now()};
    std::string card_text;
    try {
        card_text = make_card(card, key);
    } catch (const std::invalid_argument& fault) {
        return fail({ErrorCode::bad_value, fault.what(), "", "give another name or address"});
    }
    if (auto saved = save_keys(keys, paths, options.passphrase); !saved) return tl::unexpected(saved.error());
    if (auto saved = write_secret_file(paths.card, card_text, IfExists::replace); !saved)
        return tl::unexpected(saved.error());
    if (!std::filesystem::exists(paths.config))
        if (auto saved = write_secret_file(paths.config, config_text(new_config(options)), IfExists::refuse); !saved)
            return tl::unexpected(saved.error());
    if (auto begun = write_secret_file(paths.database, "", IfExists::refuse); !begun)
        return tl::unexpected(begun.error());
    try {
        const auto store = open_sqlite_store(paths.database);
        const Replica first_log(options.node, *store, key, clock, random);
    } catch (const StoreFault& fault) {
        return fail({fault.code(), fault.what(), paths.database.string(), "mend the cause and repeat minglu init"});
    }
    return fingerprint(card);
}

}  // namespace

Result<void> check_not_half_made(const std::filesystem::path& data_dir) {
    if (!is_half_made(DataPaths(data_dir))) return {};
    return fail({ErrorCode::not_found, "a minglu init was broken off here, there is no node yet", data_dir.string(),
                 "repeat it; it begins anew"});
}

Result<std::string> init_node(const InitOptions& options) {
    const DataPaths paths(options.data_dir);
    if (holds_node(paths) && !is_half_made(paths))
        return fail(
            {ErrorCode::already_exists, "there is a node already", options.data_dir.string(),
             "choose an empty directory; a node is never initialised twice. Where only its keys are left, move the "
             "directory aside and name them with --keys"});
    if (auto checked = check_config(options, paths); !checked) return tl::unexpected(checked.error());
    if (auto made = make_directories(paths, options.data_dir); !made) return tl::unexpected(made.error());
    const auto lock = DataLock::take(paths.lock);
    if (!lock) return tl::unexpected(lock.error());
    // First: keys that do not open leave nothing behind.
    const auto keys = options.keys.empty() ? new_keys(options, SystemClock().now()) : surviving_keys(options);
    if (!keys) return tl::unexpected(keys.error());
    if (auto marked = mark_unfinished(paths); !marked) return tl::unexpected(marked.error());
    auto fingerprint = make_node(options, paths, *keys);
    if (!fingerprint) return fingerprint;
    if (auto finished = remove_file(paths.unfinished_init); !finished) return tl::unexpected(finished.error());
    return fingerprint;
}

}  // namespace minglu
