// Fuzz target: a request as it comes off the wire, its head, framing, coding and body, to both interfaces of a node,
// that of officers and that of peers: it is refused or answered, and the answer is what its status and media type say.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "src/http/server_body.hpp"
#include "src/http/sync_api.hpp"
#include "sync/evidence_office.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/api_node.hpp"
#include "tests/support/fixed_key.hpp"

namespace minglu::test {

namespace {

constexpr std::size_t body_bytes_max = 64 * 1024;
constexpr std::size_t memory_bytes_max = 4 * 1024;

/// Node cq with three entries, and sc as its pinned peer.
class Answering {
public:
    Answering() {
        write_three(node_);
        const NodeId sc{"sc"};
        node_.replica.write_local([&](WriteTx& tx) {
            tx.put_peer({sc, fixed_card(sc, *fixed_key(sc.value())), "", false, clock_.now()});
        });
        node_.services.random_bytes = [](std::size_t count) { return std::string(count, 'r'); };
    }
    [[nodiscard]] HttpResponse answer(const HttpRequest& request) const {
        if (request.path.starts_with("/sync/")) return peers_(request);
        auto refused = api_.turn_away(request);
        return refused ? *std::move(refused) : api_.handle(request);
    }

private:
    HandClock clock_;
    TestNode node_{"cq", clock_};
    EvidenceOffice evidence_{node_.replica, *node_.store, *node_.key, clock_, node_.card};
    OfficerApi api_ = make_api(node_.services, evidence_);
    HttpHandler peers_ = make_sync_api(node_.services, [](const Hash&) { return NodeId{"sc"}; });
};

/// One end of a connection whose other end has been closed.
int closed_connection() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    ::close(ends[1]);
    return ends[0];
}

/// As the server does it; none when it is refused before anybody answers.
std::optional<HttpRequest> receive(std::string_view bytes, SpoolFile& spool) {
    HttpLimits limits;
    limits.body = {"/", body_bytes_max, memory_bytes_max};
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    auto head = parse_head(bytes.substr(0, end + 4), limits);
    if (!head || !check_body(*head, limits)) return std::nullopt;
    HttpRequest request = head->request;
    if (!head->has_body()) return request;
    const HandClock clock;
    ClientWaits waits(clock);
    Channel channel(closed_connection(), nullptr);
    const AwaitedClient client(channel, waits, "client");
    std::string ahead(bytes.substr(end + 4));
    Inflow inflow(channel, client, ahead, limits, clock);
    if (!read_body(*head, inflow, limits, request, spool)) return std::nullopt;
    require(request.body.size() <= memory_bytes_max, "a large body is not kept in memory");
    require(request.body.empty() || request.body_file.empty(), "a body is in one place");
    return request;
}

void check(const HttpResponse& response) {
    require(response.status >= 200 && response.status < 600 && response.status != 500, "it is answered");
    const std::string body = whole_body(response);
    const bool is_json = response.content_type.starts_with("application/json") ||
                         response.content_type.starts_with("application/problem+json");
    if (!is_json) return;
    const auto json = nlohmann::json::parse(body, nullptr, false);
    require(!json.is_discarded(), "an answer in JSON is JSON");
    if (response.status >= 400) require(json.contains("code"), "a refusal has a code");
}

}  // namespace

bool fuzz_request(std::string_view bytes) {
    SpoolFile spool;
    auto request = receive(bytes, spool);
    if (!request) return false;
    request->local = !request->headers.contains("authorization");
    request->remote = "127.0.0.1";
    request->client_spki = Hash{};
    request->gone = [] { return true; };
    static const Answering reading;
    // What writes is answered by a node of its own, so that each input stands alone.
    std::optional<Answering> writing;
    if (request->method != "GET" && request->method != "HEAD") writing.emplace();
    const HttpResponse response = (writing ? *writing : reading).answer(*request);
    check(response);
    return response.status < 400;
}

}  // namespace minglu::test
