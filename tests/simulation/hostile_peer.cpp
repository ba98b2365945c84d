#include "tests/simulation/hostile_peer.hpp"

#include <algorithm>
#include <array>

#include "src/store/memory/memory_store.hpp"

namespace minglu::simulation {

namespace {

constexpr std::string_view name = "mal";
constexpr std::size_t remembered = 60;
constexpr std::size_t floods_max = 40;

LogId any_log(std::string_view node, test::SeededRandom& random) {
    return LogId{std::string(node) + "-" + to_hex(bytes_of(sha256({std::to_string(random.next())}))).substr(0, 16)};
}

}  // namespace

HostilePeer::HostilePeer(test::ManualClock& clock, test::SeededRandom& random, Ledger& ledger)
    : random_(random),
      ledger_(ledger),
      node_(NodeId{std::string(name)}, Suite::ed25519_sha256, {make_memory_store(), nullptr}, clock, random,
            ledger.faults),
      key_(test::fixed_key(name)) {
    ledger_.hostile = node_.id();
    ledger_.forked = any_log(name, random_);
    branches_.emplace_back(ledger_.forked, *key_, HybridTime{clock.now().value(), 0});
    ledger_.branches.insert(branches_.front().leaf(Seq{1}));
}

void HostilePeer::note(const std::string& what) {
    ++ledger_.faults.counts["hostile: " + what];
}

void HostilePeer::befriend(SimNode& victim) {
    friends_.push_back(&victim);
    node_.connect(victim, bundle_bytes_max);
    victim.connect(node_, bundle_bytes_max);
    Line& line = *victim.links().at(node_.id().value()).line;
    line.before = [this, id = victim.id()](PeerRequest request) { return before(id, std::move(request)); };
    line.after = [this, id = victim.id()](const PeerRequest& request, PeerAnswer answer) {
        return after(id, request, std::move(answer));
    };
}

/// Withholds logs: its honest half is asked for less than the victim asks for.
PeerRequest HostilePeer::before(const NodeId&, PeerRequest request) {
    const std::size_t at = request.path.find("&skip=");
    const auto logs = node_.store().read()->logs();
    if (at == std::string::npos || !random_.one_in(3)) return request;
    note("log withheld");
    request.path.insert(at + 6, random_.pick(logs).id.value() + (request.path[at + 6] == '&' ? "" : ","));
    return request;
}

PeerAnswer HostilePeer::after(const NodeId& victim, const PeerRequest& request, PeerAnswer answer) {
    if (answer.content_type == bundle_media_type && earlier_.size() < remembered) earlier_.push_back(answer.body);
    const std::uint64_t dice = random_.below(10);
    if (dice < 3) return answer;
    if (dice == 3) return any_status();
    if (!request.path.starts_with("/sync/v1/records")) {
        note("answer twisted");
        answer.body = any_bytes(std::move(answer.body));
        return answer;
    }
    if (dice == 4) {
        note("all withheld");
        return {204, "", "", 0, 0};
    }
    return {200, std::string(bundle_media_type), any_bundle(victim, std::move(answer.body)), 0, 0};
}

PeerAnswer HostilePeer::any_status() {
    static constexpr std::array<int, 8> statuses{0, 204, 302, 406, 413, 422, 503, 999};
    note("odd status");
    return {random_.pick(statuses), "application/problem+json", R"({"detail":["?"]})",
            static_cast<std::int64_t>(random_.below(86'401)), 0};
}

/// Something else instead: cut at any byte, a bit flipped, noise, nothing, or valid JSON of the wrong shape.
std::string HostilePeer::any_bytes(std::string honest) {
    const std::uint64_t dice = random_.below(6);
    if (dice == 0 || honest.empty()) return "";
    if (dice == 1) return R"({"node":7,"vector":[],"heads":{"a":null},"protocol":"1","minglu":{}})";
    if (dice == 2) honest.resize(random_.below(honest.size()));
    if (dice == 3) honest = std::string(random_.below(2'000), static_cast<char>(random_.below(256)));
    if (dice > 3) {
        char& byte = honest[random_.below(honest.size())];
        byte = static_cast<char>(byte ^ (1 << random_.below(8)));
    }
    return honest;
}

/// A log in the name of another node, signed with the wrong key: one that exists, or one that does not.
std::string HostilePeer::forged_log() {
    const auto logs = node_.store().read()->logs();
    LogId log = random_.pick(logs).id;
    if (node_of(log) == node_.id() || random_.one_in(2)) log = any_log(random_.pick(friends_)->id().value(), random_);
    test::LogForge forge(log, *key_, HybridTime{node_.clock().now().value(), 0});
    for (std::uint64_t i = 0; i <= random_.below(30); ++i)
        forge.change({test::write_op("gi/AGI00053", "name", "伪造", node_.replica().standing().vector)});
    return forge.rest();
}

/// What it has, with a first line that says something else: more than it holds, or another head for a log.
std::string HostilePeer::lying(const std::string& bundle) {
    const std::size_t end = std::min(bundle.find('\n'), bundle.size());
    auto info = parse_bundle_info(std::string_view(bundle).substr(0, end));
    if (!info) return bundle;
    const Vector held = info->vector;
    for (const Vector::Item& item : held.items())
        if (random_.one_in(2)) info->vector.raise(item.first, Seq{item.second.value() + random_.below(1'000)});
    if (random_.one_in(3)) info->vector.raise(any_log("cq", random_), Seq{1'000'000});
    for (Segment& segment : info->segments) {
        if (!random_.one_in(3)) continue;
        Head head = branches_.front().head(Seq{1}, HybridTime{node_.clock().now().value(), 0});
        head.log = segment.log;
        head.size = Seq{segment.to.value() + random_.below(3)};
        segment.head = sign_head(head, node_of(segment.log), *key_);
    }
    return serialise(*info) + (end < bundle.size() ? bundle.substr(end + 1) : "");
}

/// Each friend is shown a branch of its own for as long as it stays with it.
std::string HostilePeer::own_branch(const NodeId& victim) {
    const std::size_t which = static_cast<std::size_t>(victim.value().front()) % branches_.size();
    const test::LogForge& branch = branches_[random_.one_in(6) ? random_.below(branches_.size()) : which];
    return branch.rest();
}

std::string HostilePeer::any_bundle(const NodeId& victim, std::string honest) {
    switch (random_.below(6)) {
        case 0:
            note("old bundle replayed");
            return earlier_.empty() ? std::move(honest) : random_.pick(earlier_);
        case 1:
            note("log forged");
            return forged_log();
        case 2:
            note("lie in a bundle");
            return lying(honest.empty() && !earlier_.empty() ? random_.pick(earlier_) : honest);
        case 3:
            note("forked log shown");
            return own_branch(victim);
        case 4:
            if (floods_.empty()) return honest;
            note("flood");
            return random_.pick(floods_).rest();
        default:
            note("bundle twisted");
            return any_bytes(std::move(honest));
    }
}

/// Records that are well signed and good for nothing: in many logs, or in several branches of one.
void HostilePeer::write_own() {
    const HybridTime now{node_.clock().now().value(), 0};
    if (random_.one_in(3) && floods_.size() < floods_max) {
        floods_.emplace_back(any_log(name, random_), *key_, now);
        for (std::uint64_t i = 0; i <= random_.below(60); ++i)
            floods_.back().change({test::write_op("gi/洪水" + std::to_string(i % 7), "notes", std::to_string(i))});
        for (std::uint64_t seq = 1; seq <= floods_.back().size().value(); ++seq)
            ledger_.leaves.emplace(Dot{floods_.back().log(), Seq{seq}}, floods_.back().leaf(Seq{seq}));
        return;
    }
    if (branches_.size() < 3 && random_.one_in(4)) {
        const test::LogForge branch = branches_.front();
        branches_.push_back(branch);
    }
    test::LogForge& branch = random_.pick(branches_);
    const std::string key = std::string(forked_key_prefix) + std::to_string(random_.below(5));
    const Dot dot = branch.change({test::write_op(key, "notes", std::to_string(random_.next()))});
    ledger_.branches.insert(branch.leaf(dot.seq));
}

void HostilePeer::act() {
    if (friends_.empty()) return;
    SimNode& victim = *random_.pick(friends_);
    const std::uint64_t dice = random_.below(3);
    if (dice == 0) return write_own();
    if (dice == 1) {
        (void)node_.links().at(victim.id().value()).puller->step_now();
        return;
    }
    BundleRequest all;
    all.limit_bytes = bundle_bytes_max;
    note("bundle brought");
    const std::string honest = node_.exchange()->records(all, 0, {}).value_or("");
    (void)victim.exchange()->push(any_bundle(victim.id(), honest), node_.id());
}

}  // namespace minglu::simulation
