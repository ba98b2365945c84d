#include "sync/quota.hpp"

#include <charconv>

namespace minglu {

namespace {

/// One setting for each log, with the last day on which it brought something: "2026-01-31 120000".
std::string bytes_setting(const LogId& log) {
    return "bytes_of_day " + log.value();
}
/// The same for each node whose writes crowd an entry.
std::string contests_setting(const NodeId& node) {
    return "contests_of_day " + node.value();
}

}  // namespace

std::uint64_t DailyQuota::counted(const ReadTx& tx, const std::string& setting) const {
    const std::string stored = tx.setting(setting);
    const std::string prefix = to_string(today_) + " ";
    std::uint64_t count = 0;
    if (stored.starts_with(prefix))
        std::from_chars(stored.data() + prefix.size(), stored.data() + stored.size(), count);
    return count;
}

bool DailyQuota::count(WriteTx& tx, const std::string& setting, std::uint64_t more, std::uint64_t per_day) const {
    const std::uint64_t before = counted(tx, setting);
    tx.put_setting(setting, to_string(today_) + " " + std::to_string(before + more));
    return before < per_day && before + more >= per_day;
}

std::uint64_t DailyQuota::used(const ReadTx& tx, const LogId& log) const {
    return counted(tx, bytes_setting(log));
}

std::uint64_t DailyQuota::contested(const ReadTx& tx, const NodeId& node) const {
    return counted(tx, contests_setting(node));
}

bool DailyQuota::is_used_up(const ReadTx& tx, const LogId& log) const {
    return used(tx, log) >= bytes_per_day_ || contested(tx, node_of(log)) >= crowd_contests_per_day;
}

std::set<LogId> DailyQuota::used_up(const ReadTx& tx) const {
    std::set<LogId> logs;
    for (const LogRow& log : tx.logs())
        if (!log.own && is_used_up(tx, log.id)) logs.insert(log.id);
    return logs;
}

bool DailyQuota::add(WriteTx& tx, const LogId& log, std::uint64_t bytes) const {
    return count(tx, bytes_setting(log), bytes, bytes_per_day_);
}

bool DailyQuota::add_contested(WriteTx& tx, const NodeId& node, std::uint64_t contests) const {
    return count(tx, contests_setting(node), contests, crowd_contests_per_day);
}

IncidentRow quota_incident(const LogId& log, const NodeId& from, const DailyQuota& quota) {
    IncidentRow incident;
    incident.kind = "quota";
    incident.peer = from.value();
    incident.subject = log.value();
    incident.received =
        "as much of this log as may come in on one day, " + std::to_string(quota.bytes_per_day()) + " bytes";
    incident.done =
        "what came was taken; more of it waits until the next day of this node's clock, other logs do not wait";
    incident.advice = "ask " + node_of(log).value() +
                      " whether it publishes that much; if so, raise sync.log_bytes_per_day_max in minglu.toml";
    return incident;
}

IncidentRow crowd_incident(const NodeId& author, const Crowd& crowd, const NodeId& from) {
    IncidentRow incident;
    incident.kind = "quota";
    incident.peer = from.value();
    incident.subject = crowd.key.value();
    incident.received = "writes of " + author.value() + " that saw neither each other nor those that stand, most of " +
                        "them of entry " + crowd.key.value() + ": as many conflicts of crowded entries as may come " +
                        "in on one day, " + std::to_string(crowd_contests_per_day);
    incident.done = "what came was taken and is listed; more of the logs of " + author.value() +
                    " waits until the next day of this node's clock, other logs do not wait";
    incident.advice = "ask " + author.value() + " what writes entry " + crowd.key.value() +
                      " again and again without looking at it; one decision of any of its conflicts settles all of " +
                      "them that contest the same groups";
    return incident;
}

}  // namespace minglu
