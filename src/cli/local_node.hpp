#pragma once
/// The node on this machine.
#include "src/cli/backend.hpp"

namespace minglu::cli {

class LocalNode final : public NodeAccess {
public:
    [[nodiscard]] Result<std::unique_ptr<Backend>> connect(const Place& place) override;
    [[nodiscard]] Result<std::string> init(const NewNode& node) override;
    /// Blocks SIGTERM and SIGINT in the calling thread, and so in all that the node starts, before it is opened.
    [[nodiscard]] Result<void> serve(const Place& place,
                                     const std::function<void(const Listening&)>& on_ready) override;
    [[nodiscard]] Result<void> restore(const BackupChoice& backup, const Place& place, const Asker& by) override;
    [[nodiscard]] Result<void> change_passphrase(const Place& place, const std::optional<PassphraseFrom>& to) override;
    [[nodiscard]] std::string version() const override;
};

/// "uid 1000": who runs this, as the system says.
[[nodiscard]] std::string local_user();

/// Calls a handler in this process as the admin socket would be called: answers that stream are pumped into the sink,
/// and an upload is handed over as a copy in `spool`, because the handler may keep or remove its file.
[[nodiscard]] Result<HttpResponse> call_in_process(const HttpHandler& handler, HttpRequest request,
                                                   const Backend::Sink* sink, const std::filesystem::path& spool);

}  // namespace minglu::cli
