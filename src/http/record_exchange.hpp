#pragma once
/// Bundles over HTTP, as the peer listener and /v1 both take and give them.
#include <optional>
#include <string>
#include <string_view>

#include "src/http/message.hpp"
#include "sync/exchange.hpp"

namespace minglu {

/// "application/vnd.minglu.bundle; v=1"
[[nodiscard]] std::string bundle_type();

/// Any type and body, not to be kept by caches.
[[nodiscard]] HttpResponse uncached(std::string content_type, std::string body);

/// Reads have, heads, skip, forks, cosigned and limit_bytes. Errors: bad_request, naming the parameter.
[[nodiscard]] Result<BundleRequest> bundle_request(const HttpRequest& request);

/// The error of a value in a query parameter.
[[nodiscard]] Error in_parameter(Error error, std::string_view name);

/// 406 that lists what is spoken.
[[nodiscard]] HttpResponse not_acceptable(const std::string& spoken);
/// 406 with the list of what is spoken; none when the request takes a bundle.
[[nodiscard]] std::optional<HttpResponse> refuse_accept(const HttpRequest& request);

/// Takes the bundle in the body for that sender: 200, or 422 with the same members in the problem document when no log
/// of it could be proved; 415 and 413 for other bodies, 400 for what is no bundle.
[[nodiscard]] HttpResponse take_bundle(const HttpRequest& request, Exchange& exchange, const NodeId& from);
/// The same for a bundle that somebody carried: its first line says who made it.
[[nodiscard]] HttpResponse take_carried_bundle(const HttpRequest& request, Exchange& exchange);

}  // namespace minglu
