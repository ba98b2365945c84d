#include "sync/scrub.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "sync/findings.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view setting = "verify_round";
constexpr std::int64_t rest_factor = 19;         ///< rests that much longer than it worked
constexpr std::int64_t rest_ms_min = 100;        ///< for stores that are through in no time
constexpr std::uint64_t incidents_max = 50;      ///< of one round; a database that is damaged all over needs no more
constexpr std::int64_t after_fault_ms = 60'000;  ///< a full disk, say
/// What the store's own checks are of a round, by the time that they take; how many parts they come in.
constexpr double store_share = 0.1;
constexpr double store_parts = 10;

IncidentRow incident_of(const NodeId& node, const Finding& finding) {
    IncidentRow incident;
    incident.kind = "damaged_database";
    incident.peer = node.value();
    incident.subject = finding.place;
    incident.received = "this node has verified itself and found: " + finding.what;
    incident.done =
        "nothing was changed, no damaged record is sent, and everything else goes on; no backup is made of it";
    incident.advice =
        (finding.cure.empty() ? "" : finding.cure + "; ") +
        std::string("see the operations guide, damaged database. A disk that did this once will do it again");
    return incident;
}

IncidentRow further_findings(const NodeId& node) {
    return incident_of(node, {"further findings of one round",
                              "more than the " + std::to_string(incidents_max) + " that are incidents of their own",
                              "minglu verify names all"});
}

}  // namespace

Scrub::Scrub(Store& store, Replica& replica, const Clock& clock, StoreCheck check_store, const ScrubOptions& options)
    : store_(store),
      replica_(replica),
      clock_(clock),
      check_store_(std::move(check_store)),
      options_(options),
      saved_ms_(clock.steady_ms()) {
    begin();
    load();
    start_pacing();
}

void Scrub::update(const std::function<void(ScrubState&)>& change) {
    const std::scoped_lock lock(mutex_);
    change(state_);
}

ScrubState Scrub::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

void Scrub::begin() {
    round_ = std::make_unique<VerifyRound>(replica_.reading());
    in_store_ = false;
    part_ = after_ = 0;
    update([&](ScrubState& state) {
        state.begun = clock_.now();
        state.findings = state.busy_ms = 0;
        state.progress = 0;
    });
}

/// Goes on at the usual pace: what a stop cost is not made up for.
void Scrub::start_pacing() {
    pace_from_ms_ =
        clock_.steady_ms() - static_cast<std::int64_t>(state().progress * static_cast<double>(options_.round_ms));
}

double Scrub::progress() const {
    if (in_store_) return 1 - store_share * (1 - std::min(1.0, static_cast<double>(part_) / store_parts));
    const auto total = static_cast<double>(round_->total());
    return total == 0 ? 0 : (1 - store_share) * std::min(1.0, static_cast<double>(round_->done()) / total);
}

std::string Scrub::text() const {
    const ScrubState state = this->state();
    return Json{{"position", round_->position()},
                {"in_store", in_store_},
                {"part", part_},
                {"after", after_},
                {"begun", state.begun.value()},
                {"findings", state.findings},
                {"busy_ms", state.busy_ms},
                {"progress", state.progress},
                {"rounds", state.rounds},
                {"last_end", state.last_end.value()},
                {"last_ok", state.last_ok.value()},
                {"last_findings", state.last_findings},
                {"last_busy_ms", state.last_busy_ms}}
        .dump();
}

/// What does not read is no reason to stay away: the round begins anew.
void Scrub::load() {
    try {
        const std::string text = store_.read()->setting(setting);
        if (text.empty()) return;
        const Json json = Json::parse(text);
        ScrubState state;
        state.rounds = json.at("rounds").get<std::uint64_t>();
        state.last_end = UnixMs{json.at("last_end").get<std::int64_t>()};
        state.last_ok = UnixMs{json.at("last_ok").get<std::int64_t>()};
        state.last_findings = json.at("last_findings").get<std::uint64_t>();
        state.last_busy_ms = json.at("last_busy_ms").get<std::uint64_t>();
        state.begun = UnixMs{json.at("begun").get<std::int64_t>()};
        state.findings = json.at("findings").get<std::uint64_t>();
        state.busy_ms = json.at("busy_ms").get<std::uint64_t>();
        state.progress = json.at("progress").get<double>();
        auto round = std::make_unique<VerifyRound>(replica_.reading(), json.at("position").get<std::string>());
        in_store_ = json.at("in_store").get<bool>();
        part_ = json.at("part").get<std::int64_t>();
        after_ = json.at("after").get<std::int64_t>();
        round_ = std::move(round);
        update([&](ScrubState& now) { now = state; });
    } catch (const std::exception&) {
        begin();
    }
}

