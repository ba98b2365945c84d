#include "tests/simulation/network.hpp"

#include <array>
#include <charconv>
#include <stdexcept>

namespace minglu::simulation {

namespace {

constexpr std::string_view records_path = "/sync/v1/records?";
constexpr std::string_view proof_path = "/sync/v1/proof?";
constexpr std::string_view trie_path = "/sync/v1/trie?prefix=";

std::string_view parameter(std::string_view path, std::string_view name) {
    std::string_view query = path.substr(path.find('?') + 1);
    while (!query.empty()) {
        const std::string_view item = query.substr(0, query.find('&'));
        if (item.starts_with(name) && item.substr(name.size()).starts_with('=')) return item.substr(name.size() + 1);
        query.remove_prefix(std::min(query.size(), item.size() + 1));
    }
    throw std::logic_error("no parameter " + std::string(name) + " in " + std::string(path));
}

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) throw std::logic_error("not a number");
    return value;
}

std::set<LogId> logs_in(std::string_view text) {
    std::set<LogId> logs;
    while (!text.empty()) {
        const std::string_view item = text.substr(0, text.find(','));
        logs.insert(parse_log_id(item).value());
        text.remove_prefix(std::min(text.size(), item.size() + 1));
    }
    return logs;
}

}  // namespace

PeerAnswer answer_of(Exchange& exchange, const NodeId& from, const PeerRequest& request) {
    const std::string_view path = request.path;
    if (path == "/sync/v1/node") return {200, "application/json", exchange.node_json(), 0, 0};
    if (request.method == "POST" && path == "/sync/v1/records") {
        const auto brought = exchange.push(request.body, from);
        if (!brought) return {400, "application/problem+json", R"({"detail":"no bundle"})", 0, 0};
        return {brought->refusal ? 422 : 200, "application/json", brought->json, 0, 0};
    }
    if (path.starts_with(proof_path)) {
        const auto proof = exchange.proof_to_head(parse_log_id(parameter(path, "log")).value(),
                                                  Seq{static_cast<std::uint64_t>(number(parameter(path, "from")))});
        if (!proof) return {404, "application/problem+json", R"({"detail":"no proof"})", 0, 0};
        return {200, "application/json", *proof, 0, 0};
    }
    if (path.starts_with(trie_path)) {
        const auto step = exchange.trie(path.substr(trie_path.size()));
        if (!step) return {404, "application/problem+json", R"({"detail":"nothing there"})", 0, 0};
        return {200, "application/json", *step, 0, 0};
    }
    // What a node says of one key is for people who compare; no run needs it.
    if (path.starts_with("/sync/v1/trie?key="))
        return {404, "application/problem+json", R"({"detail":"not told"})", 0, 0};
    if (!path.starts_with(records_path)) throw std::logic_error("no such path: " + request.path);
    BundleRequest asked;
    asked.have = parse_vector(parameter(path, "have")).value();
    asked.heads = parse_held_heads(parameter(path, "heads")).value();
    asked.skip = logs_in(parameter(path, "skip"));
    asked.forks = parse_vector(parameter(path, "forks")).value();
    const std::string_view cosigned = parameter(path, "cosigned");
    asked.cosigned = cosigned == cosigned_all ? Dot{} : parse_dot(cosigned).value();
    asked.limit_bytes = static_cast<std::size_t>(number(parameter(path, "limit_bytes")));
    auto bundle = exchange.records(asked, number(parameter(path, "wait_s")), {});
    if (!bundle) return {204, "", "", 0, 0};
    const std::uint64_t size = bundle->size();
    return {200, std::string(bundle_media_type), *std::move(bundle), 0, size};
}

