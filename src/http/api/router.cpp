#include "src/http/api/router.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "src/http/api/audit_kinds.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

/// A key is "kind/number" or "kind/number/class"; a bound above keeps matching short.
constexpr std::size_t greedy_segments_min = 2;
constexpr std::size_t greedy_segments_max = 4;

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    if (path.starts_with('/')) path.remove_prefix(1);
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        segments.emplace_back(path.substr(at, end - at));
        at = end + 1;
    }
    return segments;
}

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{');
}

bool is_greedy(std::string_view segment) {
    return segment.ends_with("...}");
}

std::string parameter_name(std::string_view segment) {
    return std::string(segment.substr(1, segment.size() - (is_greedy(segment) ? 5 : 2)));
}

using Parts = std::map<std::string, std::string>;

/// Nothing precedes or follows a greedy parameter but literals and single ones, so there is one way to fit.
std::optional<Parts> fit(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
    const auto greedy = std::find_if(pattern.begin(), pattern.end(), is_greedy);
    std::size_t span = 1;  // segments that the greedy parameter takes
    if (greedy == pattern.end()) {
        if (pattern.size() != path.size()) return std::nullopt;
    } else {
        if (path.size() + 1 < pattern.size() + greedy_segments_min) return std::nullopt;
        span = path.size() - (pattern.size() - 1);
        if (span > greedy_segments_max) return std::nullopt;
    }
    Parts parts;
    std::size_t at = 0;
    for (const std::string& segment : pattern) {
        std::string value = path[at];
        const std::size_t taken = is_greedy(segment) ? span : 1;
        for (std::size_t i = 1; i < taken; ++i) value += "/" + path[at + i];
        at += taken;
        if (!is_parameter(segment) && value != segment) return std::nullopt;
        if (is_parameter(segment) && value.empty()) return std::nullopt;
        if (is_parameter(segment)) parts.emplace(parameter_name(segment), std::move(value));
    }
    return parts;
}

std::optional<Error> unknown_parameter(const HttpRequest& request, const std::vector<std::string>& known) {
    for (const auto& [name, value] : request.query) {
        if (name == "case" || std::find(known.begin(), known.end(), name) != known.end()) continue;
        std::string cure = known.empty() ? "no parameters are known here" : "known are: ";
        for (const std::string& parameter : known) {
            if (parameter != known.front()) cure += ", ";
            cure += parameter;
        }
        return Error{ErrorCode::bad_request, "unknown parameter", "query parameter " + name, std::move(cure)};
    }
    return std::nullopt;
}

HttpResponse refuse_access(const Principal& principal) {
    if (principal.role != Role::none) {
        return problem({ErrorCode::not_allowed, "the role " + std::string(name(principal.role)) + " does not permit it",
                        "", "ask an administrator for a token of another role"});
    }
    HttpResponse response = problem({ErrorCode::unauthenticated, "no token was shown", "header Authorization",
                                     "send Authorization: Bearer with the secret of a token"});
    response.headers.emplace("WWW-Authenticate", "Bearer");
    return response;
}

HttpResponse store_problem(const StoreFault& fault) {
    return problem({fault.code(), fault.what(), "", "nothing was written; look into the server's log"});
}

}  // namespace

struct Router::Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;
    std::size_t literals = 0;
    Access access = Access::admin;
    std::vector<std::string> known_parameters;
    Endpoint endpoint;
};

struct Router::Way {
    const Route* route = nullptr;
    Parts parts;
    Principal principal;
};

Router::Router(Services& services) : services_(services) {}
Router::~Router() = default;

void Router::add(std::string method, std::string pattern, Access access, std::vector<std::string> known_parameters,
                 Endpoint endpoint) {
    const bool taken = std::any_of(routes_.begin(), routes_.end(), [&](const Route& route) {
        return route.method == method && route.pattern == pattern;
    });
    if (taken) throw std::logic_error("registered twice: " + method + " " + pattern);
    Route route;
    route.segments = segments_of(pattern);
    route.literals = static_cast<std::size_t>(
        std::count_if(route.segments.begin(), route.segments.end(), [](const auto& s) { return !is_parameter(s); }));
    route.method = std::move(method);
    route.pattern = std::move(pattern);
    route.access = access;
    route.known_parameters = std::move(known_parameters);
    route.endpoint = std::move(endpoint);
    routes_.push_back(std::move(route));
}