void Scrub::save() {
    replica_.write_local([text = text()](WriteTx& tx) { tx.put_setting(setting, text); });
    saved_ms_ = clock_.steady_ms();
}

void Scrub::take(std::vector<std::string> lines) {
    for (const std::string& line : lines) {
        std::uint64_t before = 0;
        update([&](ScrubState& state) { before = state.findings++; });
        if (before < incidents_max)
            pending_.push_back(incident_of(replica_.node(), finding_of(line)));
        else if (before == incidents_max)
            pending_.push_back(further_findings(replica_.node()));
    }
}

/// Kept until they are written: on a full disk they come with the next step.
void Scrub::report_pending() {
    if (pending_.empty()) return;
    const UnixMs now = clock_.now();
    for (IncidentRow& incident : pending_) incident.at = now;
    replica_.write_local([&](WriteTx& tx) {
        for (const IncidentRow& incident : pending_) tx.add_incident(incident);
    });
    pending_.clear();
}

/// A piece that cannot be read ends its part.
bool Scrub::check_piece() {
    std::vector<std::string> lines;
    const std::int64_t part = part_;
    bool more = true;
    try {
        more = check_store_(part_, after_, lines);
    } catch (const StoreFault& fault) {
        if (!is_damage(fault)) throw;
        lines.push_back("the file: " + std::string(fault.what()) + " (" + std::string(cure_of_log) + ")");
        part_ = part + 1;
        after_ = 0;
    }
    take(std::move(lines));
    return more;
}

/// As many pieces as fit.
void Scrub::check_pieces(std::int64_t began_ms) {
    while (check_piece())
        if (clock_.steady_ms() - began_ms >= options_.slice_ms) return;
    end_round();
}

void Scrub::slice() {
    const std::int64_t began_ms = clock_.steady_ms();
    if (in_store_) return check_pieces(began_ms);
    in_store_ = !round_->step(*store_.read(), [&] { return clock_.steady_ms() - began_ms >= options_.slice_ms; });
    take(round_->take_findings());
}

void Scrub::end_round() {
    bool is_news = false;
    update([&](ScrubState& state) {
        is_news = state.rounds == 0 || state.findings != state.last_findings;
        ++state.rounds;
        state.last_end = clock_.now();
        state.last_findings = state.findings;
        state.last_busy_ms = state.busy_ms;
        if (state.findings == 0) state.last_ok = state.last_end;
        state.fault.clear();
    });
    begin();
    pace_from_ms_ = std::max(pace_from_ms_ + options_.round_ms, clock_.steady_ms());
    if (is_news) save();  // else with the next one that is due: small stores are through every few minutes
}

ScrubPause Scrub::step() {
    const std::int64_t began_ms = clock_.steady_ms();
    ScrubPause pause;
    try {
        report_pending();
        slice();
        report_pending();
        if (clock_.steady_ms() - saved_ms_ >= options_.save_every_ms) save();
    } catch (const CommitUnknown&) {
        throw;
    } catch (const std::exception& fault) {
        // A record that was read and not checked would be missed.
        begin();
        start_pacing();
        update([&](ScrubState& state) { state.fault = fault.what(); });
        pause.least_ms = pause.due_ms = after_fault_ms;
        return pause;
    }
    const std::int64_t now_ms = clock_.steady_ms();
    update([&](ScrubState& state) {
        state.busy_ms += static_cast<std::uint64_t>(now_ms - began_ms);
        state.progress = progress();
    });
    pause.least_ms = std::max(rest_ms_min, rest_factor * (now_ms - began_ms));
    const auto due_at = static_cast<std::int64_t>(progress() * static_cast<double>(options_.round_ms)) + pace_from_ms_;
    pause.due_ms = std::max(pause.least_ms, due_at - now_ms);
    return pause;
}

}  // namespace minglu