Fault Line::roll() {
    const std::array<std::pair<std::uint64_t, Fault>, 5> odds{{{weather.lost, Fault::lost},
                                                               {weather.cut_off, Fault::cut_off},
                                                               {weather.damaged, Fault::damaged},
                                                               {weather.stale, Fault::stale},
                                                               {weather.busy, Fault::busy}}};
    std::uint64_t dice = random_.below(100);
    for (const auto& [share, fault] : odds) {
        if (dice < share) return fault;
        dice -= share;
    }
    return Fault::none;
}

constexpr std::size_t remembered = 40;

template <class Message>
void remember(std::deque<Message>& earlier, const Message& message) {
    earlier.push_back(message);
    if (earlier.size() > remembered) earlier.pop_front();
}

std::string_view name_of(Fault fault) {
    switch (fault) {
        case Fault::lost:
            return "message lost";
        case Fault::cut_off:
            return "message cut off";
        case Fault::damaged:
            return "message damaged";
        case Fault::stale:
            return "message late or repeated";
        case Fault::busy:
            return "node busy";
        case Fault::none:
            break;
    }
    return "";
}

void Line::spoil(std::string& body, Fault fault, const End& receiver) {
    if (fault != Fault::cut_off && fault != Fault::damaged) return;
    faults_.tampered_at.emplace(receiver.node, receiver.clock.now());
    if (fault == Fault::cut_off) body.resize(static_cast<std::size_t>(random_.below(body.size())));
    if (fault == Fault::damaged) {
        char& byte = body[static_cast<std::size_t>(random_.below(body.size()))];
        byte = static_cast<char>(byte ^ (1 << random_.below(8)));
    }
}

PeerAnswer Line::deliver(Exchange& exchange, PeerRequest request, Fault fault) {
    if (request.method == "POST") {
        remember(earlier_brought_, request);
        if (fault == Fault::stale) {
            faults_.late_at.emplace(to_.node, to_.clock.now());
            (void)answer_of(exchange, from_.node, random_.pick(earlier_brought_));
        }
        spoil(request.body, fault, to_);
        last_fault_ = fault;
        return answer_of(exchange, from_.node, request);
    }
    PeerAnswer answer = answer_of(exchange, from_.node, request);
    // Only bundles are spoilt: what a hello says is not signed, and TLS guards it.
    if (answer.status != 200 || answer.content_type != bundle_media_type || fault == Fault::lost) return answer;
    remember(earlier_, answer);
    last_fault_ = fault;
    spoil(answer.body, fault, from_);
    if (fault != Fault::stale) return answer;
    faults_.late_at.emplace(from_.node, from_.clock.now());
    return random_.pick(earlier_);
}

Result<PeerAnswer> Line::call(const PeerRequest& request) {
    const bool for_bundle = request.path.starts_with(records_path);
    if (for_bundle) last_fault_ = Fault::none;
    if (from_.clock.steady_ms() < cut_until_ms_) {
        ++faults_.counts["line cut"];
        return fail({ErrorCode::unreachable, "the line is cut", "", ""});
    }
    const Fault fault = roll();
    if (fault != Fault::none) ++faults_.counts[std::string(name_of(fault))];
    if (fault == Fault::busy) {
        if (for_bundle) last_fault_ = fault;
        return PeerAnswer{503, "application/problem+json", R"({"detail":"busy"})", 2, 0};
    }
    Exchange* exchange = exchange_();
    if (exchange == nullptr) return fail({ErrorCode::unreachable, "the node is down", "", ""});
    PeerAnswer answer;
    try {
        answer = deliver(*exchange, before ? before(request) : request, fault);
    } catch (const StoreFault& trouble) {
        return fail({ErrorCode::unreachable, std::string("the node fell over: ") + trouble.what(), "", ""});
    }
    if (after) {
        answer = after(request, std::move(answer));
        last_fault_ = Fault::none;  // what the line did to it does not show any more
    }
    if (fault != Fault::lost) return answer;
    last_fault_ = fault;
    return fail({ErrorCode::unreachable, "the answer was lost", "", ""});
}

}  // namespace minglu::simulation
