#pragma once
/// Bounds on everything a client can make the server hold. Times in milliseconds.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace minglu {

/// Body limits for the paths that start with `path_prefix`; the longest prefix that fits counts.
struct BodyLimit {
    std::string path_prefix;
    std::size_t bytes_max = 0;                            ///< before and after decompression, each
    std::size_t memory_bytes_max = std::size_t{8} << 20;  ///< above this, `HttpRequest::body_file`
};

struct HttpLimits {
    std::size_t workers = 16;                 ///< requests answered at once; long-polls count
    std::size_t connections_max = 1'024;      ///< above this, the longest silent one makes room
    std::size_t head_bytes_max = 32 * 1'024;  ///< request line and headers
    std::size_t header_count_max = 100;
    std::size_t target_bytes_max = 8 * 1'024;    ///< path and query
    std::int64_t head_deadline_ms = 10'000;      ///< from the first byte of a head to its end
    std::int64_t handshake_deadline_ms = 5'000;  ///< TLS
    std::int64_t idle_ms = 15'000;               ///< keep-alive connection without a request
    std::int64_t read_deadline_ms = 10'000;      ///< wait for more of a body
    std::int64_t write_deadline_ms = 15'000;     ///< wait for the client to take more of an answer
    std::int64_t body_bytes_per_s_min = 1'024;   ///< a body or answer slower than this, on average, is cut
    int send_buffer_bytes = 128 * 1'024;  ///< the kernel's for a connection: it takes twice as much; 0: what it likes
    std::int64_t stop_grace_ms = 500;     ///< for answers under way when the server stops
    BodyLimit body{"/", std::size_t{8} << 20};  ///< where none of `bodies` fits
    std::vector<BodyLimit> bodies;
    std::filesystem::path spool_dir;  ///< empty: the system's temporary directory
};

[[nodiscard]] const BodyLimit& body_limit_of(const HttpLimits& limits, std::string_view path);

}  // namespace minglu
