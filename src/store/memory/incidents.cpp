#include <algorithm>

#include "src/store/incident_bounds.hpp"
#include "src/store/memory/state.hpp"

namespace minglu::memory {
namespace {

bool count_up(State& state, const IncidentRow& incident) {
    for (IncidentRow& known : state.incidents) {
        if (known.kind != incident.kind || known.peer != incident.peer || known.subject != incident.subject) continue;
        if (!known.first) known.first = Occurrence{known.at, known.received, known.done, known.advice};
        known.at = incident.at;
        known.received = incident.received;
        known.done = incident.done;
        known.advice = incident.advice;
        known.count += incident.count;
        return true;
    }
    return false;
}

Room room_of(const State& state, const std::string& peer) {
    if (peer.empty()) return Room::unbounded;
    const bool is_own = std::any_of(state.logs.begin(), state.logs.end(),
                                    [&](const LogRow& log) { return log.own && node_of(log.id).value() == peer; });
    return is_own || state.peers.contains(NodeId{peer}) ? Room::peer : Room::strangers;
}

bool is_day_full(const State& state, const IncidentRow& incident, Room room) {
    if (room == Room::unbounded) return false;
    const DayBounds day = day_around(incident.at);
    const auto of_day = std::count_if(state.incidents.begin(), state.incidents.end(), [&](const IncidentRow& known) {
        const bool is_in_room =
            room == Room::peer ? known.peer == incident.peer : room_of(state, known.peer) == Room::strangers;
        const UnixMs began = known.first ? known.first->at : known.at;
        return is_in_room && known.kind == incident.kind && began >= day.begin && began < day.end;
    });
    return of_day >= incidents_per_day_max;
}

void insert(State& state, const IncidentRow& incident) {
    state.incidents.push_back(incident);
    state.incidents.back().no = static_cast<std::int64_t>(state.incidents.size());
}

void acknowledge(IncidentRow& incident, Acknowledgement acknowledgement) {
    acknowledgement.count = incident.count;
    incident.acknowledgements.push_back(std::move(acknowledgement));
}

}  // namespace

void add_incident(State& state, const IncidentRow& incident) {
    const IncidentRow one = shortened(incident);
    if (count_up(state, one)) return;
    const Room room = room_of(state, one.peer);
    if (!is_day_full(state, one, room)) return insert(state, one);
    const IncidentRow together = shortened(counted_together(one, room));
    if (!count_up(state, together)) insert(state, together);
}

std::vector<IncidentRow> incidents(const State& state, std::int64_t before, std::uint32_t limit,
                                   const IncidentFilter& filter) {
    const auto is_wanted = [&](const IncidentRow& incident) {
        return (before == 0 || incident.no < before) && (!filter.only_open || is_open(incident)) &&
               (filter.kind.empty() || incident.kind == filter.kind) &&
               (filter.peer.empty() || incident.peer == filter.peer);
    };
    std::vector<IncidentRow> incidents;
    for (auto at = state.incidents.rbegin(); at != state.incidents.rend() && incidents.size() < limit; ++at)
        if (is_wanted(*at)) incidents.push_back(*at);
    return incidents;
}

bool acknowledge(State& state, std::int64_t incident_no, Acknowledgement acknowledgement) {
    for (IncidentRow& incident : state.incidents) {
        if (incident.no != incident_no) continue;
        acknowledge(incident, std::move(acknowledgement));
        return true;
    }
    return false;
}

std::uint64_t acknowledge_all(State& state, std::string_view kind, std::string_view peer,
                              const Acknowledgement& acknowledgement) {
    std::uint64_t acknowledged = 0;
    for (IncidentRow& incident : state.incidents) {
        if (incident.kind != kind || incident.peer != peer || !is_open(incident)) continue;
        acknowledge(incident, acknowledgement);
        ++acknowledged;
    }
    return acknowledged;
}

}  // namespace minglu::memory
