#pragma once
/// Ports that keep nondeterminism and key material out of `catalog/` and `sync/`.
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "minglu/hash.hpp"
#include "minglu/ids.hpp"
#include "minglu/time.hpp"

namespace minglu {

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual UnixMs now() const = 0;              ///< wall clock
    [[nodiscard]] virtual std::int64_t steady_ms() const = 0;  ///< for intervals; never goes back
};

class Random {
public:
    virtual ~Random() = default;
    [[nodiscard]] virtual std::uint64_t next() = 0;  ///< 64 random bits
};

/// Runs pure work beside the caller, on another core where there is one. One piece at a time.
class Beside {
public:
    virtual ~Beside() = default;
    /// `work` touches nothing that the caller touches until `wait` returned.
    virtual void start(std::function<void()> work) = 0;
    /// Returns when the work is done, and throws what it threw.
    virtual void wait() = 0;
};

/// The simplest one: `start` does the work itself.
class AtOnce final : public Beside {
public:
    void start(std::function<void()> work) override {
        try {
            work();
        } catch (...) {
            fault_ = std::current_exception();
        }
    }
    void wait() override {
        if (const auto fault = std::exchange(fault_, nullptr)) std::rethrow_exception(fault);
    }

private:
    std::exception_ptr fault_;
};

/// Signs with this node's key. The key never leaves the adapter.
class Signer {
public:
    virtual ~Signer() = default;
    [[nodiscard]] virtual Suite suite() const = 0;
    [[nodiscard]] virtual std::string public_key() const = 0;  ///< raw bytes
    [[nodiscard]] virtual std::string sign(std::string_view message) const = 0;
};

/// Declared here, implemented by `src/crypto`. False for a malformed key or signature.
[[nodiscard]] bool verify_signature(Suite suite, std::string_view public_key, std::string_view message,
                                    std::string_view signature);

/// One request to a peer, and its answer. `path` includes the query.
struct PeerRequest {
    std::string method = "GET";
    std::string path;
    std::string accept;
    std::string content_type;
    std::string body;
    std::int64_t timeout_ms = 60'000;
    std::size_t answer_bytes_max = 64u * 1024 * 1024;  ///< after decompression
};
struct PeerAnswer {
    int status = 0;
    std::string content_type;
    std::string body;  ///< decompressed
    std::int64_t retry_after_s = 0;
    std::uint64_t bytes_received = 0;  ///< on the wire, body only
};

/// A connection to one peer (mutual TLS with pinned keys in the product, loopback with faults in the simulation).
/// Calls on one Transport do not overlap; `cancel` may come from another thread and makes a running call fail soon.
class Transport {
public:
    virtual ~Transport() = default;
    /// Errors: unreachable (no answer, or cut), too_large, bad_signature (the peer's TLS key is not the pinned one).
    [[nodiscard]] virtual Result<PeerAnswer> call(const PeerRequest& request) = 0;
    virtual void cancel() = 0;
};

}  // namespace minglu
