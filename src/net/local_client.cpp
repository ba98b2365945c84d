#include "src/net/local_client.hpp"

#include <cctype>
#include <cstdio>
#include <system_error>

#include "catalog/text/percent_encoding.hpp"
#include "src/net/curl_handle.hpp"

namespace minglu {

namespace {

std::string url_of(const HttpRequest& request) {
    std::string url = "http://localhost" + percent_encoded(request.path, "/");
    char separator = '?';
    for (const auto& [key, value] : request.query) {
        url += separator + percent_encoded(key, "") + "=" + percent_encoded(value, "");
        separator = '&';
    }
    return url;
}

struct Exchanged {
    HttpResponse response;
    const LocalClient::Sink* sink = nullptr;
    Result<void> taken;  ///< what the sink said last
};

std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* context) {
    auto& response = static_cast<Exchanged*>(context)->response;
    const std::string_view line(bytes, size);
    if (line.starts_with("HTTP/")) {  // also 100 Continue: the last status line counts
        constexpr std::size_t status_at = sizeof "HTTP/1.1 " - 1;
        response.status = line.size() > status_at + 2 ? std::atoi(std::string(line.substr(status_at, 3)).c_str()) : 0;
        response.headers.clear();
        return size;
    }
    const std::size_t colon = line.find(':');
    std::string value;
    if (colon == std::string_view::npos || !net::header_value(line, line.substr(0, colon), value)) return size;
    std::string key(line.substr(0, colon));
    for (char& c : key) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (key == "content-type") response.content_type = value;
    response.headers.emplace(std::move(key), std::move(value));
    return size;
}

std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* context) {
    auto& exchanged = *static_cast<Exchanged*>(context);
    const bool good = exchanged.response.status >= 200 && exchanged.response.status < 300;
    if (exchanged.sink != nullptr && good) {
        exchanged.taken = (*exchanged.sink)({bytes, size});
        return exchanged.taken ? size : CURL_WRITEFUNC_ERROR;
    }
    exchanged.response.body.append(bytes, size);
    return size;
}

struct FileClose {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileClose>;

std::size_t on_upload(char* to, std::size_t size, std::size_t count, void* context) {
    auto* const file = static_cast<std::FILE*>(context);
    const std::size_t got = std::fread(to, 1, size * count, file);
    return std::ferror(file) != 0 ? CURL_READFUNC_ABORT : got;
}

}  // namespace

class LocalClient::Impl {
public:
    explicit Impl(std::filesystem::path socket) : socket_(std::move(socket)), easy_(net::make_easy()) {}

    Result<HttpResponse> call(const HttpRequest& request, const Sink* sink) {
        File file;
        if (!request.body_file.empty()) {
            file.reset(std::fopen(request.body_file.c_str(), "rbe"));
            if (!file) {
                return fail({ErrorCode::io, "cannot read the file", request.body_file, "check its name"});
            }
        }
        Exchanged exchanged;
        exchanged.sink = sink;
        curl_easy_reset(easy_.get());
        net::set(easy_, CURLOPT_UNIX_SOCKET_PATH, socket_.c_str());
        net::set(easy_, CURLOPT_URL, url_of(request).c_str());
        net::set(easy_, CURLOPT_PROXY, "");
        net::set(easy_, CURLOPT_NOSIGNAL, 1L);
        net::set(easy_, CURLOPT_HEADERFUNCTION, &on_header);
        net::set(easy_, CURLOPT_HEADERDATA, &exchanged);
        net::set(easy_, CURLOPT_WRITEFUNCTION, &on_body);
        net::set(easy_, CURLOPT_WRITEDATA, &exchanged);
        const net::HeaderList headers = set_content(request, file);
        const CURLcode code = curl_easy_perform(easy_.get());
        if (code == CURLE_OK) return std::move(exchanged.response);
        if (!exchanged.taken) return fail(exchanged.taken.error());
        if (code == CURLE_READ_ERROR || code == CURLE_ABORTED_BY_CALLBACK) {
            return fail({ErrorCode::io, "cannot read the file to the end", request.body_file, "check it"});
        }
        return fail({ErrorCode::unreachable, curl_easy_strerror(code), socket_.string(),
                     "start the node with `minglu serve`, and run this as the same user"});
    }

private:
    net::HeaderList set_content(const HttpRequest& request, const File& file) {
        net::HeaderList headers;
        net::append(headers, "Expect:");
        for (const auto& [key, value] : request.headers) {
            std::string line = key;
            net::append(headers, line.append(": ").append(value));
        }
        if (file) {
            std::error_code ignored;
            const auto size = std::filesystem::file_size(request.body_file, ignored);
            net::set(easy_, CURLOPT_UPLOAD, 1L);
            net::set(easy_, CURLOPT_READFUNCTION, &on_upload);
            net::set(easy_, CURLOPT_READDATA, file.get());
            if (!ignored) net::set(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size));
        } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
            if (!request.headers.contains("content-type")) net::append(headers, "Content-Type:");
            net::set(easy_, CURLOPT_POST, 1L);
            net::set(easy_, CURLOPT_POSTFIELDS, request.body.data());
            net::set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        } else if (request.method == "HEAD") {
            net::set(easy_, CURLOPT_NOBODY, 1L);
        }
        if (request.method != "GET" || file) net::set(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
        net::set(easy_, CURLOPT_HTTPHEADER, headers.get());
        return headers;
    }

    std::filesystem::path socket_;
    net::Easy easy_;
};

LocalClient::LocalClient(std::filesystem::path socket) : impl_(std::make_unique<Impl>(std::move(socket))) {}
LocalClient::~LocalClient() = default;
Result<HttpResponse> LocalClient::call(const HttpRequest& request) {
    return impl_->call(request, nullptr);
}
Result<HttpResponse> LocalClient::call(const HttpRequest& request, const Sink& sink) {
    return impl_->call(request, &sink);
}

}  // namespace minglu
