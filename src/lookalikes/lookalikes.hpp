#pragma once
/// Which protected marks could a sign be meant to imitate? The index of catalog/lookalike over the names of all
/// trademarks and geographical indications of a store, kept in memory and in step with its commits.
///
/// Built from the store when it is first asked (some seconds for a million names), and from then on brought up to date
/// with what was written since, at the next question. What it finds is looked up in the snapshot of the question, so
/// that a hit never says anything that the catalogue does not. Thread-safe.
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/lookalike/sign_index.hpp"
#include "minglu/store.hpp"
#include "sync/replica.hpp"

namespace minglu {

struct LookalikeQuestion {
    LookalikeQuery query;
    std::string nice_class;  ///< of trademarks; empty = any
    Day as_of;               ///< listed on that day
};

struct LookalikeHit {
    EntryHit entry;
    Comparison comparison;
};

class Lookalikes {
public:
    /// `replica` outlives it, but must not write any more once it is gone.
    Lookalikes(Store& store, Replica& replica) : store_(store), replica_(replica) {}

    /// Takes what was committed before the call. Before the snapshot that is asked is opened; once for many questions.
    void follow();
    /// Entries that are listed on the day, best first. Errors: bad_request (nothing in the sign to compare).
    [[nodiscard]] Result<std::vector<LookalikeHit>> find(const ReadTx& tx, std::string_view sign,
                                                         const LookalikeQuestion& question) const;

    struct Size {
        std::size_t signs = 0;
        std::size_t bytes = 0;
        bool complete = true;  ///< false: there are more names than are kept
    };
    [[nodiscard]] Size size() const;

private:
    void note(const ViewChanges& changes);
    void build(const ReadTx& tx);
    void refresh(const ReadTx& tx, const ViewChanges& changes);

    Store& store_;
    Replica& replica_;
    std::mutex follow_mutex_;  ///< before the others
    bool watching_ = false;
    bool built_ = false;
    std::mutex changes_mutex_;
    ViewChanges changes_;
    mutable std::shared_mutex index_mutex_;
    SignIndex index_;
};

}  // namespace minglu
