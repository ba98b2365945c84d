#pragma once
/// Loopback between nodes: a request reaches the other node's Exchange in the same call. A bundle may be lost, cut off
/// at any byte, damaged, late or repeated on its way, whichever way that is.
#include <deque>
#include <functional>
#include <string>

#include "sync/exchange.hpp"
#include "tests/simulation/faults.hpp"
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

/// Answers one request of `from` as the HTTP layer over `exchange` would. Throws std::logic_error for a path that
/// neither puller nor pusher writes.
[[nodiscard]] PeerAnswer answer_of(Exchange& exchange, const NodeId& from, const PeerRequest& request);

/// The line by which one node asks another. `exchange` is asked for at each call: nodes are restarted.
class Line : public Transport {
public:
    struct End {
        NodeId node;
        const Clock& clock;
    };
    Line(End from, End to, std::function<Exchange*()> exchange, test::SeededRandom& random, Faults& faults)
        : from_(std::move(from)),
          to_(std::move(to)),
          exchange_(std::move(exchange)),
          random_(random),
          faults_(faults) {}

    [[nodiscard]] Result<PeerAnswer> call(const PeerRequest& request) override;
    void cancel() override {}

    void cut_until(std::int64_t steady_ms) { cut_until_ms_ = steady_ms; }
    void mend() { cut_until_ms_ = 0; }
    [[nodiscard]] Fault last_fault() const { return last_fault_; }
    void forget_fault() { last_fault_ = Fault::none; }

    Weather weather;
    /// What the other end makes of a request and of its answer; none for an honest one.
    std::function<PeerRequest(PeerRequest)> before;
    std::function<PeerAnswer(const PeerRequest&, PeerAnswer)> after;

private:
    [[nodiscard]] Fault roll();
    void spoil(std::string& body, Fault fault, const End& receiver);
    [[nodiscard]] PeerAnswer deliver(Exchange& exchange, PeerRequest request, Fault fault);

    End from_;
    End to_;
    std::function<Exchange*()> exchange_;
    test::SeededRandom& random_;
    Faults& faults_;
    std::int64_t cut_until_ms_ = 0;
    Fault last_fault_ = Fault::none;
    std::deque<PeerAnswer> earlier_;           ///< bundles that came over this line
    std::deque<PeerRequest> earlier_brought_;  ///< and that went
};

}  // namespace minglu::simulation
