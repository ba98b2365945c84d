#pragma once
/// GET /metrics in the Prometheus text format 0.0.4: what the store holds, how each peer is doing, requests answered.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "src/http/api/router.hpp"

namespace minglu {

class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// From several threads. `pattern` is a route's pattern, so that labels stay few.
    void note(std::string_view method, std::string_view pattern, int status, std::int64_t elapsed_ms);

    [[nodiscard]] std::string text(const Services& services) const;

private:
    struct Families;
    std::unique_ptr<Families> families_;
};

/// Open to the admin socket and to loopback addresses without a proxy header; others need a token that may read.
void add_metrics_routes(Router& router, const std::shared_ptr<Metrics>& metrics);

}  // namespace minglu
