#include "sync/quota.hpp"

#include <charconv>

namespace minglu {

namespace {

/// One setting for each log, with the last day on which it brought something: "2026-01-31 120000".
std::string setting_of(const LogId& log) {
    return "bytes_of_day " + log.value();
}

}  // namespace

std::uint64_t DailyQuota::used(const ReadTx& tx, const LogId& log) const {
    const std::string stored = tx.setting(setting_of(log));
    const std::string prefix = to_string(today_) + " ";
    std::uint64_t bytes = 0;
    if (stored.starts_with(prefix))
        std::from_chars(stored.data() + prefix.size(), stored.data() + stored.size(), bytes);
    return bytes;
}

bool DailyQuota::is_used_up(const ReadTx& tx, const LogId& log) const {
    return used(tx, log) >= bytes_per_day_;
}

std::set<LogId> DailyQuota::used_up(const ReadTx& tx) const {
    std::set<LogId> logs;
    for (const LogRow& log : tx.logs())
        if (!log.own && is_used_up(tx, log.id)) logs.insert(log.id);
    return logs;
}

bool DailyQuota::add(WriteTx& tx, const LogId& log, std::uint64_t bytes) const {
    const std::uint64_t before = used(tx, log);
    tx.put_setting(setting_of(log), to_string(today_) + " " + std::to_string(before + bytes));
    return before < bytes_per_day_ && before + bytes >= bytes_per_day_;
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

}  // namespace minglu
