#pragma once
/// What a peer, hostile or broken, can make this node write down about it on one day. One rule for every store.
///
/// Incidents are never removed, so a peer must not be able to cause any number of them. Of one kind about one peer so
/// many as follows are kept one by one on one day in UTC+8; further ones of that day are counted in one incident more,
/// which tells of the last of them; so it is with what is about this node itself. All others share the room of one: a
/// file names whomever it likes as its sender. What is about no node is not of another's making, and has no bound.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "catalog/text/encoding.hpp"
#include "minglu/store.hpp"
#include "minglu/time.hpp"

namespace minglu {

constexpr std::uint32_t incidents_per_day_max = 100;
/// Each text of an incident; a longer one is cut, and says so.
constexpr std::size_t incident_text_bytes_max = 4096;

[[nodiscard]] inline IncidentRow shortened(IncidentRow incident) {
    for (std::string* text : std::array{&incident.subject, &incident.received, &incident.done, &incident.advice}) {
        if (text->size() <= incident_text_bytes_max) continue;
        const std::string whole = std::to_string(text->size());
        text->resize(incident_text_bytes_max);
        text->resize(valid_utf8_prefix(*text));
        *text += "… (" + whole + " bytes in all)";
    }
    return incident;
}

/// Whose room an incident takes.
enum class Room {
    unbounded,  ///< about no node
    peer,       ///< or this node itself
    strangers   ///< about another node, that is no peer here
};

/// The incident in which `one` is counted on a day that has brought too many of its kind and room: the same peer and
/// subject for all of one day.
[[nodiscard]] inline IncidentRow counted_together(const IncidentRow& one, Room room) {
    const std::string day = to_string(day_of(one.at));
    IncidentRow together = one;
    together.subject = "further ones on " + day;
    if (room == Room::strangers) {
        together.peer.clear();
        together.subject = "further ones of nodes that are no peers, on " + day;
    }
    together.received = "more on " + day + " than the " + std::to_string(incidents_per_day_max) +
                        " that are kept one by one; how many more is counted here. The last: " +
                        (room == Room::strangers ? "from " + one.peer + ", " : "") + one.subject +
                        (one.subject.empty() ? "" : ": ") + one.received;
    together.done = "of the last: " + one.done;
    together.advice = "look at those of that day that are kept one by one; of the last: " + one.advice;
    return together;
}

/// A day in UTC+8: its first moment and that of the next one.
struct DayBounds {
    UnixMs begin;
    UnixMs end;
};

[[nodiscard]] inline DayBounds day_around(UnixMs moment) {
    const Day day = day_of(moment);
    return {start_of(day), start_of(Day{day.value() + 1})};
}

}  // namespace minglu
