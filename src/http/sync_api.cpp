#include "src/http/sync_api.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <mutex>

#include "src/http/media_type.hpp"
#include "src/http/problem.hpp"
#include "src/http/record_exchange.hpp"

namespace minglu {

namespace {

constexpr std::string_view json_type = "application/json";

/// Who waits. Entering ends the wait of the same peer that began before.
class LongPolls {
public:
    struct Place {
        std::uint64_t turn = 0;
        bool may_wait = false;
    };
    Place enter(const NodeId& peer) {
        const std::scoped_lock lock(mutex_);
        const bool replaces = turns_.count(peer) > 0;
        const bool may_wait = replaces || turns_.size() < long_polls_max;
        if (may_wait) turns_[peer] = ++last_turn_;
        return {may_wait ? last_turn_ : 0, may_wait};
    }
    [[nodiscard]] bool is_over(const NodeId& peer, std::uint64_t turn) const {
        const std::scoped_lock lock(mutex_);
        const auto found = turns_.find(peer);
        return found == turns_.end() || found->second != turn;
    }
    void leave(const NodeId& peer, std::uint64_t turn) {
        const std::scoped_lock lock(mutex_);
        const auto found = turns_.find(peer);
        if (found != turns_.end() && found->second == turn) turns_.erase(found);
    }

private:
    mutable std::mutex mutex_;
    std::map<NodeId, std::uint64_t> turns_;
    std::uint64_t last_turn_ = 0;
};

class SyncApi {
public:
    SyncApi(Services& services, std::function<std::optional<NodeId>(const Hash&)> peer_of)
        : services_(services), peer_of_(std::move(peer_of)) {}

    HttpResponse handle(const HttpRequest& request) {
        const auto peer = request.client_spki ? peer_of_(*request.client_spki) : std::nullopt;
        if (!peer) return not_pinned();
        try {
            return route(request, *peer);
        } catch (const CommitUnknown&) {
            throw;
        } catch (const StoreFault& fault) {
            HttpResponse response = problem(503, {fault.code(), fault.what(), "", "ask again later"});
            response.headers.emplace("Retry-After", "30");
            return response;
        }
    }

private:
    static HttpResponse not_pinned() {
        return problem(
            {ErrorCode::not_allowed, "no peer is pinned here with this certificate's key", "", "exchange cards again"});
    }

    /// A paused peer is not asked for records, so neither are those taken that it brings.
    [[nodiscard]] bool is_paused(const NodeId& node) const {
        const auto peers = services_.store.read()->peers();
        return std::any_of(peers.begin(), peers.end(),
                           [&](const PeerRow& peer) { return peer.node == node && peer.paused; });
    }

    static HttpResponse paused() {
        HttpResponse response =
            problem(503, {ErrorCode::busy, "records of this node are not taken now: it is paused here", "",
                          "bring them again later; ask the other organisation if it stays"});
        response.headers.emplace("Retry-After", "60");
        return response;
    }

    HttpResponse route(const HttpRequest& request, const NodeId& peer) {
        const bool get = request.method == "GET";
        const bool post = request.method == "POST";
        if (request.path == "/sync/v1/records" && get) return records(request, peer);
        if (request.path == "/sync/v1/records" && post)
            return is_paused(peer) ? paused() : take_bundle(request, services_.exchange, peer);
        if (request.path == "/sync/v1/records") return wrong_method(request, "GET, POST");
        const bool known =
            request.path == "/sync/v1/node" || request.path == "/sync/v1/proof" || request.path == "/sync/v1/trie";
        if (!known) {
            return problem({ErrorCode::not_found, "nothing is served under this path", request.path,
                            "protocol versions spoken here: " + std::to_string(protocol_version)});
        }
        if (!get) return wrong_method(request, "GET");
        if (!accepts(header(request, "accept"), json_type, "")) return not_acceptable(std::string(json_type));
        if (request.path == "/sync/v1/node") return uncached(std::string(json_type), services_.exchange.node_json());
        return request.path == "/sync/v1/proof" ? proof(request) : trie(request);
    }

