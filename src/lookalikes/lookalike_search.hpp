#pragma once
/// Which protected marks could a sign be meant to imitate, over one snapshot of the catalogue?
///
/// What the names in memory bring up is looked up in the snapshot, as of the day and as known at the moment that is
/// asked about, so that a hit never says anything that the catalogue did not. Names that were written over since that
/// moment are compared as well.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "src/lookalikes/lookalikes.hpp"
#include "sync/catalogue_at.hpp"

namespace minglu {

struct LookalikeQuestion {
    LookalikeQuery query;
    std::string nice_class;                                  ///< of trademarks; empty = any
    std::function<bool(const EntryHit& entry)> is_wanted{};  ///< none = all
};

struct LookalikeHit {
    EntryHit entry;
    Comparison comparison;
};

class LookalikeSearch {
public:
    /// Both outlive it; `names` has followed the store at or after the moment at which the snapshot was opened, or a
    /// little before. With a moment in the past: reads once the names of all entries written to since.
    LookalikeSearch(const Lookalikes& names, const CatalogueAt& catalogue);

    /// Entries that are listed on the day, best first. A sign that is like none is taken apart: marks that what it
    /// begins with could imitate, the rest being taken for the name of the goods. Errors: bad_request (nothing in the
    /// sign to compare).
    [[nodiscard]] Result<std::vector<LookalikeHit>> find(std::string_view sign,
                                                         const LookalikeQuestion& question) const;

private:
    using Adapt = std::function<Comparison(Comparison)>;
    /// `adapt` makes of a comparison what is said of the whole sign.
    void add_hits(std::vector<LookalikeHit>& hits, const SignComparer& sign, const LookalikeQuestion& question,
                  const Adapt& adapt) const;

    const Lookalikes& names_;
    const CatalogueAt& catalogue_;
    SignIndex earlier_;  ///< names as they were known, of entries written to since
};

}  // namespace minglu
