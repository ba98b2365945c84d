#pragma once
/// What is reported of a bundle that a peer sent: of logs that were refused, of records that were taken all the same,
/// and of our own key. The time is filled in when they are stored.
#include <string>
#include <vector>

#include "minglu/store.hpp"
#include "sync/key_changes.hpp"

namespace minglu {

/// Of a log that was refused; its kind is the error's code where docs/PROTOCOL.md §6 has no other name for it.
[[nodiscard]] IncidentRow incident_of(const Error& error, const NodeId& from, const LogId& log);
/// Of all logs of a node without a card here that one bundle brought: `logs` are its logs, at least one, `error` is
/// what refused them.
[[nodiscard]] IncidentRow unknown_node(const Error& error, const NodeId& from, const std::vector<LogId>& logs);
/// An older copy of the keys runs: others refuse what it signs from now on.
[[nodiscard]] IncidentRow own_key_is_old(const KeyChange& change, const NodeId& from);

[[nodiscard]] IncidentRow invalid_record(const Dot& dot, const NodeId& from, const std::string& fault);
[[nodiscard]] IncidentRow newer_version(const Dot& dot, const NodeId& from, std::uint32_t version);
[[nodiscard]] IncidentRow clock_ahead(const Dot& dot, const NodeId& from, HybridTime time);

}  // namespace minglu
