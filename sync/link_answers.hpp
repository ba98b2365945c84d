#pragma once
/// What both sides of a link make of a peer's answers, and how long they wait after a failure.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/ports.hpp"
#include "minglu/vector.hpp"
#include "sync/bundle.hpp"
#include "sync/link.hpp"

namespace minglu {

/// What an answer that carries heads may have at most: one of every log that a vector may name.
constexpr std::size_t holding_bytes_max = 16u * 1024 * 1024;

/// An answer that is not the one hoped for, with the detail of its problem document.
[[nodiscard]] Error unexpected_answer(const PeerAnswer& answer);

/// The answer to GET /sync/v1/node.
struct Greeting {
    std::string body;              ///< JSON object
    std::optional<Error> refusal;  ///< the peer answered, but is not to be exchanged with now
    std::int64_t retry_after_s = 0;
};
/// Refuses a peer that says it is another node, or that speaks no version known here. Errors: those of the transport.
[[nodiscard]] Result<Greeting> greet(Transport& transport, const NodeId& peer);

/// The signed notes under "heads" of an answer, none where it has no such list.
[[nodiscard]] std::vector<std::string> told_heads(std::string_view body);

/// What a peer told that it holds.
struct ToldHolding {
    Vector vector;
    std::vector<HeldHead> heads;
    Vector forks;   ///< its proofs, as in BundleRequest::forks
    HybridTime at;  ///< of its own newest head among those
};
/// Reads "vector", "heads" and, where it is told, "forks" of an answer. Errors: malformed.
[[nodiscard]] Result<ToldHolding> read_holding(std::string_view body, const NodeId& peer);

/// Notes an attempt that succeeded, or that failed: then the milliseconds until the next one are returned. Half of them
/// is left to chance, so that nodes that lost the same link do not come back in the same instant.
void note_success(LinkStatus& status, std::string_view state);
[[nodiscard]] std::int64_t note_failure(LinkStatus& status, const Error& error, const Backoff& backoff, Random& random);

}  // namespace minglu
