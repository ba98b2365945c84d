#pragma once
/// The serving side of the exchange protocol (docs/PROTOCOL.md §6), free of HTTP: what a peer may ask, and the answers.
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "minglu/ports.hpp"
#include "sync/replica.hpp"
#include "sync/sender.hpp"

namespace minglu {

constexpr int protocol_version = 1;
constexpr std::string_view bundle_media_type = "application/vnd.minglu.bundle";
/// In place of a position of cosignatures: from the start.
constexpr std::string_view cosigned_all = "all";
/// A long-poll is answered after this at the latest, whatever was asked for.
constexpr std::int64_t long_poll_max_s = 60;

/// The bundle that a receiver asks for; damage of the own copy that comes to light is reported.
[[nodiscard]] std::optional<std::string> bundle_for(Replica& replica, Store& store, BundleRequest request);

class Exchange {
public:
    Exchange(Replica& replica, Store& store, const Clock& clock, std::string card);

    /// This node's own card; a new one after a change of keys. From any thread.
    [[nodiscard]] std::string card() const;
    void set_card(std::string card);

    /// GET /sync/v1/node: card, vector, heads, forks, protocol and fold versions, suites, limits, clock; a JSON object.
    [[nodiscard]] std::string node_json() const;

    /// GET /sync/v1/records: a bundle; none when there is nothing and `wait_s` passed. `gone`: the asker hung up.
    [[nodiscard]] std::optional<std::string> records(const BundleRequest& request, std::int64_t wait_s,
                                                     const std::function<bool()>& gone);

    /// What became of a bundle that was brought here.
    struct Brought {
        std::string json;  ///< {"vector","heads","forks","taken","ops","refused","unknown","cosigned_spoilt"}
        std::optional<Error> refusal;  ///< the first one, when no log of the bundle could be proved
    };
    /// POST /sync/v1/records, or a bundle from a file: takes it. `from` is the sender, for incidents. Errors: those of
    /// parse_bundle.
    [[nodiscard]] Result<Brought> push(std::string_view bundle, const NodeId& from, Quotas quotas = Quotas::apply);

    /// GET /sync/v1/proof: consistency proof of a log between two sizes held here; {"log","from","to","path"}.
    [[nodiscard]] Result<std::string> proof(const LogId& id, Seq from, Seq to) const;

    /// The same without `to`: the steps from `from` to the head held here, whatever of the log counts; by these the
    /// point is found where two branches part. {"log","from","size","steps","head"}.
    [[nodiscard]] Result<std::string> proof_to_head(const LogId& id, Seq from) const;

    /// GET /sync/v1/trie: what stands under a nibble prefix of the state trie;
    /// {"prefix","root","vector","children"|"leaf"}, all of one moment.
    [[nodiscard]] Result<std::string> trie(std::string_view prefix) const;

    /// The same with `key` instead: what this node has of one key; see LeafState.
    [[nodiscard]] std::string leaf(const EntryKey& key) const;

private:
    Replica& replica_;
    Store& store_;
    const Clock& clock_;
    mutable std::mutex card_mutex_;
    std::string card_;
};

}  // namespace minglu
