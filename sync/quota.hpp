#pragma once
/// What one log of another node may bring in on one day of this node's clock (a day in UTC+8), so that a flood by one
/// node, or one program gone wild, does not fill the disk overnight; and what the writes of one node, in all its logs,
/// may contest on crowded entries. What comes beyond is not refused: it waits for the next day. Logs of this node
/// itself, and files that a person imports, have no quota.
#include <cstdint>
#include <set>

#include "minglu/store.hpp"
#include "sync/crowding.hpp"

namespace minglu {

/// Far above any honest day: a first copy of a million entries is half a gigabyte.
constexpr std::uint64_t log_bytes_per_day_default = std::uint64_t{4} << 30;

/// Whether `ingest` counts and holds back.
enum class Quotas { apply, ignore };

class DailyQuota {
public:
    DailyQuota(std::uint64_t bytes_per_day, Day today) : bytes_per_day_(bytes_per_day), today_(today) {}

    [[nodiscard]] std::uint64_t bytes_per_day() const { return bytes_per_day_; }
    /// Bytes of records taken of that log today, as they travel in a bundle.
    [[nodiscard]] std::uint64_t used(const ReadTx& tx, const LogId& log) const;
    /// Groups that writes of that node have contested on crowded entries today.
    [[nodiscard]] std::uint64_t contested(const ReadTx& tx, const NodeId& node) const;
    /// Nothing more of it is taken today. What was taken last may have gone beyond by one bundle.
    [[nodiscard]] bool is_used_up(const ReadTx& tx, const LogId& log) const;
    [[nodiscard]] std::set<LogId> used_up(const ReadTx& tx) const;
    /// True when these bytes are the ones that use it up.
    bool add(WriteTx& tx, const LogId& log, std::uint64_t bytes) const;
    /// The same for what a node's writes contest.
    bool add_contested(WriteTx& tx, const NodeId& node, std::uint64_t contests) const;

private:
    [[nodiscard]] std::uint64_t counted(const ReadTx& tx, const std::string& setting) const;
    bool count(WriteTx& tx, const std::string& setting, std::uint64_t more, std::uint64_t per_day) const;

    std::uint64_t bytes_per_day_;
    Day today_;
};

/// What is reported when a log has used up its day.
[[nodiscard]] IncidentRow quota_incident(const LogId& log, const NodeId& from, const DailyQuota& quota);
/// What is reported when the writes of a node have contested on crowded entries what they may on one day.
[[nodiscard]] IncidentRow crowd_incident(const NodeId& author, const Crowd& crowd, const NodeId& from);

}  // namespace minglu
