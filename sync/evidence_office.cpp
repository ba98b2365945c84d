#include "sync/evidence_office.hpp"

#include <memory>
#include <utility>

#include "sync/evidence_make.hpp"
#include "sync/replica.hpp"
#include "sync/replica_detail.hpp"

namespace minglu {

EvidenceOffice::EvidenceOffice(Replica& replica, Store& store, const Signer& signer, const Clock& clock,
                               std::string card)
    : replica_(replica), store_(store), clock_(clock), signer_(&signer), card_(std::move(card)) {}

void EvidenceOffice::sign_with(const Signer& signer, std::string card) {
    const std::scoped_lock lock(identity_mutex_);
    signer_ = &signer;
    card_ = std::move(card);
}

Result<std::string> EvidenceOffice::issue(const EntryKey& key, Day as_of, std::optional<UnixMs> known_at) {
    std::unique_ptr<ReadTx> tx;
    std::vector<TrieChildren> path;
    std::optional<EntryNo> lone_entry;
    // Nobody writes meanwhile: snapshot, head and trie are those of one commit.
    replica_.with_trie([&](StateTrie& trie) {
        tx = store_.read();
        path = trie.path_of(key);
        lone_entry = trie.lone_entry(key);
    });
    auto own = find_own(tx->logs());
    if (!own) throw StoreFault(ErrorCode::corrupt, "the node has no log of its own");
    const auto [signer, card] = [&] {
        const std::scoped_lock lock(identity_mutex_);
        return std::pair(signer_, card_);
    }();
    const UnixMs made = clock_.now();
    auto evidence = gather_evidence({*tx, *std::move(own), std::move(path), lone_entry}, key,
                                    {as_of, known_at, day_of(made)}, made, card);
    if (!evidence) return fail(evidence.error());
    evidence->signature = signer->sign(signed_bytes(*evidence));
    std::string text = serialise(*evidence);
    if (text.size() > evidence_bytes_max)
        return fail({ErrorCode::too_large,
                     "evidence of " + std::to_string(evidence->ops.size()) + " writes would have " +
                         std::to_string(text.size()) + " bytes, more than anybody takes",
                     key.value(), "show its history, and have the records themselves exported"});
    return text;
}

}  // namespace minglu
