#include "src/http/api/checking.hpp"

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

}  // namespace minglu
