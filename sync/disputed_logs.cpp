#include "sync/disputed_logs.hpp"

#include <set>
#include <string>

namespace minglu {

std::vector<LogId> disputed_logs(const ReadTx& tx) {
    std::set<std::string> doubted;
    std::set<std::string> located;
    for (const ForkRow& fork : tx.forks()) (fork.common ? located : doubted).insert(fork.log.value());
    constexpr std::uint32_t incidents_max = 1'000;
    for (const IncidentRow& incident : tx.incidents(0, incidents_max, {"root_mismatch", "", true}))
        doubted.insert(incident.subject);
    std::vector<LogId> disputed;
    for (const LogRow& log : tx.logs())
        if (log.size != Seq{} && !log.cut && doubted.contains(log.id.value()) && !located.contains(log.id.value()))
            disputed.push_back(log.id);
    return disputed;
}

}  // namespace minglu