void Router::observe(Observer observer) {
    observer_ = std::move(observer);
}

/// The routes of the most literal pattern that fits.
std::vector<const Router::Route*> Router::fitting(const std::string& path, Parts& parts) const {
    const std::vector<std::string> segments = segments_of(path);
    std::vector<const Route*> best;
    for (const Route& route : routes_) {
        if (!best.empty() && route.pattern == best.front()->pattern) {
            best.push_back(&route);
            continue;
        }
        if (!best.empty() && route.literals <= best.front()->literals) continue;
        if (auto fitted = fit(route.segments, segments)) {
            best.assign(1, &route);
            parts = std::move(*fitted);
        }
    }
    return best;
}

HttpResponse Router::handle(const HttpRequest& request) const {
    const std::int64_t began_ms = services_.clock.steady_ms();
    std::string pattern;
    HttpResponse response = answer(request, pattern);
    if (observer_) observer_(request.method, pattern, response.status, services_.clock.steady_ms() - began_ms);
    return response;
}

std::optional<HttpResponse> Router::turn_away(const HttpRequest& head) const {
    const std::int64_t began_ms = services_.clock.steady_ms();
    std::string pattern;
    Way way;
    auto refused = find_way(head, way, pattern);
    if (!refused) return std::nullopt;
    if (observer_) observer_(head.method, pattern, refused->status, services_.clock.steady_ms() - began_ms);
    return way.route == nullptr ? std::move(refused) : audited(head, way).refuse(*std::move(refused));
}

Audited Router::audited(const HttpRequest& request, const Way& way) const {
    return {services_, request, audit_kind(way.route->method, way.route->pattern, way.route->access), way.principal};
}

HttpResponse Router::answer(const HttpRequest& request, std::string& pattern) const {
    Way way;
    auto refused = find_way(request, way, pattern);
    if (refused && way.route == nullptr) return *std::move(refused);
    Audited trail = audited(request, way);
    if (refused) return trail.refuse(*std::move(refused));
    if (auto stopped = trail.begin()) return *std::move(stopped);
    Call call{request, services_, std::move(way.principal), std::move(way.parts)};
    const auto tally = call.tally;
    try {
        return trail.end(way.route->endpoint(call), tally);
    } catch (const CommitUnknown&) {
        throw;
    } catch (const StoreFault& fault) {
        return trail.end(store_problem(fault), tally);
    }
}

/// Fills in `way`, as far as it goes; the answer when it leads nowhere.
std::optional<HttpResponse> Router::find_way(const HttpRequest& request, Way& way, std::string& pattern) const {
    const auto routes = fitting(request.path, way.parts);
    if (routes.empty()) {
        return problem({ErrorCode::not_found, "nothing is served under this path", request.path,
                        "GET /openapi.json lists what there is"});
    }
    pattern = routes.front()->pattern;
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    std::string allow;
    for (const Route* route : routes) {
        if (route->method == method) way.route = route;
        allow += (allow.empty() ? "" : ", ") + route->method + (route->method == "GET" ? ", HEAD" : "");
    }
    if (way.route == nullptr) {
        HttpResponse response = problem(405, {ErrorCode::bad_request, "this path does not take " + request.method,
                                              request.path, "it takes " + allow});
        response.headers.emplace("Allow", allow);
        return response;
    }
    try {
        return refuse(*way.route, request, way.principal);
    } catch (const CommitUnknown&) {
        throw;
    } catch (const StoreFault& fault) {
        return store_problem(fault);
    }
}

std::optional<HttpResponse> Router::refuse(const Route& route, const HttpRequest& request, Principal& principal) const {
    if (route.access != Access::open) {
        auto known = authenticate(request, *services_.store.read(), services_.clock.now(), services_.open_reads);
        if (!known) {
            HttpResponse response = problem(known.error());
            if (response.status == 401) response.headers.emplace("WWW-Authenticate", "Bearer");
            return response;
        }
        principal = *std::move(known);
    }
    if (!is_granted(route.access, principal.role)) return refuse_access(principal);
    if (auto error = unknown_parameter(request, route.known_parameters)) return problem(*error);
    return std::nullopt;
}

std::vector<Router::RouteName> Router::routes() const {
    std::vector<RouteName> names;
    for (const Route& route : routes_) names.push_back({route.method, route.pattern, route.known_parameters});
    return names;
}

}  // namespace minglu
