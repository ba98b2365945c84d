#include "src/cli/local_node.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <csignal>
#include <thread>
#include <utility>

#include "src/cli/passphrases.hpp"
#include "src/net/local_client.hpp"
#include "src/node/config.hpp"
#include "src/node/init.hpp"
#include "src/node/key_passphrase.hpp"
#include "src/node/lock.hpp"
#include "src/node/logging.hpp"
#include "src/node/node.hpp"
#include "src/node/restore.hpp"
#include "src/node/version.hpp"

namespace minglu::cli {

namespace {

class SocketBackend final : public Backend {
public:
    explicit SocketBackend(const std::filesystem::path& socket) : client_(socket) {}
    Result<HttpResponse> call(const HttpRequest& request, const Sink* sink) override {
        return sink == nullptr ? client_.call(request) : client_.call(request, *sink);
    }

private:
    LocalClient client_;
};

class InProcessBackend final : public Backend {
public:
    InProcessBackend(std::unique_ptr<Node> node, std::filesystem::path spool)
        : node_(std::move(node)), spool_(std::move(spool)) {}
    Result<HttpResponse> call(const HttpRequest& request, const Sink* sink) override {
        return call_in_process(node_->api(), request, sink, spool_);
    }

private:
    std::unique_ptr<Node> node_;
    std::filesystem::path spool_;
};

/// Stops the node when a signal asks for it. Both signals are blocked in every thread, so that only this one sees them.
class StopOnSignal {
public:
    StopOnSignal(Node& node, const sigset_t& signals)
        : thread_([&node, signals] {
              int signal = 0;
              sigwait(&signals, &signal);
              node.stop();
          }) {}
    ~StopOnSignal() {
        // The thread waits for the signal and is not ended by it; pending when the thread has ended: no harm.
        pthread_kill(thread_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
        thread_.join();
    }
    StopOnSignal(const StopOnSignal&) = delete;
    StopOnSignal& operator=(const StopOnSignal&) = delete;

private:
    std::thread thread_;
};

sigset_t block_stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

/// None for keys that are plain: nobody is asked in vain, and keys made anew are plain, too.
Result<Passphrase> passphrase_of_keys(const NodeConfig& config, const Place& place) {
    const DataPaths paths(config.data);
    if (!keys_are_encrypted(paths)) return Passphrase();
    auto passphrase = read_passphrase(place.passphrase, config.keys);
    if (!passphrase || passphrase->is_given()) return passphrase;
    return fail({ErrorCode::unauthenticated,
                 "the keys are kept under a passphrase, and none was given; the configuration that was read, " +
                     config.file.string() + ", names none",
                 paths.signing_key.parent_path().string(),
                 "name the service's configuration, as in --config /etc/minglu/minglu.toml, or set "
                 "keys.passphrase_file in this one; or give --passphrase-file FILE or --passphrase-fd N"});
}

/// After a crash a command may have opened the node before its service is back: it is soon done. A service that runs
/// already has its socket there.
void wait_for_command(const NodeConfig& config) {
    constexpr std::chrono::seconds wait_max{30};
    const DataPaths paths(config.data);
    if (!server_is_running(config.data) || std::filesystem::exists(paths.socket)) return;
    set_up_logging(config.log, config.node);
    spdlog::warn("a command has the data directory open, waiting for it to end");
    wait_until_free(paths, wait_max);
}

}  // namespace

Result<std::unique_ptr<Backend>> LocalNode::connect(const Place& place) {
    const auto config = load_config(place.data, place.config);
    if (!config) return fail(config.error());
    const DataPaths paths(config->data);
    if (server_is_running(config->data)) {
        if (!std::filesystem::exists(paths.socket))
            return fail({ErrorCode::busy, "another command holds the data directory", config->data.string(),
                         "wait until it has ended"});
        return std::make_unique<SocketBackend>(paths.socket);
    }
    const auto passphrase = passphrase_of_keys(*config, place);
    if (!passphrase) return fail(passphrase.error());
    LogConfig log = config->log;
    if (log.level == "debug" || log.level == "info") log.level = "warn";  // a command speaks for itself
    set_up_logging(log, config->node);
    auto node = Node::open(*config, *passphrase);
    if (!node) return fail(node.error());
    return std::make_unique<InProcessBackend>(std::move(*node), paths.spool);
}

Result<std::string> LocalNode::init(const NewNode& node) {
    InitOptions options;
    options.data_dir = node.data;
    options.node = node.node;
    options.name = node.name;
    options.suite = node.suite;
    options.sync_url = node.sync_url;
    options.http_listen = node.http_listen;
    options.peer_listen = node.peer_listen;
    options.open_reads = node.open_reads;
    options.keys = node.keys;
    auto passphrase = node.keys.empty() ? read_new_passphrase(node.passphrase) : read_passphrase(node.passphrase, {});
    if (!passphrase) return fail(passphrase.error());
    options.passphrase = *std::move(passphrase);
    return init_node(options);
}

Result<void> LocalNode::serve(const Place& place, const std::function<void(const Listening&)>& on_ready) {
    const auto config = load_config(place.data, place.config);
    if (!config) return fail(config.error());
    const auto passphrase = passphrase_of_keys(*config, place);
    if (!passphrase) return fail(passphrase.error());
    wait_for_command(*config);
    const sigset_t signals = block_stop_signals();
    auto node = Node::open(*config, *passphrase);
    if (!node) return fail(node.error());
    if (!passphrase->is_given() && (is_named(place.passphrase) || !config->keys.passphrase_file.empty())) {
        set_up_logging(config->log, config->node);
        spdlog::warn("a passphrase is configured, and the keys are plain: see minglu key passphrase");
    }
    const StopOnSignal stop(**node, signals);
    return (*node)->serve([&](const Doors& doors) { on_ready({doors.officer, doors.peer, doors.socket}); });
}

Result<void> LocalNode::restore(const BackupChoice& backup, const Place& place, const Asker& by) {
    const RestoredBy restored_by{by.actor, local_user(), by.case_number};
    const IfDamaged if_damaged = backup.damaged ? IfDamaged::take : IfDamaged::refuse;
    if (!place.config) return restore_node(backup.file, place.data, restored_by, if_damaged);
    const auto config = load_config(place.data, place.config);
    if (!config) return fail(config.error());
    return restore_node(backup.file, config->data, restored_by, if_damaged);
}

Result<void> LocalNode::change_passphrase(const Place& place, const std::optional<PassphraseFrom>& to) {
    const auto config = load_config(place.data, place.config);
    if (!config) return fail(config.error());
    const auto from = passphrase_of_keys(*config, place);
    if (!from) return fail(from.error());
    const auto next = to ? read_new_passphrase(*to) : Passphrase();
    if (!next) return fail(next.error());
    return change_key_passphrase(DataPaths(config->data), *from, *next);
}

std::string LocalNode::version() const {
    return std::string(program_version);
}

}  // namespace minglu::cli
