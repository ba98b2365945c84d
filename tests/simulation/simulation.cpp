#include "tests/simulation/simulation.hpp"

#include <array>

#include "src/store/memory/memory_store.hpp"
#include "tests/simulation/trouble.hpp"

namespace minglu::simulation {

namespace {

constexpr std::array<std::string_view, nodes_max> node_names{"cq", "sc", "gz", "yn", "hb", "sn",
                                                             "gs", "qh", "hn", "gx", "xz", "nx"};
constexpr std::uint64_t day_ms = 24 * 3'600'000;

template <class From>
void append(Findings& findings, From from) {
    for (std::string& finding : from) findings.push_back(std::move(finding));
}

/// One exchange, and as many more as the other logs need when some were refused, as the link would go on at once.
template <class LinkEnd>
void exchange(LinkEnd& end) {
    for (std::size_t tries = 0; tries <= end.status().skipped.size(); ++tries) (void)end.step_now();
}

}  // namespace

Simulation::Simulation(const Options& options)
    : options_(options),
      random_(options.seed * 0x9e37'79b9'7f4a'7c15u + 1),
      workload_(random_, ledger_, {options.withdrawals}) {
    for (std::size_t i = 0; i < std::min(options.nodes, node_names.size()); ++i)
        add_node(NodeId{std::string(node_names[i])});
    if (options.buggy_author)
        buggy_.emplace(random_, ledger_, clocks_.front()->now(),
                       options.mixed_versions ? BuggyAuthor::Versions::mixed : BuggyAuthor::Versions::unknown);
    for (const auto& node : nodes_) {
        for (const auto& other : nodes_)
            if (other != node) node->pin(other->id(), other->card());
        if (buggy_) node->pin(buggy_->id(), buggy_->card());
    }
    connect_all();
    if (options.hostile_peer) add_hostile_peer();
    if (!options.mixed_versions) return;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (i % 2 == 0) nodes_[i]->upgrade(newer_program);
}

/// The same data under the newer program; what it has kept unread is read now.
void Simulation::upgrade(SimNode& node) {
    node.upgrade(newer_program);
    const std::uint64_t read = node.replica().read_at_start();
    coverage_.read_since += read;
    if (read > 0) ++coverage_.upgrades;
}

void Simulation::upgrade_all() {
    for (const auto& node : nodes_)
        if (node->reading().version < newer_program.version) upgrade(*node);
}

/// It is let in by everybody; the honest nodes are connected without it.
void Simulation::add_hostile_peer() {
    clocks_.push_back(std::make_unique<test::ManualClock>());
    hostile_ = std::make_unique<HostilePeer>(*clocks_.back(), random_, ledger_);
    ledger_.public_keys[hostile_->id()].push_back(hostile_->node().signer().public_key());
    if (buggy_) hostile_->node().pin(buggy_->id(), buggy_->card());
    for (const auto& node : nodes_) {
        hostile_->node().pin(node->id(), node->card());
        node->pin(hostile_->id(), hostile_->node().card());
        if (node == nodes_.front() || random_.one_in(2)) hostile_->befriend(*node);
    }
}

void Simulation::add_node(const NodeId& id) {
    clocks_.push_back(std::make_unique<test::ManualClock>());
    test::ManualClock& clock = *clocks_.back();
    if (options_.faults && random_.one_in(3)) {
        clock.skew_ms = static_cast<std::int64_t>(random_.below(1'200'000)) - 600'000;
        ledger_.clocks_differ = true;
    }
    const Suite suite = options_.mixed_suites && nodes_.size() % 2 == 1 ? Suite::sm2_sm3 : Suite::ed25519_sha256;
    const bool on_disk = options_.store == StoreKind::disk || (options_.store == StoreKind::mixed && random_.one_in(2));
    SimNode::Data data;
    if (on_disk)
        data.disk = std::make_unique<Disk>(random_, ledger_.faults);
    else
        data.store = make_memory_store();
    nodes_.push_back(std::make_unique<SimNode>(id, suite, std::move(data), clock, random_, ledger_.faults));
    ledger_.public_keys[id].push_back(nodes_.back()->signer().public_key());
    ids_.push_back(id);
}

void Simulation::connect(SimNode& a, SimNode& b) {
    if (a.links().contains(b.id().value())) return;
    static constexpr std::array<std::size_t, 4> limits{1, 700, 4'000, bundle_bytes_max};
    const bool only_a_calls = random_.one_in(3);
    a.connect(b, random_.pick(limits), only_a_calls ? SimNode::Road::pull_and_push : SimNode::Road::pull);
    b.connect(a, random_.pick(limits), only_a_calls ? SimNode::Road::none : SimNode::Road::pull);
}

/// A tree first, so that everything is connected; then a few more links.
void Simulation::connect_all() {
    for (std::size_t i = 1; i < nodes_.size(); ++i) {
        const std::size_t to = options_.shape == Shape::line ? i - 1 : static_cast<std::size_t>(random_.below(i));
        connect(*nodes_[i], *nodes_[to]);
    }
    if (options_.shape == Shape::line) return;
    for (const auto& node : nodes_) {
        SimNode& other = *random_.pick(nodes_);
        if (&other != node.get() && random_.one_in(2)) connect(*node, other);
    }
}

/// Seconds mostly; now and then nobody does anything for hours or days.
void Simulation::pass_time() {
    std::int64_t quiet_ms = 0;
    if (options_.faults && random_.one_in(30))
        quiet_ms = up_to_days(options_.weeks_apart && random_.one_in(4) ? 10 : 2);
    for (const auto& clock : clocks_) clock->advance(quiet_ms + static_cast<std::int64_t>(random_.below(3'000)));
}

std::int64_t Simulation::up_to_days(std::uint64_t days) {
    return static_cast<std::int64_t>(random_.below(days * day_ms));
}

/// Two halves that do not hear of each other for up to three days or weeks, or one of which still reaches the other.
void Simulation::split() {
    std::set<NodeId> half;
    for (const NodeId& id : ids_)
        if (random_.one_in(2)) half.insert(id);
    const bool one_way = random_.one_in(3);
    const bool for_weeks = options_.weeks_apart && random_.one_in(3);
    const std::int64_t lasts_ms = up_to_days(for_weeks ? 21 : 3);
    if (for_weeks) ++ledger_.faults.counts["partition of weeks"];
    for (const auto& node : nodes_)
        for (auto& [neighbour, link] : node->links()) {
            const bool from_half = half.contains(node->id());
            if (from_half == half.contains(link.to->id()) || (one_way && from_half)) continue;
            link.line->cut_until(node->clock().steady_ms() + lasts_ms);
        }
    ++ledger_.faults.counts[one_way ? "one-way partition" : "partition"];
}

void Simulation::trouble_disk(SimNode& node) {
    Disk& disk = *node.disk();
    if (disk.full() && random_.one_in(2)) disk.calm();
    const std::uint64_t dice = random_.below(6);
    if (dice < 2) disk.crash_at(1 + random_.below(60));
    if (dice == 2) disk.crash_at(1 + random_.below(600));
    if (dice == 3) disk.fail_sync(1 + random_.below(6));
    if (dice == 4) disk.fill(random_.below(100'000));
    if (dice == 5) disk.stop();
}

void Simulation::trouble(SimNode& node) {
    const std::uint64_t dice = random_.below(10);
    if (dice < 4) return change_weather(node, random_);
    if (dice == 4) return split();
    if (dice == 5) return set_clock(node.clock(), random_, ledger_);
    if (dice < 9 && node.disk() != nullptr) return trouble_disk(node);
    if (dice < 9) return;
    ++ledger_.faults.counts["restart"];
    node.restart(random_.one_in(4) ? SimNode::NewLog::yes : SimNode::NewLog::no);
}

bool Simulation::disk_troubled() const {
    return std::any_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return is_disk_troubled(*node); });
}

void Simulation::start_crashed() {
    for (const auto& node : nodes_)
        if (minglu::simulation::start_crashed(*node, random_)) workload_.look_again(*node);
}

Findings Simulation::pull(SimNode& node) {
    if (node.links().empty()) return {};
    auto link = node.links().begin();
    std::advance(link, static_cast<std::ptrdiff_t>(random_.below(node.links().size())));
    if (!link->second.puller) return {};
    const auto before = node.replica().standing();
    link->second.line->forget_fault();
    (void)link->second.puller->step_now();
    if (link->second.line->last_fault() != Fault::cut_off || disk_troubled()) return {};
    const auto after = node.replica().standing();
    Findings findings;
    if (after.vector != before.vector || after.state_root != before.state_root)
        findings.push_back(node.id().value() + " took something of a bundle that was cut off");
    const auto rows = node.store().read()->incidents(0, 1'000);
    if (std::none_of(rows.begin(), rows.end(), [](const auto& row) { return row.kind == "malformed"; }))
        findings.push_back(node.id().value() + " says nothing of a bundle that was cut off: " +
                           describe(link->second.puller->status().last_error));
    return findings;
}

/// As a node does whose neighbour cannot call it. What is spoilt on its way reaches the neighbour.
Findings Simulation::push(SimNode& node) {
    if (node.links().empty()) return {};
    auto link = node.links().begin();
    std::advance(link, static_cast<std::ptrdiff_t>(random_.below(node.links().size())));
    if (!link->second.pusher) return {};
    SimNode& to = *link->second.to;
    const auto before = to.replica().standing();
    const std::uint64_t requests = link->second.pusher->status().requests;
    link->second.line->forget_fault();
    (void)link->second.pusher->step_now();
    const Fault fault = link->second.line->last_fault();
    if (link->second.pusher->status().requests == requests || disk_troubled()) return {};
    if (fault == Fault::stale || fault == Fault::lost) return {};
    ++coverage_.pushes;
    const auto after = to.replica().standing();
    if (fault == Fault::cut_off && (after.vector != before.vector || after.state_root != before.state_root))
        return {to.id().value() + " took something of a pushed bundle that was cut off"};
    return {};
}

Findings Simulation::act(SimNode& node) {
    if (options_.mixed_versions && node.reading().version < newer_program.version && random_.one_in(80)) {
        upgrade(node);
        return {};
    }
    const std::uint64_t dice = random_.below(100);
    if (dice < 35) return workload_.act(node, ids_);
    if (dice < 65) return pull(node);
    if (dice < 80) return push(node);
    if (dice < 83) {
        if (random_.one_in(4)) return workload_.rotate_key(node);
        node.replica().refresh_head();
        node.replica().cosign_heads();
        return {};
    }
    if (dice == 83 && !node.replica().rebuild({})) return {node.id().value() + " rebuilds to another root"};
    if (buggy_ && dice > 83 && dice < 88) {
        buggy_->write(node);
        return {};
    }
    if (buggy_ && dice > 83 && dice < 92) return buggy_->feed(node);
    if (hostile_ && dice >= 92 && random_.one_in(2))
        hostile_->act();
    else if (options_.faults && dice >= 92)
        trouble(node);
    return {};
}

Findings Simulation::step(std::uint64_t number) {
    pass_time();
    SimNode& node = *random_.pick(nodes_);
    Findings findings;
    try {
        findings = act(node);
    } catch (const StoreFault& fault) {
        if (!disk_troubled()) findings = {node.id().value() + " has a fault without a cause: " + fault.what()};
    } catch (const std::exception& fault) {
        findings = {node.id().value() + " throws: " + fault.what()};
    }
    start_crashed();
    if (number % 16 != 0) {
        append(findings, check_always(node));
        return findings;
    }
    for (const auto& each : nodes_) append(findings, check_always(*each));
    note_heads_ahead();
    return findings;
}

Findings Simulation::check_always(SimNode& node) {
    Findings findings;
    for (const auto& invariant : always_) append(findings, invariant->check(node, ledger_));
    return findings;
}

void Simulation::note_heads_ahead() {
    for (const auto& node : nodes_)
        for (const LogRow& log : node->store().read()->logs())
            if (log.head_size > log.size) ++coverage_.heads_ahead;
}

/// What moves while something is still on its way. Refusals, of which a hostile peer gives cause without end, do not
/// count.
std::pair<Vector, std::uint64_t> Simulation::moves(SimNode& node) const {
    const Standing standing = node.replica().standing();
    return {standing.vector, hostile_ ? 0 : standing.revision};
}

/// Every record must arrive in a number of rounds that depends on how much there is, or some log is held up for ever.
Findings Simulation::settle() {
    for (const auto& node : nodes_) mend(*node);
    if (buggy_)
        while (nodes_.front()->replica().standing().vector.at(buggy_->log()) < buggy_->size())
            if (Findings findings = buggy_->feed(*nodes_.front()); !findings.empty()) return findings;
    const std::size_t rounds_max = 50 + 4 * (ledger_.leaves.size() + ledger_.branches.size());
    std::size_t quiet = 0;
    for (std::size_t round = 0; quiet < 4; ++round) {
        if (round == rounds_max) return {"after " + std::to_string(round) + " rounds something still moves"};
        bool moved = false;
        for (const auto& clock : clocks_) clock->advance(SkipWaits{}.max_ms);
        for (const auto& node : nodes_) node->replica().cosign_heads();
        for (const auto& node : nodes_)
            for (auto& [neighbour, link] : node->links()) {
                const auto standings = [&, to = link.to] { return std::pair(moves(*node), moves(*to)); };
                const auto before = standings();
                if (link.puller) exchange(*link.puller);
                if (link.pusher) exchange(*link.pusher);
                moved = moved || standings() != before;
            }
        quiet = moved ? 0 : quiet + 1;
    }
    return {};
}

/// With two versions first as they are: old nodes hold then what they do not read. Some of them have nothing else to do
/// when they are upgraded.
Findings Simulation::come_to_rest() {
    Findings findings = settle();
    if (!options_.mixed_versions || !findings.empty()) return findings;
    upgrade_all();
    return settle();
}

void Simulation::note_end() {
    const auto tx = nodes_.front()->store().read();
    coverage_.records = tx->counts().records;
    coverage_.key_changes = workload_.key_changes();
    coverage_.conflicts_seen = tx->counts().conflicts;
    const std::uint32_t reads = nodes_.front()->reading().version;
    coverage_.at_once = decided_at_once(*tx, Accounts(*tx, ledger_, reads), reads);
    ConflictQuery query;
    query.limit = 100'000;
    for (const ConflictRow& conflict : tx->conflicts(query))
        coverage_.conflicts.insert(conflict.view.type + " " + std::string(name(conflict.view.state)));
}

std::string Simulation::outcome() const {
    std::string text;
    for (const auto& node : nodes_) text += outcome_of(*node);
    return text;
}

Findings Simulation::run() {
    const std::int64_t began_ms = clocks_.front()->steady_ms();
    Findings findings;
    for (std::uint64_t i = 0; i < options_.steps && findings.empty(); ++i) {
        append(findings, step(i));
        for (std::string& finding : findings) finding = "step " + std::to_string(i) + ": " + finding;
    }
    if (findings.empty()) {
        append(findings, come_to_rest());
        for (const auto& node : nodes_) append(findings, check_always(*node));
        std::vector<SimNode*> nodes;
        for (const auto& node : nodes_) nodes.push_back(node.get());
        for (const auto& invariant : at_rest_invariants()) append(findings, invariant->check(nodes, ledger_));
        for (std::string& finding : findings) finding = "at rest: " + finding;
        note_end();
    }
    coverage_.simulated_ms = clocks_.front()->steady_ms() - began_ms;
    coverage_.faults = ledger_.faults;
    return findings;
}

}  // namespace minglu::simulation
