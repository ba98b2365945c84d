#include "tests/simulation/simulation.hpp"

#include <array>

namespace minglu::simulation {

namespace {

constexpr std::array<std::string_view, 6> node_names{"cq", "sc", "gz", "yn", "hb", "sn"};

template <class From>
void append(Findings& findings, From from) {
    for (std::string& finding : from) findings.push_back(std::move(finding));
}

}  // namespace

Simulation::Simulation(const Options& options)
    : options_(options), random_(options.seed * 0x9e37'79b9'7f4a'7c15u + 1), workload_(random_, ledger_) {
    for (std::size_t i = 0; i < std::min(options.nodes, node_names.size()); ++i) {
        auto clock = std::make_unique<test::ManualClock>();
        if (options.faults && random_.one_in(3))
            clock->skew_ms = static_cast<std::int64_t>(random_.below(1'200'000)) - 600'000;
        ledger_.clocks_differ = ledger_.clocks_differ || clock->skew_ms != 0;
        const NodeId id{std::string(node_names[i])};
        nodes_.push_back(std::make_unique<SimNode>(id, options.store, options.directory / (id.value() + ".sqlite"),
                                                   *clock, random_));
        clocks_.push_back(std::move(clock));
        ids_.push_back(id);
    }
    if (options.buggy_author) buggy_.emplace(random_, ledger_, clocks_.front()->now());
    for (const auto& node : nodes_) {
        for (const auto& other : nodes_)
            if (other != node) node->pin(other->id(), other->card());
        if (buggy_) node->pin(buggy_->id(), buggy_->card());
    }
    connect_all();
}

void Simulation::connect(SimNode& a, SimNode& b) {
    if (a.links().contains(b.id().value())) return;
    static constexpr std::array<std::size_t, 4> limits{1, 700, 4'000, bundle_bytes_max};
    const bool only_a_calls = random_.one_in(3);
    a.connect(b, limits[static_cast<std::size_t>(random_.below(limits.size()))],
              only_a_calls ? SimNode::Road::pull_and_push : SimNode::Road::pull);
    b.connect(a, limits[static_cast<std::size_t>(random_.below(limits.size()))],
              only_a_calls ? SimNode::Road::none : SimNode::Road::pull);
}

/// A tree first, so that everything is connected; then a few more links.
void Simulation::connect_all() {
    for (std::size_t i = 1; i < nodes_.size(); ++i) {
        const std::size_t to = options_.shape == Shape::line ? i - 1 : static_cast<std::size_t>(random_.below(i));
        connect(*nodes_[i], *nodes_[to]);
    }
    if (options_.shape == Shape::line) return;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        SimNode& other = *random_.pick(nodes_);
        if (&other != nodes_[i].get() && random_.one_in(2)) connect(*nodes_[i], other);
    }
}

void Simulation::change_weather() {
    SimNode& node = *random_.pick(nodes_);
    for (auto& [neighbour, link] : node.links()) {
        Weather& weather = link.line->weather;
        weather = {};
        if (random_.one_in(3)) weather = {15, 5, 5, 15, 5};
        if (random_.one_in(6)) weather = {5, 20, 20, 40, 0};
        if (random_.one_in(5))
            link.line->cut_until(node.clock().steady_ms() + static_cast<std::int64_t>(random_.below(600'000)));
    }
}

Findings Simulation::pull(SimNode& node) {
    if (node.links().empty()) return {};
    auto link = node.links().begin();
    std::advance(link, static_cast<std::ptrdiff_t>(random_.below(node.links().size())));
    if (!link->second.puller) return {};
    const auto before = node.replica().standing();
    const auto incidents = node.store().read()->counts().incidents;
    (void)link->second.puller->step_now();
    const Fault fault = link->second.line->last_fault();
    if (fault == Fault::damaged || fault == Fault::cut_off) {
        ledger_.tampered_at.insert(node.id().value());
        ++coverage_.damaged;
    }
    if (fault != Fault::cut_off) return {};
    const auto after = node.replica().standing();
    Findings findings;
    if (after.vector != before.vector || after.state_root != before.state_root)
        findings.push_back(node.id().value() + " took something of a bundle that was cut off");
    const auto rows = node.store().read()->incidents(0, 1'000);
    const bool told = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.kind == "malformed"; });
    if (incidents == 0 && !told) findings.push_back(node.id().value() + " says nothing of a bundle that was cut off");
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
    (void)link->second.pusher->step_now();
    const Fault fault = link->second.line->last_fault();
    if (link->second.pusher->status().requests == requests) return {};
    if (fault == Fault::damaged || fault == Fault::cut_off) {
        ledger_.tampered_at.insert(to.id().value());
        ++coverage_.damaged;
    }
    if (fault == Fault::stale || fault == Fault::lost) return {};
    ++coverage_.pushes;
    const auto after = to.replica().standing();
    if (fault == Fault::cut_off && (after.vector != before.vector || after.state_root != before.state_root))
        return {to.id().value() + " took something of a pushed bundle that was cut off"};
    return {};
}

Findings Simulation::step() {
    for (const auto& clock : clocks_) clock->advance(static_cast<std::int64_t>(random_.below(3'000)));
    SimNode& node = *random_.pick(nodes_);
    const std::uint64_t dice = random_.below(100);
    if (dice < 35) return workload_.act(node, ids_);
    if (dice < 65) return pull(node);
    if (dice < 80) return push(node);
    if (dice < 84) {
        node.replica().refresh_head();
        node.replica().cosign_heads();
        return {};
    }
    if (buggy_ && dice < 88) {
        buggy_->write(node);
        return {};
    }
    if (buggy_ && dice < 92) return buggy_->feed(node);
    if (!options_.faults) return {};
    if (dice < 98)
        change_weather();
    else
        node.restart(random_.one_in(4) ? SimNode::NewLog::yes : SimNode::NewLog::no);
    return {};
}

Findings Simulation::check_always() {
    Findings findings;
    for (const auto& invariant : always_)
        for (const auto& node : nodes_) append(findings, invariant->check(*node, ledger_));
    return findings;
}

void Simulation::note_coverage() {
    for (const auto& node : nodes_)
        for (const LogRow& log : node->store().read()->logs())
            if (log.head_size > log.size) ++coverage_.heads_ahead;
}

/// Mends every line and lets every puller ask until nothing moves. Every record must arrive in a number of rounds that
/// depends on how much there is, or some log is held up for ever.
Findings Simulation::settle() {
    for (const auto& node : nodes_)
        for (auto& [neighbour, link] : node->links()) {
            link.line->mend();
            link.line->weather = {};
        }
    if (buggy_)
        while (nodes_.front()->replica().standing().vector.at(ledger_.invalid.empty() ? LogId{}
                                                                                      : ledger_.invalid.begin()->log) <
               (ledger_.invalid.empty() ? Seq{} : ledger_.invalid.rbegin()->seq)) {
            if (Findings findings = buggy_->feed(*nodes_.front()); !findings.empty()) return findings;
        }
    const std::size_t rounds_max = 50 + 4 * ledger_.leaves.size();
    std::size_t quiet = 0;
    for (std::size_t round = 0; quiet < 4; ++round) {
        if (round == rounds_max) return {"after " + std::to_string(round) + " rounds something still moves"};
        bool moved = false;
        for (const auto& clock : clocks_) clock->advance(61'000);
        for (const auto& node : nodes_) node->replica().cosign_heads();
        for (const auto& node : nodes_)
            for (auto& [neighbour, link] : node->links()) {
                const auto revisions = [&, to = link.to] {
                    return std::pair(node->replica().standing().revision, to->replica().standing().revision);
                };
                const auto before = revisions();
                if (link.puller) (void)link.puller->step_now();
                if (link.pusher) (void)link.pusher->step_now();
                moved = moved || revisions() != before;
            }
        quiet = moved ? 0 : quiet + 1;
    }
    return {};
}

Findings Simulation::run() {
    for (std::uint64_t i = 0; i < options_.steps; ++i) {
        Findings findings = step();
        append(findings, check_always());
        if (i % 16 == 0) note_coverage();
        if (findings.empty()) continue;
        for (std::string& finding : findings) finding = "step " + std::to_string(i) + ": " + finding;
        return findings;
    }
    Findings findings = settle();
    append(findings, check_always());
    if (buggy_)
        std::erase_if(ledger_.leaves, [&](const auto& item) {
            return node_of(item.first.log) == buggy_->id() &&
                   item.first.seq > nodes_.front()->replica().standing().vector.at(item.first.log);
        });
    for (const auto& invariant : at_rest_invariants()) append(findings, invariant->check(nodes_, ledger_));
    for (std::string& finding : findings) finding = "at rest: " + finding;

    const auto tx = nodes_.front()->store().read();
    coverage_.records = tx->counts().records;
    coverage_.conflicts_seen = tx->counts().conflicts;
    ConflictQuery query;
    query.limit = 100'000;
    for (const ConflictRow& conflict : tx->conflicts(query))
        coverage_.conflicts.insert(conflict.view.type + " " + std::string(name(conflict.view.state)));
    return findings;
}

}  // namespace minglu::simulation
