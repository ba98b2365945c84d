#include <unistd.h>

#include <system_error>

#include "src/cli/local_node.hpp"

namespace minglu::cli {

namespace {

/// A copy that goes away unless somebody took it.
class UploadCopy {
public:
    UploadCopy() = default;
    ~UploadCopy() {
        std::error_code ignored;
        if (!path_.empty()) std::filesystem::remove(path_, ignored);
    }
    UploadCopy(const UploadCopy&) = delete;
    UploadCopy& operator=(const UploadCopy&) = delete;

    Result<std::filesystem::path> make(const std::filesystem::path& from, const std::filesystem::path& spool) {
        std::error_code error;
        std::filesystem::create_directories(spool, error);
        // One process at a time has this directory, and this one uploads one file at a time.
        const std::filesystem::path copy = spool / "command-line-upload";
        if (!error) std::filesystem::copy_file(from, copy, std::filesystem::copy_options::overwrite_existing, error);
        if (error) {
            const bool full = error == std::errc::no_space_on_device;
            return fail({full ? ErrorCode::disk_full : ErrorCode::io, "cannot copy the file: " + error.message(),
                         from.string(), "check the file and the space in the data directory"});
        }
        path_ = copy;
        return copy;
    }

private:
    std::filesystem::path path_;
};

/// Pumps a body into the sink. Errors: the sink's.
Result<void> pump(HttpResponse& response, const Backend::Sink& sink) {
    if (!response.stream) return response.body.empty() ? Result<void>() : sink(response.body);
    std::string chunk;
    while (response.stream(chunk)) {
        if (chunk.empty()) continue;
        if (auto taken = sink(chunk); !taken) return taken;
        chunk.clear();
    }
    return {};
}

}  // namespace

std::string local_user() {
    return "uid " + std::to_string(::getuid());
}

Result<HttpResponse> call_in_process(const HttpHandler& handler, HttpRequest request, const Backend::Sink* sink,
                                     const std::filesystem::path& spool) {
    request.local = true;
    request.remote = local_user();
    UploadCopy copy;
    if (!request.body_file.empty()) {
        auto copied = copy.make(request.body_file, spool);
        if (!copied) return fail(copied.error());
        request.body_file = *copied;
    }
    HttpResponse response = handler(request);
    const bool is_success = response.status >= 200 && response.status < 300;
    std::string body;
    const Backend::Sink collect = [&](std::string_view bytes) -> Result<void> {
        body += bytes;
        return {};
    };
    if (const auto pumped = pump(response, is_success && sink != nullptr ? *sink : collect); !pumped)
        return fail(pumped.error());
    response.stream = nullptr;
    response.body = std::move(body);
    return response;
}

}  // namespace minglu::cli
