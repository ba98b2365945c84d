#pragma once
/// The peer listener: /sync/v1/* over HTTP. Who is asking, the pinned certificate tells. docs/PROTOCOL.md §6.
#include <functional>
#include <optional>

#include "src/http/api/services.hpp"
#include "src/http/message.hpp"

namespace minglu {

/// Long-polls that wait at the same time, each of which holds a thread. Further ones are answered at once.
constexpr std::size_t long_polls_max = 12;

/// `peer_of` names the peer whose pinned TLS key has that fingerprint. `services` outlives the handler. One long-poll
/// per peer: a newer one ends the older. Query parameters that are not known here are ignored, so that a newer peer may
/// send them. Answers: 304 for a trie step that the asker has, 204 when there is nothing to bring, 406 with what is
/// spoken here, 413, 415 and 422 as the problem says.
[[nodiscard]] HttpHandler make_sync_api(Services& services,
                                        std::function<std::optional<NodeId>(const Hash& spki)> peer_of);

}  // namespace minglu
