#pragma once
/// What a handler of /v1 is given.
#include <functional>
#include <map>
#include <string>

#include "src/http/api/auth.hpp"
#include "src/http/api/services.hpp"
#include "src/http/message.hpp"

namespace minglu {

struct Call {
    const HttpRequest& request;
    Services& services;
    Principal principal;
    std::map<std::string, std::string> path;  ///< the {name} parts of the route's pattern, decoded
};

using Endpoint = std::function<HttpResponse(Call&)>;

}  // namespace minglu
