#pragma once
/// What a handler of /v1 is given.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "src/http/api/auth.hpp"
#include "src/http/api/services.hpp"
#include "src/http/message.hpp"

namespace minglu {

/// What a handler tells the audit trail about its answer; a streamed one may go on telling until it ends.
struct Tally {
    std::optional<std::uint64_t> hits;  ///< entries, or what else was asked for, that the answer shows
};

struct Call {
    const HttpRequest& request;
    Services& services;
    Principal principal;
    std::map<std::string, std::string> path;  ///< the {name} parts of the route's pattern, decoded
    std::shared_ptr<Tally> tally = std::make_shared<Tally>();
};

using Endpoint = std::function<HttpResponse(Call&)>;

}  // namespace minglu
