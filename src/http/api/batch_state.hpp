#pragma once
/// What became of a batch: a pure reading of its record and of the records that name it.
#include <string_view>
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

enum class BatchState { published, proposed, rejected, withdrawn };
[[nodiscard]] std::string_view name(BatchState state);

struct BatchStanding {
    BatchState state = BatchState::proposed;
    std::vector<BatchMark> approvals;  ///< that count, in order of arrival
    std::vector<BatchMark> closes;     ///< that count
};

/// A change is published. A proposal is published once every node in `needs` has approved; else a close by the proposer
/// withdraws it, and one by a node in `needs` rejects it. A close never undoes a publication.
[[nodiscard]] BatchStanding standing_of(const RecordRow& batch, const Header& header,
                                        const std::vector<BatchMark>& marks, const std::vector<LogRow>& logs);

/// Valid, and not behind the cut of its log.
[[nodiscard]] bool counts(const Dot& dot, bool valid, const std::vector<LogRow>& logs);

}  // namespace minglu
