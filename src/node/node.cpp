#include "src/node/node.hpp"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "src/audit/audit_trail.hpp"
#include "src/crypto/random.hpp"
#include "src/crypto/signing_key.hpp"
#include "src/crypto/tls_identity.hpp"
#include "src/http/api/routes.hpp"
#include "src/http/server.hpp"
#include "src/http/sync_api.hpp"
#include "src/imports/import_jobs.hpp"
#include "src/lookalikes/lookalikes.hpp"
#include "src/node/backup.hpp"
#include "src/node/card_file.hpp"
#include "src/node/data_check.hpp"
#include "src/node/database_file.hpp"
#include "src/node/init.hpp"
#include "src/node/leftovers.hpp"
#include "src/node/lock.hpp"
#include "src/node/logging.hpp"
#include "src/node/peer_links.hpp"
#include "src/node/scrub_thread.hpp"
#include "src/node/signing_keys.hpp"
#include "src/node/system.hpp"
#include "src/node/version.hpp"
#include "src/store/sqlite/sqlite_store.hpp"
#include "sync/evidence_office.hpp"
#include "sync/exchange.hpp"
#include "sync/verify.hpp"

namespace minglu {

namespace {

constexpr int exit_commit_unknown = 70;  // EX_SOFTWARE of sysexits.h: the service manager starts us again
constexpr std::size_t import_bytes_max = std::size_t{1} << 30;
constexpr std::size_t check_bytes_max = std::size_t{32} << 20;
/// Descriptors kept for the store, calls to peers, spooled files and the like.
constexpr std::size_t descriptors_reserved = 192;
constexpr std::size_t doors_max = 3;

/// What each door may hold, so that no crowd at one of them leaves the others, or the store, without descriptors.
std::size_t connections_max() {
    const std::size_t most = descriptors_max();
    return most > 2 * descriptors_reserved ? (most - descriptors_reserved) / doors_max
                                           : descriptors_reserved / doors_max;
}
constexpr std::chrono::seconds housekeeping_interval{5};

/// Whether a COMMIT happened cannot be known: nobody may be answered from here. The next start reads what the disk has.
[[noreturn]] void leave(const StoreFault& fault) {
    spdlog::critical("the outcome of a commit is unknown, leaving: {}", fault.what());
    std::_Exit(exit_commit_unknown);
}

void on_store_fault(const StoreFault& fault) {
    if (dynamic_cast<const CommitUnknown*>(&fault) != nullptr) leave(fault);
    spdlog::error("store: {}", fault.what());
}

Result<TcpAddress> parse_listen(const std::string& text, const char* key) {
    const auto colon = text.rfind(':');
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const std::string digits = colon == std::string::npos ? "" : text.substr(colon + 1);
    const bool number =
        !digits.empty() && digits.size() <= 5 && digits.find_first_not_of("0123456789") == std::string::npos;
    if (host.empty() || !number || std::stoi(digits) > 65535)
        return fail(
            {ErrorCode::bad_value, "'" + text + "' is not an address", key, "write address:port, e.g. 127.0.0.1:8080"});
    return TcpAddress{host, static_cast<std::uint16_t>(std::stoi(digits))};
}

bool is_loopback(const std::string& address) {
    return address.starts_with("127.") || address == "::1";
}

SqliteOptions store_options(const NodeConfig& config) {
    SqliteOptions options;
    options.reindexing = [config](std::int64_t done, std::int64_t total) {
        set_up_logging(config.log, config.node);  // a command may have opened the node: its output is not ours
        spdlog::info("search index of an older version: {} of {} made anew", done, total);
    };
    return options;
}

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

class Node::Impl {
public:
    Impl(NodeConfig config, DataLock lock, std::unique_ptr<Store> store, std::unique_ptr<SigningKey> key,
         TlsIdentity tls, Passphrase passphrase)
        : config_(std::move(config)),
          paths_(config_.data),
          lock_(std::move(lock)),
          keys_(one_key(std::move(key))),
          tls_(std::move(tls)),
          passphrase_(std::move(passphrase)),
          store_(std::move(store)),
          replica_(config_.node, *store_, *keys_.front(), clock_, random_, &beside_,
                   static_cast<std::uint64_t>(config_.sync.log_bytes_per_day_max)),
          exchange_(replica_, *store_, clock_, read_file(paths_.card)),
          lookalikes_(*store_, replica_),
          imports_(paths_.spool, *store_, replica_, clock_, random_, {}, &import_beside_, on_store_fault),
          evidence_(replica_, *store_, *keys_.front(), clock_, read_file(paths_.card)),
          links_(replica_, *store_, clock_, random_, tls_, puller_options(), pusher_options(), on_store_fault),
          audit_(replica_, clock_, audit_options(), on_store_fault),
          scrub_(make_scrub()),
          services_(make_services()),
          api_(make_api(services_, evidence_)) {}

