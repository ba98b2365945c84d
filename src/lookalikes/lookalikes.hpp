#pragma once
/// The names of all trademarks and geographical indications of a store in the index of catalog/lookalike, kept in
/// memory and in step with its commits. Questions go through lookalike_search.hpp.
///
/// Built from the store when it is first asked (some seconds for a million names), and from then on brought up to date
/// with what was written since, at the next question. Thread-safe.
#include <functional>
#include <mutex>
#include <shared_mutex>

#include "catalog/lookalike/sign_index.hpp"
#include "minglu/store.hpp"
#include "sync/replica.hpp"

namespace minglu {

class Lookalikes {
public:
    /// `replica` outlives it, but must not write any more once it is gone.
    Lookalikes(Store& store, Replica& replica) : store_(store), replica_(replica) {}

    /// Takes what was committed before the call. Before the snapshot that is asked is opened; once for many questions.
    void follow();
    /// As SignIndex::find, over the names of all periods of all entries, whatever holds today.
    void find(const SignComparer& sign, const LookalikeQuery& query,
              const std::function<bool(const LookalikeCandidate&)>& accept) const;

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
