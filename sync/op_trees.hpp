#pragma once
/// The trees over the ops of records, for proofs that an op is in its record. A record of an import has thousands of
/// ops, and officers ask about the entries of one import one after the other: the trees asked for last are kept.
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

/// Where a line stands in its record, and the RFC 9162 inclusion proof in `ops_root`.
struct OpPlace {
    std::uint64_t index = 0;  ///< from 0
    std::vector<Hash> path;
};

/// Thread-safe.
class OpTrees {
public:
    /// `line` is one of the record's ops. Hashes all of them unless its tree is kept. Throws StoreFault(corrupt) when
    /// the record has no such line.
    [[nodiscard]] OpPlace place_of(const ReadTx& tx, const RecordRow& record, std::string_view line);

private:
    /// Roots of the perfect subtrees by level; level 0 = leaf hashes.
    using Levels = std::vector<std::vector<Hash>>;
    struct Kept {
        Hash record{};  ///< leaf hash of its header: names its content
        std::shared_ptr<const Levels> levels;
    };
    [[nodiscard]] std::shared_ptr<const Levels> levels_of(const ReadTx& tx, const RecordRow& record);

    std::mutex mutex_;
    std::deque<Kept> kept_;  ///< asked for last first
};

}  // namespace minglu
