#pragma once
/// What every write of a record is answered with.
#include <optional>
#include <string>

#include "src/http/api/context.hpp"
#include "src/http/api/idempotency.hpp"
#include "sync/replica.hpp"

namespace minglu {

/// A record that stands in the log: {"dot","leaf","vector"}, and the status to answer with.
struct Written {
    int status = 200;
    std::string json;  ///< the object without its closing brace, so that members can follow
};

/// Publishes, and stores the reply to the request's idempotency key in the same transaction.
[[nodiscard]] Result<Written> publish_once(Call& call, const Once& once, Draft draft, int status);
/// What `publish_once` stored for an earlier, equal request.
[[nodiscard]] Written written_earlier(const StoredReply& reply);

}  // namespace minglu
