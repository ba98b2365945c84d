#pragma once
/// A proof that a log's state at some size continues into its signed head, in steps; see ProofStep. Used in bundles
/// and in proofs of forks. For the files of this folder only: the JSON form needs the library's header.
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <vector>

#include "minglu/store.hpp"
#include "sync/head.hpp"

namespace minglu {

/// Thrown inside the readers of this folder only; their public functions turn it into a Result.
struct MalformedProof {
    std::string what;
};
/// What the library found, without its own words: "key 'head' not found", "type must be string, but is number".
[[nodiscard]] std::string what_of(const nlohmann::json::exception& fault);

/// The steps from `from` to the head of a log as it is held here, by way of `by_way` where that lies between. Empty
/// when `from` is the head's size. `from` is at most the records held and the head's size, and not 0.
[[nodiscard]] std::vector<ProofStep> steps_to_head(const ReadTx& tx, const LogRow& log, Seq from, Seq by_way = {});

/// The root at `size` that the steps prove to lead to the head; none when they do not hold.
[[nodiscard]] std::optional<Hash> proved_root(HashAlgorithm algorithm, Seq size, std::span<const ProofStep> steps,
                                              const Head& head);

[[nodiscard]] nlohmann::ordered_json json_of(const std::vector<Hash>& hashes);
[[nodiscard]] nlohmann::ordered_json json_of(const std::vector<ProofStep>& steps);
/// Throw MalformedProof or an exception of the library.
[[nodiscard]] Seq seq_of(const nlohmann::ordered_json& json);
[[nodiscard]] Hash hash_of_json(const nlohmann::ordered_json& json);
[[nodiscard]] std::vector<Hash> hashes_of(const nlohmann::ordered_json& json);
[[nodiscard]] std::vector<ProofStep> steps_of(const nlohmann::ordered_json& json);

}  // namespace minglu
