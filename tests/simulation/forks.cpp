#include "tests/simulation/forks.hpp"

#include <array>

#include "src/store/memory/memory_store.hpp"
#include "src/store/sqlite/sqlite_store.hpp"
#include "sync/verify.hpp"
#include "tests/simulation/trouble.hpp"

namespace minglu::simulation {

namespace {

constexpr std::array<std::string_view, 4> node_names{"cq", "sc", "gz", "yn"};

bool holds(const ReadTx& tx, const Act& act) {
    const auto record = tx.record(act.dot);
    return record && record->leaf == act.leaf;
}

}  // namespace

ForkSimulation::ForkSimulation(const ForkOptions& options)
    : options_(options),
      random_(options.seed * 0x9e37'79b9'7f4a'7c15u + 3),
      workload_(random_, ledger_, {options.withdrawals}) {
    for (std::size_t i = 0; i < std::min(options.nodes, node_names.size()); ++i)
        ids_.emplace_back(std::string(node_names[i]));
    for (const NodeId& id : ids_) {
        add_machine(id, id.value(), {});
        ledger_.public_keys[id].push_back(machines_.back().node->signer().public_key());
    }
    for (std::size_t i = 1; i < machines_.size(); ++i) connect(machines_[i - 1], machines_[i]);
}

void ForkSimulation::add_machine(const NodeId& id, std::string name, const Saved& saved) {
    Machine machine;
    machine.clock = std::make_unique<test::ManualClock>(machines_.empty() ? 1'766'109'600'000
                                                                          : machines_.front().clock->steady_ms());
    machine.node = std::make_unique<SimNode>(id, suite_of(id), data_of(saved), *machine.clock, random_, ledger_.faults);
    machine.name = std::move(name);
    machines_.push_back(std::move(machine));
    pin_all(machines_.back());
}

ForkSimulation::Saved ForkSimulation::save(Machine& machine) {
    if (machine.node->disk() != nullptr) return {nullptr, machine.node->disk()->image(), machine.node->keys()};
    return {copy_memory_store(machine.node->store()), {}, machine.node->keys()};
}

/// Of nothing that was saved: data without anything in it.
SimNode::Data ForkSimulation::data_of(const Saved& saved) {
    if (options_.on_disks) return {nullptr, std::make_unique<Disk>(random_, ledger_.faults, saved.image), saved.keys};
    return {saved.store ? copy_memory_store(*saved.store) : make_memory_store(), nullptr, saved.keys};
}

Suite ForkSimulation::suite_of(const NodeId& id) const {
    return options_.mixed_suites && id != ids_.front() ? Suite::sm2_sm3 : Suite::ed25519_sha256;
}

void ForkSimulation::pin_all(Machine& machine) {
    for (const NodeId& id : ids_)
        if (id != machine.node->id())
            machine.node->pin(id, test::fixed_card(id, *test::fixed_key(id.value(), suite_of(id))));
}

void ForkSimulation::connect(Machine& a, Machine& b) {
    static constexpr std::array<std::size_t, 3> limits{1, 2'000, bundle_bytes_max};
    a.node->connect(*b.node, random_.pick(limits), SimNode::Road::pull, b.name);
    b.node->connect(*a.node, random_.pick(limits), SimNode::Road::pull, a.name);
}

/// The copy runs beside the original, and reaches one of its neighbours.
void ForkSimulation::copy_a_machine() {
    const auto at = static_cast<std::size_t>(random_.below(ids_.size()));
    const NodeId id = ids_[at];
    add_machine(id, id.value() + " copy " + std::to_string(machines_.size()), save(machines_[at]));
    trace_.push_back(machines_.back().name + " is copied from " + machines_[at].name);
    const std::size_t neighbour = at == 0 ? 1 : random_.one_in(2) && at + 1 < ids_.size() ? at + 1 : at - 1;
    connect(machines_.back(), machines_[neighbour]);
}

/// What goes with this machine's data: its own acts, and those that nobody else holds.
void ForkSimulation::note_losses(Machine& machine, const Saved& put_back) {
    const SimNode::Data data = data_of(put_back);
    const auto opened = data.disk ? open_sqlite_store(data.disk->file(std::string(database_name))) : nullptr;
    const auto before = machine.node->store().read();
    const auto after = (opened ? opened : data.store)->read();
    for (const Act& act : ledger_.acts) {
        if (!holds(*before, act) || holds(*after, act)) continue;
        const bool elsewhere = std::any_of(machines_.begin(), machines_.end(), [&](const Machine& other) {
            return &other != &machine && holds(*other.node->store().read(), act);
        });
        if (!elsewhere || node_of(act.dot.log) == machine.node->id()) orphaned_[act.asked.reason] = elsewhere;
    }
}

void ForkSimulation::pull(Machine& machine) {
    auto& links = machine.node->links();
    if (links.empty()) return;
    auto link = links.begin();
    std::advance(link, static_cast<std::ptrdiff_t>(random_.below(links.size())));
    (void)link->second.puller->step_now();
}

void ForkSimulation::trouble(Machine& machine) {
    Disk* const disk = machine.node->disk();
    if (random_.one_in(4)) {
        set_clock(*machine.clock, random_, ledger_);
    } else if (disk != nullptr && random_.one_in(2)) {
        if (random_.one_in(4))
            disk->fail_sync(1 + random_.below(6));
        else
            disk->crash_at(1 + random_.below(100));
    } else {
        change_weather(*machine.node, random_);
    }
}

Findings ForkSimulation::act(Machine& machine) {
    const std::size_t acts = ledger_.acts.size();
    Findings findings = workload_.act(*machine.node, ids_);
    for (std::size_t i = acts; i < ledger_.acts.size(); ++i)
        trace_.push_back(machine.name + ": " + ledger_.acts[i].asked.reason + " at " + to_string(ledger_.acts[i].dot));
    return findings;
}

void ForkSimulation::put_back(Machine& machine, const Saved& saved, SimNode::NewLog new_log) {
    trace_.push_back(machine.name + (new_log == SimNode::NewLog::yes ? " is restored" : " is put back"));
    note_losses(machine, saved);
    ++coverage_.rolled_back;
    machine.was_put_back = true;
    machine.cosigned = cosigned_is_held();
    machine.node->restart_over(data_of(saved), new_log);
}

bool ForkSimulation::is_copied(const NodeId& id) const {
    return std::count_if(machines_.begin(), machines_.end(),
                         [&](const Machine& machine) { return machine.node->id() == id; }) > 1;
}

/// Not while a copy runs, nor once data was put back, of which perhaps not all has come back that was written since;
/// and a node that is put back with its old key is refused. So the operations guide says.
Findings ForkSimulation::change_key(Machine& machine) {
    if (machine.was_put_back || is_copied(machine.node->id())) return {};
    const std::uint64_t before = workload_.key_changes();
    machine.backups.clear();
    Findings findings = workload_.rotate_key(*machine.node);
    if (workload_.key_changes() != before) trace_.push_back(machine.name + " changes its key");
    return findings;
}

Findings ForkSimulation::step() {
    const auto pause_ms = static_cast<std::int64_t>(random_.below(30'000));
    for (const Machine& machine : machines_) machine.clock->advance(pause_ms);
    Machine& machine = random_.pick(machines_);
    if (options_.faults && random_.one_in(12)) {
        trouble(machine);
        return {};
    }
    const std::uint64_t dice = random_.below(100);
    if (options_.key_changes && dice == 44) return change_key(machine);
    if (dice < 45) return act(machine);
    if (dice < 90) {
        pull(machine);
    } else if (dice < 94) {
        machine.backups.push_back(save(machine));
        trace_.push_back(machine.name + " is backed up");
    } else if (dice < 96 && options_.copies && machines_.size() < ids_.size() + 2) {
        copy_a_machine();
    } else if (!machine.backups.empty()) {
        const bool restore = options_.restores && (!options_.silent || random_.one_in(2));
        if (restore || options_.silent)
            put_back(machine, random_.pick(machine.backups), restore ? SimNode::NewLog::yes : SimNode::NewLog::no);
    }
    return {};
}

/// A step, and the starts of what it made stop.
Findings ForkSimulation::step_through_crashes() {
    Findings findings;
    try {
        findings = step();
    } catch (const StoreFault& fault) {
        const bool troubled = std::any_of(machines_.begin(), machines_.end(),
                                          [](const Machine& machine) { return is_disk_troubled(*machine.node); });
        if (!troubled) findings = {std::string("a fault without a cause: ") + fault.what()};
    }
    for (const Machine& machine : machines_) {
        if (!start_crashed(*machine.node, random_)) continue;
        workload_.look_again(*machine.node);
        trace_.push_back(machine.name + " crashed");
    }
    for (std::string& finding : check_cosigned()) findings.push_back(std::move(finding));
    return findings;
}

Findings ForkSimulation::check_cosigned() {
    Findings findings;
    for (const Machine& machine : machines_)
        for (std::string& finding : machine.cosigned->check(*machine.node, ledger_))
            findings.push_back(machine.name + ": " + finding);
    return findings;
}

Findings ForkSimulation::settle() {
    for (const Machine& machine : machines_) mend(*machine.node);
    const std::size_t rounds_max = 200 + 4 * ledger_.acts.size();
    std::size_t quiet = 0;
    for (std::size_t round = 0; quiet < 12; ++round) {
        if (round == rounds_max) return {"after " + std::to_string(round) + " rounds something still moves"};
        bool moved = false;
        for (const Machine& machine : machines_) {
            machine.clock->advance(61'000);
            machine.node->replica().cosign_heads();
        }
        for (const Machine& machine : machines_)
            for (auto& [name, link] : machine.node->links()) {
                const Standing before = machine.node->replica().standing();
                // Logs that are refused are asked for again every minute, and must not hold back the others.
                for (int i = 0; i < 4; ++i) (void)link.puller->step_now();
                const Standing after = machine.node->replica().standing();
                moved = moved || after.vector != before.vector || after.forks != before.forks;
            }
        quiet = moved ? 0 : quiet + 1;
    }
    return {};
}

Findings ForkSimulation::converged() {
    Findings findings;
    const Standing first = machines_.front().node->replica().standing();
    const std::string catalogue = catalogue_text(*machines_.front().node->store().read(), Numbers::without);
    for (const Machine& machine : machines_) {
        const Standing standing = machine.node->replica().standing();
        const std::string who = machine.name + " against " + machines_.front().name + ": ";
        if (standing.vector != first.vector)
            findings.push_back(who + "vector " + to_string(standing.vector) + " is not " + to_string(first.vector));
        if (standing.forks != first.forks)
            findings.push_back(who + "forks " + to_string(standing.forks) + " are not " + to_string(first.forks));
        if (standing.state_root != first.state_root) findings.push_back(who + "another state root");
        if (catalogue_text(*machine.node->store().read(), Numbers::without) != catalogue)
            findings.push_back(who + "another catalogue");
        for (const std::string& finding : verify(*machine.node->store().read()))
            findings.push_back(machine.name + " verify: " + finding);
        if (!machine.node->replica().rebuild({})) findings.push_back(machine.name + " rebuilds to another root");
    }
    if (!findings.empty())
        for (const Machine& machine : machines_) {
            for (auto& [name, link] : machine.node->links())
                findings.push_back(machine.name + " from " + name + ": " + link.puller->status().state + ", " +
                                   describe(link.puller->status().last_error));
            findings.push_back(machine.name + " writes " + machine.node->replica().standing().own_log.value() +
                               ", knows of forks " + to_string(machine.node->replica().standing().forks));
        }
    std::vector<SimNode*> nodes;
    for (const Machine& machine : machines_) nodes.push_back(machine.node.get());
    for (std::string& finding : all_vouched_for()->check(nodes, ledger_)) findings.push_back(std::move(finding));
    coverage_.forks += first.forks.items().size();
    return findings;
}

/// What was acknowledged counts, here and everywhere; or, when the machine that held it was put back, it stands behind
/// the cut where somebody holds it, or went with the machine.
Findings ForkSimulation::accounted(const Act& act, const ForkAccounts& accounts) {
    ForkAccounts::Stands stands = accounts.check(act);
    if (stands.anywhere) {
        if (stands.again) ++coverage_.again;
        if (stands.again && act.asked.kind == RecordKind::batch_propose) ++coverage_.proposals_again;
        return std::move(stands.findings);
    }
    const std::string lost = act.asked.reason + " " + to_string(act.dot) + " was acknowledged and is lost";
    const auto orphaned = orphaned_.find(act.asked.reason);
    if (orphaned == orphaned_.end()) return {lost};
    if (!orphaned->second) return {};  // it went with the only machine that held it
    const bool listed = std::any_of(machines_.begin(), machines_.end(),
                                    [&](const Machine& machine) { return holds(*machine.node->store().read(), act); });
    if (!listed) return {lost};
    ++coverage_.other_branch;
    return {};
}

Findings ForkSimulation::all_accounted() {
    std::vector<Store*> stores;
    for (const Machine& machine : machines_) stores.push_back(&machine.node->store());
    const ForkAccounts accounts(*stores.front(), stores, ledger_);
    Findings findings = accounts.check_entries();
    for (const Act& act : ledger_.acts)
        for (std::string& finding : accounted(act, accounts)) findings.push_back(std::move(finding));
    return findings;
}

Findings ForkSimulation::check() {
    Findings findings = converged();
    for (std::string& finding : all_accounted()) findings.push_back(std::move(finding));
    // Two branches of equal length are equal vectors with different states, until their heads are compared.
    static const std::set<std::string> expected{"fork", "rolled_back", "rewound_history", "root_mismatch",
                                                "divergence"};
    for (const Machine& machine : machines_)
        for (const IncidentRow& incident : machine.node->store().read()->incidents(0, 10'000)) {
            if (!expected.contains(incident.kind) && !has_cause(incident, machine.node->id(), ledger_))
                findings.push_back(machine.name + " reports " + incident.kind + " of " + incident.subject + ": " +
                                   incident.received);
            if (incident.advice.starts_with("tell " + machine.node->id().value() + ";"))
                findings.push_back(machine.name + " is advised to tell itself of " + incident.subject);
        }
    if (!findings.empty()) {
        std::string trace = "trace:";
        for (const std::string& line : trace_) trace += "\n  " + line;
        findings.push_back(trace);
    }
    return findings;
}

Findings ForkSimulation::run() {
    const std::int64_t began_ms = machines_.front().clock->steady_ms();
    for (std::uint64_t i = 0; i < options_.steps; ++i) {
        Findings findings = step_through_crashes();
        if (findings.empty()) continue;
        for (std::string& finding : findings) finding = "step " + std::to_string(i) + ": " + finding;
        return findings;
    }
    Findings findings = settle();
    for (std::string& finding : check()) findings.push_back(std::move(finding));
    coverage_.simulated_ms = machines_.front().clock->steady_ms() - began_ms;
    coverage_.faults = ledger_.faults;
    coverage_.key_changes = workload_.key_changes();
    return findings;
}

std::string ForkSimulation::outcome() const {
    std::string text;
    for (const Machine& machine : machines_) text += machine.name + ": " + outcome_of(*machine.node);
    return text;
}

}  // namespace minglu::simulation