    [[nodiscard]] const HttpHandler& api() const { return in_process_; }

    Result<void> serve(const std::function<void(const Doors&)>& on_ready) {
        set_up_logging(config_.log, config_.node);
        if (auto current = renew_card(); !current) return current;
        Doors doors;
        for (const auto open : {&Impl::open_socket, &Impl::open_officer_door, &Impl::open_peer_door})
            if (auto opened = (this->*open)(doors); !opened) {
                close_doors();
                return opened;
            }
        if (!replica_.agrees_with_own_head())
            spdlog::error("the stored entries do not give the state root of our own head: see minglu incident list");
        if (replica_.read_at_start() > 0)
            spdlog::info("{} records that an earlier program had kept without reading them are read now",
                         replica_.read_at_start());
        links_.start();
        std::unique_ptr<ScrubThread> scrubbing;
        if (scrub_) scrubbing = std::make_unique<ScrubThread>(*scrub_, replica_, on_store_fault);
        spdlog::info("serving: officers {}, peers {}, socket {}", doors.officer, doors.peer, doors.socket);
        on_ready(doors);
        keep_house_until_stopped();
        spdlog::info("stopping");
        replica_.stop_waiting();
        scrubbing.reset();
        links_.stop();
        close_doors();
        spdlog::info("stopped");
        return {};
    }

    void stop() {
        const std::scoped_lock lock(stop_mutex_);
        stopping_ = true;
        stop_wake_.notify_all();
    }

private:
    /// The configuration of the service says name and address; a command may have been given another one.
    Result<void> renew_card() {
        const auto card = bring_card_up_to_date(config_, *keys_.back(), tls_.certificate_pem, clock_.now());
        if (!card) return tl::unexpected(card.error());
        if (*card == exchange_.card()) return {};
        exchange_.set_card(*card);
        evidence_.sign_with(*keys_.back(), *card);
        spdlog::warn(
            "the card says name and address of the configuration now: give it to the partners (minglu peer card)");
        return {};
    }

    PullerOptions puller_options() const {
        PullerOptions options;
        options.wait_s = config_.sync.poll_wait_s;
        options.limit_bytes = static_cast<std::size_t>(config_.sync.bundle_bytes_max);
        return options;
    }

    PusherOptions pusher_options() const {
        PusherOptions options;
        options.idle_ms = config_.sync.poll_wait_s * 1000;
        options.limit_bytes = static_cast<std::size_t>(config_.sync.bundle_bytes_max);
        return options;
    }

    AuditOptions audit_options() const {
        AuditOptions options;
        options.mode = config_.audit.mode == "all" ? AuditMode::of_all : AuditMode::of_cases;
        options.behind_proxy = config_.http.behind_proxy;
        return options;
    }

    Services make_services() {
        return Services{
            config_.node,
            *store_,
            replica_,
            exchange_,
            imports_,
            lookalikes_,
            clock_,
            random_,
            config_.http.open_reads,
            std::string(program_version),
            [this] { return links_.reports(); },
            [this] { links_.refresh(); },
            [this](const NodeId& peer) { return links_.exchange_now(peer); },
            [this](const NodeId& peer) { return links_.compare(peer); },
            [this](const BackupOrder& order, const Progress& progress) { backup(order, progress); },
            [this](const Progress& progress) { return verify_all(progress); },
            [](std::size_t count) { return random_bytes(count); },
            on_store_fault,
            [this](const std::string& actor, const std::string& reason) { return rotate_key(actor, reason); },
            &audit_,
            paths_.spool,
            scrub_ ? std::function<ScrubState()>([this] { return scrub_->state(); }) : nullptr,
        };
    }

    std::unique_ptr<Scrub> make_scrub() {
        if (config_.verify.round_s == 0) return nullptr;
        ScrubOptions options;
        options.round_ms = config_.verify.round_s * 1000;
        const auto check = [this](std::int64_t& part, std::int64_t& after, std::vector<std::string>& findings) {
            CheckPosition at{part, after};
            const bool more = check_sqlite_slice(*store_, at, findings);
            part = at.part;
            after = at.after;
            return more;
        };
        return std::make_unique<Scrub>(*store_, replica_, clock_, check, options);
    }

