#pragma once
/// What became of the acts of a run in which logs fork: each counts where it was written, or is written again behind
/// the cut, and says the same there.
#include <memory>

#include "tests/simulation/accounts.hpp"

namespace minglu::simulation {

class ForkAccounts {
public:
    /// Of the catalogue that `shown` holds; `stores` are those of all machines, for what stands behind cuts. Both must
    /// outlive this object.
    ForkAccounts(Store& shown, const std::vector<Store*>& stores, const Ledger& ledger);

    /// Of the entries.
    [[nodiscard]] Findings check_entries() const { return accounts_.check(); }
    struct Stands {
        bool anywhere = false;  ///< somewhere that counts
        bool again = false;     ///< it was written again there
        Findings findings;
    };
    /// Of one act: whatever stands for it says what it says, in a change that counts, a proposal that is listed, or
    /// whatever else it was; and claims to have seen nothing that its author was not shown.
    [[nodiscard]] Stands check(const Act& act) const;

private:
    struct Written {
        Dot dot;
        Hash leaf{};
        Draft draft;
    };
    [[nodiscard]] std::string fault_of(const Act& act, const Written& written) const;
    [[nodiscard]] std::string fault_of_effect(const Written& written) const;
    [[nodiscard]] std::string fault_of_sight(const Draft& asked, const Written& written) const;
    [[nodiscard]] std::string reason_at(const RecordRef& record) const;

    std::unique_ptr<ReadTx> tx_;
    Accounts accounts_;
    std::map<std::string, std::vector<Written>> counted_;  ///< by reason
    std::map<std::string, std::set<Dot>> places_;          ///< by reason, also where it does not count
    std::map<std::pair<Dot, Hash>, std::string> reasons_;  ///< by record, the same
    std::set<Dot> batches_;                                ///< that are listed
};

}  // namespace minglu::simulation
