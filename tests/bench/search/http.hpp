#pragma once
/// The same questions asked of a running node, over its local socket.
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace minglu::bench {

/// One connection, kept open.
class HttpClient {
public:
    explicit HttpClient(std::filesystem::path socket);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Bytes of the answer. Throws std::runtime_error unless it is 200.
    std::size_t search(const std::string& text);

private:
    struct State;
    std::unique_ptr<State> state_;
};

struct Load {
    double per_s = 0;
    double p50_ms = 0;
    double p99_ms = 0;
    double driver_share = 0;  ///< of one core, used by this program
};
/// So many clients, each with a connection that is kept open, ask one question after the other.
[[nodiscard]] Load load(const std::filesystem::path& socket, std::size_t clients, const std::vector<std::string>& texts,
                        double seconds);

}  // namespace minglu::bench