    static std::vector<std::unique_ptr<SigningKey>> one_key(std::unique_ptr<SigningKey> key) {
        std::vector<std::unique_ptr<SigningKey>> keys;
        keys.push_back(std::move(key));
        return keys;
    }

    /// The new card. Whatever stops this, the next start goes on with the key that the log names.
    Result<std::string> rotate_key(const std::string& actor, const std::string& reason) {
        const std::scoped_lock lock(rotating_);
        auto next = generate_signing_key(keys_.front()->suite());
        if (auto saved = save_signing_key(*next, paths_.next_signing_key, IfExists::replace, passphrase_); !saved)
            return tl::unexpected(saved.error());
        keys_.push_back(std::move(next));  // the replica holds on to it, and to the one before while it signs
        const auto written = replica_.rotate_key(*keys_.back(), actor, reason);
        if (!written) return tl::unexpected(written.error());
        auto card = put_next_key_in_place(paths_, *keys_.back(), clock_.now(), passphrase_);
        if (card) {
            exchange_.set_card(*card);
            evidence_.sign_with(*keys_.back(), *card);
        }
        return card;
    }

    void backup(const BackupOrder& order, const Progress& progress) {
        write_backup(*store_, order.target, config_.node, clock_.now(),
                     order.verify ? CopyCheck::full : CopyCheck::quick, progress);
    }

    std::vector<std::string> verify_all(const Progress& progress) {
        std::vector<std::string> findings = store_->check();
        const auto of_records = verify(*store_->read(), progress);
        findings.insert(findings.end(), of_records.begin(), of_records.end());
        return findings;
    }

    HttpServerOptions door(HttpHandler handler, std::size_t workers, std::size_t body_bytes) const {
        HttpServerOptions options;
        options.handler = std::move(handler);
        options.limits.workers = workers;
        options.limits.body = {"/", body_bytes};
        options.limits.spool_dir = paths_.spool;
        options.limits.connections_max = std::min(options.limits.connections_max, connections_max());
        options.log = [](const std::string& line) { spdlog::warn("{}", line); };
        options.on_fault = on_store_fault;
        return options;
    }

    Result<void> open_door(HttpServerOptions options, std::unique_ptr<HttpServer>& into) {
        into = std::make_unique<HttpServer>(std::move(options), clock_);
        return into->start();
    }

    /// Bodies are JSON, which is taken from memory alone; only lists and bundles go through a file.
    HttpServerOptions api_door(std::int64_t workers) const {
        const auto body_bytes = static_cast<std::size_t>(config_.http.body_bytes_max);
        HttpServerOptions options = door(api_.handle, static_cast<std::size_t>(workers), body_bytes);
        options.turn_away = api_.turn_away;
        options.limits.body.memory_bytes_max = body_bytes;
        options.limits.bodies = {{"/v1/imports", import_bytes_max},
                                 {"/v1/checks", check_bytes_max},
                                 {"/v1/sync/records", bundle_bytes_limit}};
        return options;
    }

    Result<void> open_socket(Doors& doors) {
        HttpServerOptions options = api_door(8);
        options.listen = UnixAddress{paths_.socket};
        doors.socket = paths_.socket.string();
        return open_door(std::move(options), socket_);
    }

    Result<void> open_officer_door(Doors& doors) {
        if (config_.http.listen.empty()) return {};
        const auto address = parse_listen(config_.http.listen, "http.listen");
        if (!address) return tl::unexpected(address.error());
        if (!is_loopback(address->address) && !config_.http.behind_proxy)
            return fail(
                {ErrorCode::not_allowed, address->address + " can be reached from outside", "http.listen",
                 "listen on 127.0.0.1 behind the shipped nginx configuration, or set behind_proxy = true if a proxy "
                 "bounds bodies, headers and slow clients already"});
        HttpServerOptions options = api_door(config_.http.threads);
        options.listen = *address;
        auto opened = open_door(std::move(options), officer_);
        doors.officer = address->address + ":" + std::to_string(officer_->port());
        return opened;
    }

    Result<void> open_peer_door(Doors& doors) {
        if (config_.peer.listen.empty()) return {};
        const auto address = parse_listen(config_.peer.listen, "peer.listen");
        if (!address) return tl::unexpected(address.error());
        const auto peer_of = [this](const Hash& spki) { return links_.peer_of(spki); };
        HttpServerOptions options =
            door(make_sync_api(services_, peer_of), static_cast<std::size_t>(config_.peer.threads) + long_polls_max,
                 bundle_bytes_limit);
        options.listen = *address;
        options.limits.send_buffer_bytes = 0;  // known partners alone are answered, and with much
        options.tls = ServerTls{tls_.certificate_pem, tls_.key_pem,
                                [this](const Hash& spki) { return links_.peer_of(spki).has_value(); }};
        auto opened = open_door(std::move(options), peer_);
        doors.peer = address->address + ":" + std::to_string(peer_->port());
        return opened;
    }

