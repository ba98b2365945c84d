#pragma once
/// How far the cosignatures of one side of a link have been handed on to the other, and what makes it begin anew.
#include <cstddef>
#include <optional>
#include <set>

#include "minglu/ids.hpp"

namespace minglu {

class CosignedPosition {
public:
    /// As the giving side numbers them, BundleInfo::cosigned_upto; none = from the start.
    [[nodiscard]] const std::optional<Dot>& upto() const { return upto_; }

    /// Before each exchange, with how many changes of keys are known and the logs that are left out. Cosignatures of
    /// logs that were left out until now, and those under a key that was not known yet, went by unread.
    void prepare(std::size_t key_changes, const std::set<LogId>& skip);
    /// After it. `upto`: none when the bundle said nothing of cosignatures. `skip`: with the logs that this exchange
    /// has added.
    void advance(const std::optional<Dot>& upto, bool spoilt, std::set<LogId> skip);
    /// At each greeting. Spoilt ones are handed on again then, and not before: some may be spoilt for ever.
    void greet();
    /// After a failure: what got there is not known.
    void restart() { upto_.reset(); }

private:
    std::optional<Dot> upto_;
    bool spoilt_ = false;
    std::size_t key_changes_ = 0;
    std::set<LogId> skipped_;
};

}  // namespace minglu
