#include "src/http/api/checking.hpp"

#include <algorithm>

#include "src/checks/goods_names.hpp"
#include "src/http/api/services.hpp"

namespace minglu {

namespace {

/// A snapshot that has nothing newer than the names in memory.
std::unique_ptr<ReadTx> snapshot(const Services& services, const CheckWanted& wanted) {
    if (wanted.lookalikes) services.lookalikes.follow();
    return services.store.read();
}

}  // namespace

Checking::Checking(std::unique_ptr<CheckPlace> place, GoodsList list, const Call& call, const CheckWanted& wanted)
    : place_(std::move(place)),
      list_(std::move(list)),
      tx_(snapshot(call.services, wanted)),
      catalogue_(*tx_, wanted.asked),
      check_(catalogue_),
      tally_(call.tally) {
    if (!wanted.lookalikes) return;
    imitations_.emplace(call.services.lookalikes, catalogue_);
    complete_ = call.services.lookalikes.size().complete;
}

bool Checking::is_own(const Imitated& mark, const GoodsRow& goods, const Answer& answer) {
    const std::string own = same_name(mark.name);
    if (own.empty() || own != same_name(answer[answer_place("name")])) return false;
    // A number is that of one mark; others may have the same name for other goods.
    const bool is_of_holder = !mark.holders.empty() && mark.holders == answer[answer_place("holders")];
    if (answer[answer_place("match")] == "number" && answer[answer_place("key")] != mark.key && !is_of_holder)
        return false;
    return std::any_of(goods.names.begin(), goods.names.end(),
                       [&](std::string_view name) { return same_name(name).find(own) != std::string::npos; });
}

}  // namespace minglu