    void close_doors() {
        for (auto* server : {&officer_, &peer_, &socket_})
            if (*server) (*server)->stop();
    }

    /// Only after an interval without a commit, and only until the next one comes: it shares their lock.
    void keep_store(std::uint64_t& seen_revision) {
        const std::uint64_t revision = replica_.standing().revision;
        if (revision == std::exchange(seen_revision, revision))
            while (replica_.standing().revision == revision && store_->upkeep()) {
            }
    }

    void keep_house_until_stopped() {
        std::uint64_t seen_revision = 0;
        std::unique_lock lock(stop_mutex_);
        while (!stop_wake_.wait_for(lock, housekeeping_interval, [&] { return stopping_; })) {
            lock.unlock();
            try {
                replica_.refresh_head();
                replica_.cosign_heads();
                keep_store(seen_revision);
            } catch (const StoreFault& fault) {
                on_store_fault(fault);
            }
            lock.lock();
        }
    }

    NodeConfig config_;
    DataPaths paths_;
    DataLock lock_;
    SystemClock clock_;
    SystemRandom random_;
    BesideThread beside_;
    BesideThread import_beside_;
    std::vector<std::unique_ptr<SigningKey>> keys_;  ///< the last one signs
    std::mutex rotating_;
    TlsIdentity tls_;
    Passphrase passphrase_;  ///< of the key files; none where they are plain
    std::unique_ptr<Store> store_;
    Replica replica_;
    Exchange exchange_;
    Lookalikes lookalikes_;  // before everything that writes
    ImportJobs imports_;
    EvidenceOffice evidence_;
    PeerLinks links_;
    AuditTrail audit_;
    std::unique_ptr<Scrub> scrub_;  ///< none: switched off
    Services services_;
    OfficerApi api_;
    HttpHandler in_process_ = [this](const HttpRequest& request) {
        try {
            return api_.handle(request);
        } catch (const CommitUnknown& fault) {
            leave(fault);
        }
    };
    std::unique_ptr<HttpServer> officer_;
    std::unique_ptr<HttpServer> peer_;
    std::unique_ptr<HttpServer> socket_;

    std::mutex stop_mutex_;
    std::condition_variable stop_wake_;
    bool stopping_ = false;
};

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::open(const NodeConfig& config, const Passphrase& passphrase) {
    const DataPaths paths(config.data);
    if (auto made = check_not_half_made(config.data); !made) return tl::unexpected(made.error());
    if (!std::filesystem::exists(paths.database) && !std::filesystem::exists(paths.signing_key))
        return fail({ErrorCode::not_found, "there is no node", config.data.string(), "make one with minglu init"});
    auto lock = DataLock::take(paths.lock);
    if (!lock) return tl::unexpected(lock.error());
    std::error_code ignored;
    std::filesystem::remove(paths.socket, ignored);  // of a service that was killed: a live one would hold the lock
    if (auto there = check_database_is_there(paths); !there) return tl::unexpected(there.error());
    auto tls = load_tls_identity(paths.tls_certificate, paths.tls_key, passphrase);
    if (!tls) return tl::unexpected(tls.error());
    keep_private(paths.database);
    try {
        auto store = open_sqlite_store(paths.database, store_options(config));
        if (auto belongs = check_belongs(config, *store->read()); !belongs) return tl::unexpected(belongs.error());
        auto key = settle_signing_key(paths, *store->read(), SystemClock().now(), passphrase);
        if (!key) return tl::unexpected(key.error());
        if (const auto removed = remove_leftovers(paths); !removed) {
            set_up_logging(config.log, config.node);
            spdlog::warn("files that may hold a private key could not be removed: {}", describe(removed.error()));
        }
        return std::unique_ptr<Node>(new Node(std::make_unique<Impl>(config, *std::move(lock), std::move(store),
                                                                     *std::move(key), *std::move(tls), passphrase)));
    } catch (const StoreFault& fault) {
        return fail({fault.code(), fault.what(), paths.database.string(), "see the operations guide, restore"});
    }
}

const std::function<HttpResponse(const HttpRequest&)>& Node::api() const {
    return impl_->api();
}

Result<void> Node::serve(const std::function<void(const Doors&)>& on_ready) {
    return impl_->serve(on_ready);
}

void Node::stop() {
    impl_->stop();
}

}  // namespace minglu
