#pragma once
/// Loopback between nodes: a request reaches the other node's Exchange in the same call, and the answer may be lost,
/// cut off at any byte, damaged, late or repeated on its way back.
#include <deque>
#include <functional>
#include <string>

#include "sync/exchange.hpp"
#include "tests/support/fixed_key.hpp"

namespace minglu::simulation {

/// How likely each fault is, in percent of the answers. All zero is a perfect line.
struct Weather {
    std::uint64_t lost = 0;
    std::uint64_t cut_off = 0;
    std::uint64_t damaged = 0;
    std::uint64_t stale = 0;  ///< an earlier answer of this line instead: delayed, reordered or repeated
    std::uint64_t busy = 0;   ///< 503 with Retry-After
};

/// What the line did to the last bundle that was asked for.
enum class Fault { none, lost, cut_off, damaged, stale, busy };

/// Answers one request as the HTTP layer over `exchange` would. Throws std::logic_error for a path that no puller
/// writes.
[[nodiscard]] PeerAnswer answer_of(Exchange& exchange, const PeerRequest& request);

/// The line by which one node asks another. `exchange` is asked for at each call: nodes are restarted.
class Line : public Transport {
public:
    Line(std::function<Exchange*()> exchange, const Clock& clock, test::SeededRandom& random)
        : exchange_(std::move(exchange)), clock_(clock), random_(random) {}

    [[nodiscard]] Result<PeerAnswer> call(const PeerRequest& request) override;
    void cancel() override {}

    void cut_until(std::int64_t steady_ms) { cut_until_ms_ = steady_ms; }
    void mend() { cut_until_ms_ = 0; }
    [[nodiscard]] Fault last_fault() const { return last_fault_; }

    Weather weather;

private:
    [[nodiscard]] Fault roll();
    [[nodiscard]] PeerAnswer spoil(PeerAnswer answer, Fault fault);

    std::function<Exchange*()> exchange_;
    const Clock& clock_;
    test::SeededRandom& random_;
    std::int64_t cut_until_ms_ = 0;
    Fault last_fault_ = Fault::none;
    std::deque<PeerAnswer> earlier_;  ///< bundles that went over this line
};

}  // namespace minglu::simulation
