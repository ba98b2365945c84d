#pragma once
/// Reads one request body off its connection: framing (RFC 9112 §6–§7), deadline, caps, decompression, spooling.
#include <string>

#include "minglu/ports.hpp"
#include "src/http/server_channel.hpp"
#include "src/http/server_head.hpp"
#include "src/http/server_waits.hpp"

namespace minglu {

/// A file that is removed when this goes.
class SpoolFile {
public:
    SpoolFile() = default;
    ~SpoolFile();
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;

    /// Creates it in `dir`, readable by this user only, on first use. Errors: io, disk_full.
    [[nodiscard]] Result<void> append(const std::filesystem::path& dir, std::string_view bytes);
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    int file_ = -1;
};

/// Bytes of one connection, in order: those read ahead with the head first.
class Inflow {
public:
    Inflow(Channel& channel, const AwaitedClient& client, std::string& ahead, const HttpLimits& limits,
           const Clock& clock)
        : channel_(channel),
          client_(client),
          ahead_(ahead),
          limits_(limits),
          clock_(clock),
          began_ms_(clock.steady_ms()) {}

    /// At least one and at most `max` bytes, valid until the next call; empty when the client closed or is too slow.
    [[nodiscard]] std::string_view take(std::size_t max);
    /// A line up to CR LF, without it. One that is longer than a chunk header may be, or has control characters, which
    /// others take for the end of a line, comes back as `damaged_line`; none when the client closed or is too slow.
    [[nodiscard]] std::optional<std::string> take_line();
    static constexpr std::string_view damaged_line = "\n";

private:
    [[nodiscard]] bool fill();
    Channel& channel_;
    const AwaitedClient& client_;
    std::string& ahead_;
    std::size_t used_ = 0;  ///< of `ahead_`, dropped at the next call
    const HttpLimits& limits_;
    const Clock& clock_;
    std::int64_t began_ms_;
    std::uint64_t received_ = 0;

public:
    ~Inflow() { ahead_.erase(0, used_); }
    Inflow(const Inflow&) = delete;
    Inflow& operator=(const Inflow&) = delete;
};

/// Refused by its head alone: too long, or a coding that is not understood.
[[nodiscard]] tl::expected<void, Refusal> check_body(const RequestHead& head, const HttpLimits& limits);

/// Fills `request.body`, or `spool` and `request.body_file`. After a refusal the connection cannot be used again.
[[nodiscard]] tl::expected<void, Refusal> read_body(const RequestHead& head, Inflow& inflow, const HttpLimits& limits,
                                                    HttpRequest& request, SpoolFile& spool);

}  // namespace minglu
