#pragma once
/// From a request to its endpoint: path patterns, methods, roles, known query parameters.
///
/// Patterns are segments: literal, `{name}` for exactly one, `{name...}` for two to four of them (an entry key with its
/// slashes; a literal may follow). Of several patterns that fit a path the one with the most literal segments counts,
/// and its methods alone decide about 405. HEAD is answered as GET.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/http/api/audited.hpp"

namespace minglu {

class Router {
public:
    /// One answered request: the pattern ("" when none fitted), for metrics.
    using Observer =
        std::function<void(std::string_view method, std::string_view pattern, int status, std::int64_t elapsed_ms)>;

    explicit Router(Services& services);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    /// `known_parameters`: names allowed in the query; any other is answered 400.
    void add(std::string method, std::string pattern, Access access, std::vector<std::string> known_parameters,
             Endpoint endpoint);
    void observe(Observer observer);

    /// Faults of the store are answered as problems, but for CommitUnknown, which is thrown on.
    [[nodiscard]] HttpResponse handle(const HttpRequest& request) const;
    /// What `handle` would refuse without a look at the body: path, method, role, query parameters.
    [[nodiscard]] std::optional<HttpResponse> turn_away(const HttpRequest& head) const;

    struct RouteName {
        std::string method;
        std::string pattern;
        std::vector<std::string> parameters;
    };
    [[nodiscard]] std::vector<RouteName> routes() const;  ///< in order of registration

private:
    struct Route;
    using Parts = std::map<std::string, std::string>;
    [[nodiscard]] std::vector<const Route*> fitting(const std::string& path, Parts& parts) const;
    struct Way;
    [[nodiscard]] std::optional<HttpResponse> find_way(const HttpRequest& request, Way& way,
                                                       std::string& pattern) const;
    [[nodiscard]] Audited audited(const HttpRequest& request, const Way& way) const;
    [[nodiscard]] std::optional<HttpResponse> refuse(const Route& route, const HttpRequest& request,
                                                     Principal& principal) const;
    [[nodiscard]] HttpResponse answer(const HttpRequest& request, std::string& pattern) const;

    Services& services_;
    std::vector<Route> routes_;
    Observer observer_;
};

}  // namespace minglu
