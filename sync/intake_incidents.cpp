#include "sync/intake_incidents.hpp"

namespace minglu {

IncidentRow incident_of(const Error& error, const NodeId& from, const LogId& log) {
    IncidentRow incident;
    incident.kind = error.code == ErrorCode::bad_proof     ? "root_mismatch"
                    : error.code == ErrorCode::not_allowed ? "old_key"
                                                           : std::string(name(error.code));
    incident.peer = from.value();
    incident.subject = log.value();
    incident.received = error.what;
    incident.done = "nothing of this log was taken";
    incident.advice = error.cure;
    return incident;
}

IncidentRow unknown_node(const Error& error, const NodeId& from, const std::vector<LogId>& logs) {
    IncidentRow incident = incident_of(error, from, logs.front());
    incident.subject = node_of(logs.front()).value();
    incident.received += ", " + logs.front().value();
    if (logs.size() > 1) incident.received += ", and " + std::to_string(logs.size() - 1) + " more of it at once";
    return incident;
}

IncidentRow own_key_is_old(const KeyChange& change, const NodeId& from) {
    return {
        0,
        {},
        "old_key",
        from.value(),
        change.log.value(),
        "our log went on with another signing key after record " + std::to_string(change.at.value()),
        "this node signs with the key that it has; nodes that know of the change refuse it",
        "put back the newer keys directory and restart: what was written meanwhile is written again under that key; "
        "where it is lost, minglu key rotate, and have the partners pin the new card (minglu peer add --replace)",
        1};
}

IncidentRow invalid_record(const Dot& dot, const NodeId& from, const std::string& fault) {
    return {0,
            {},
            "invalid_record",
            from.value(),
            to_string(dot),
            fault,
            "the record is kept and forwarded, and has no effect",
            "tell the node that wrote it; its program is at fault",
            1};
}

IncidentRow newer_version(const Dot& dot, const NodeId& from, std::uint32_t version) {
    return {0,
            {},
            std::string(name(ErrorCode::unsupported_version)),
            from.value(),
            dot.log.value(),
            "record " + to_string(dot) + " is of version " + std::to_string(version),
            "it is kept and forwarded, and has no effect here yet",
            "upgrade this program: it reads what it has kept when it starts",
            1};
}

IncidentRow clock_ahead(const Dot& dot, const NodeId& from, HybridTime time) {
    return {0,
            {},
            "clock_ahead",
            from.value(),
            dot.log.value(),
            "record " + to_string(dot) + " is dated " + to_string(UnixMs{time.ms}),
            "it was folded as usual; our clock was not moved",
            "compare the clocks of both nodes with a time server",
            1};
}

}  // namespace minglu
