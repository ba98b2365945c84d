#pragma once
/// The only place that reads a clock or draws a random number.
#include "minglu/ports.hpp"

namespace minglu {

class SystemClock final : public Clock {
public:
    [[nodiscard]] UnixMs now() const override;
    [[nodiscard]] std::int64_t steady_ms() const override;
};

/// From the operating system's generator; thread-safe.
class SystemRandom final : public Random {
public:
    [[nodiscard]] std::uint64_t next() override;
};

}  // namespace minglu