    static HttpResponse wrong_method(const HttpRequest& request, const std::string& allow) {
        HttpResponse response = problem(405, {ErrorCode::bad_request, "this path does not take " + request.method,
                                              request.path, "it takes " + allow});
        response.headers.emplace("Allow", allow);
        return response;
    }

    HttpResponse records(const HttpRequest& request, const NodeId& peer) {
        if (auto refused = refuse_accept(request)) return *std::move(refused);
        const auto wanted = bundle_request(request);
        if (!wanted) return problem(wanted.error());
        const auto wait_s = integer_parameter(request, "wait_s", 0, 0, std::numeric_limits<std::int32_t>::max());
        if (!wait_s) return problem(wait_s.error());
        const LongPolls::Place place = *wait_s > 0 ? polls_.enter(peer) : LongPolls::Place{};
        const auto leave = [&](const LongPolls::Place* left) { polls_.leave(peer, left->turn); };
        const std::unique_ptr<const LongPolls::Place, decltype(leave)> guard(&place, leave);
        auto bundle = services_.exchange.records(*wanted, place.may_wait ? std::min(*wait_s, long_poll_max_s) : 0,
                                                 [&] { return is_gone(request) || polls_.is_over(peer, place.turn); });
        // A peer that was removed while it waited is told nothing any more.
        if (peer_of_(*request.client_spki) != peer) return not_pinned();
        if (bundle) return uncached(bundle_type(), *std::move(bundle));
        HttpResponse response;
        response.status = 204;
        if (*wait_s > 0 && !place.may_wait) response.headers.emplace("Retry-After", "5");
        return response;
    }

    HttpResponse proof(const HttpRequest& request) const {
        const auto log_text = text_parameter(request, "log");
        if (!log_text) return problem(log_text.error());
        const auto log = parse_log_id(*log_text);
        if (!log) return problem(in_parameter(log.error(), "log"));
        const auto from = integer_parameter(request, "from", 0, 0, json_integer_max);
        const auto to = integer_parameter(request, "to", -1, 0, json_integer_max);
        for (const auto* value : {&from, &to})
            if (!*value) return problem(value->error());
        const Seq start{static_cast<std::uint64_t>(*from)};
        auto path = *to < 0 ? services_.exchange.proof_to_head(*log, start)
                            : services_.exchange.proof(*log, start, Seq{static_cast<std::uint64_t>(*to)});
        if (!path) return problem(path.error());
        return uncached(std::string(json_type), *std::move(path));
    }

    /// The trie changes with its root alone, so the root before the step is its tag.
    HttpResponse trie(const HttpRequest& request) const {
        const auto key = text_parameter(request, "key");
        if (!key) return problem(key.error());
        if (!key->empty()) return uncached(std::string(json_type), services_.exchange.leaf(EntryKey{*key}));
        const auto prefix = text_parameter(request, "prefix");
        if (!prefix) return problem(prefix.error());
        const std::string etag = "\"" + to_hex(bytes_of(services_.replica.standing().state_root)) + "\"";
        HttpResponse response;
        if (header(request, "if-none-match") == etag) {
            response.status = 304;
        } else {
            auto step = services_.exchange.trie(*prefix);
            if (!step) return problem(step.error());
            response = uncached(std::string(json_type), *std::move(step));
            response.headers.erase("Cache-Control");
            response.headers.emplace("Cache-Control", "no-cache");
        }
        response.headers.emplace("ETag", etag);
        return response;
    }

    Services& services_;
    std::function<std::optional<NodeId>(const Hash&)> peer_of_;
    LongPolls polls_;
};

}  // namespace

HttpHandler make_sync_api(Services& services, std::function<std::optional<NodeId>(const Hash& spki)> peer_of) {
    const auto api = std::make_shared<SyncApi>(services, std::move(peer_of));
    return [api](const HttpRequest& request) { return api->handle(request); };
}

}  // namespace minglu
