#pragma once
/// Talks HTTP to the node on this machine over its admin socket: what the command line is made of.
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "minglu/error.hpp"
#include "minglu/http.hpp"

namespace minglu {

class LocalClient {
public:
    explicit LocalClient(std::filesystem::path socket);
    ~LocalClient();
    LocalClient(const LocalClient&) = delete;
    LocalClient& operator=(const LocalClient&) = delete;

    /// Takes an answer's body piece by piece; an error stops the call and is its error.
    using Sink = std::function<Result<void>(std::string_view)>;

    /// Uses method, path, query, headers, and `body` or (streamed) `body_file`. Header names of the answer are lower
    /// case. Errors: unreachable (no node answers at the socket, or it cut the connection), io (`body_file`).
    [[nodiscard]] Result<HttpResponse> call(const HttpRequest& request);
    /// The same with the body of a 2xx answer going to `sink`; that of any other stays in the response.
    [[nodiscard]] Result<HttpResponse> call(const HttpRequest& request, const Sink& sink);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace minglu
