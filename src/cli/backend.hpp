#pragma once
/// The node as the command line sees it: one that serves already, or one opened for the length of this command.
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "minglu/error.hpp"
#include "minglu/hash.hpp"
#include "minglu/http.hpp"
#include "minglu/ids.hpp"

namespace minglu::cli {

/// Answers requests of the /v1 API, whoever does it.
class Backend {
public:
    virtual ~Backend() = default;
    /// Takes the body of a 2xx answer piece by piece; an error stops the call and is its error.
    using Sink = std::function<Result<void>(std::string_view)>;

    /// Without a sink the body is in the response. `body_file` of the request is read, never moved or removed.
    /// Errors: unreachable, io, and the sink's.
    [[nodiscard]] virtual Result<HttpResponse> call(const HttpRequest& request, const Sink* sink) = 0;
};

/// Where the passphrase of the keys comes from: the first that is named, none where none is.
struct PassphraseFrom {
    std::filesystem::path file;
    std::optional<int> descriptor;
    bool ask = false;  ///< on the terminal
    std::filesystem::path
        credential{};  ///< what the service manager has handed over; nobody minds when it is not there
};

/// Where a node is: the options that every command takes.
struct Place {
    std::filesystem::path data;  ///< empty only with `config`: the one named there
    std::optional<std::filesystem::path> config;
    PassphraseFrom passphrase{};
};

/// Who does it, and for which case.
struct Asker {
    std::string actor;
    std::string case_number;
};

struct NewNode {
    std::filesystem::path data;
    NodeId node;
    std::string name;
    Suite suite = Suite::ed25519_sha256;
    std::string sync_url;
    std::string http_listen;
    std::string peer_listen;
    bool open_reads = false;
    PassphraseFrom passphrase{};   ///< a new one, or that of `keys`
    std::filesystem::path keys{};  ///< of a node that begins anew; empty: new ones
};

/// A serving node says where it listens.
struct Listening {
    std::string officer;
    std::string peer;
    std::string socket;
};

/// What is brought back.
struct BackupChoice {
    std::filesystem::path file;
    bool damaged = false;  ///< also when what it holds is not sound
};

/// What commands do with a node besides calling its API.
class NodeAccess {
public:
    virtual ~NodeAccess() = default;
    /// Over the node's socket when it serves, else in process. Errors: busy, unreachable, those of opening a node.
    [[nodiscard]] virtual Result<std::unique_ptr<Backend>> connect(const Place& place) = 0;
    /// Returns the fingerprint of the new card.
    [[nodiscard]] virtual Result<std::string> init(const NewNode& node) = 0;
    /// Returns once SIGTERM or SIGINT arrived and the last answer left.
    [[nodiscard]] virtual Result<void> serve(const Place& place,
                                             const std::function<void(const Listening&)>& on_ready) = 0;
    [[nodiscard]] virtual Result<void> restore(const BackupChoice& backup, const Place& place, const Asker& by) = 0;
    /// Puts the keys of a node that does not run under another passphrase; under none without `to`.
    [[nodiscard]] virtual Result<void> change_passphrase(const Place& place,
                                                         const std::optional<PassphraseFrom>& to) = 0;
    [[nodiscard]] virtual std::string version() const = 0;  ///< of the program
};

}  // namespace minglu::cli
