#include "tests/bench/search/http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <stdexcept>

#include "tests/bench/search/clocks.hpp"

namespace minglu::bench {
namespace {

std::size_t count_bytes(char*, std::size_t size, std::size_t count, void* bytes) {
    *static_cast<std::size_t*>(bytes) += size * count;
    return size * count;
}

struct Easy {
    explicit Easy(const std::filesystem::path& socket) : handle(curl_easy_init()) {
        if (handle == nullptr) throw std::runtime_error("libcurl gives no handle");
        curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, count_bytes);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &bytes);
        curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    }
    ~Easy() { curl_easy_cleanup(handle); }
    Easy(const Easy&) = delete;
    Easy& operator=(const Easy&) = delete;

    void ask(const std::string& text) {
        const std::unique_ptr<char, void (*)(void*)> escaped{
            curl_easy_escape(handle, text.c_str(), static_cast<int>(text.size())), curl_free};
        bytes = 0;
        curl_easy_setopt(handle, CURLOPT_URL,
                         (std::string("http://localhost/v1/entries?limit=20&q=") + escaped.get()).c_str());
        asked = Clock::now();
    }
    void check(CURLcode code) const {
        long status = 0;
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
        if (code != CURLE_OK || status != 200)
            throw std::runtime_error("the node answers " + std::to_string(status) + ", " + curl_easy_strerror(code));
    }

    CURL* handle;
    std::size_t bytes = 0;
    Clock::time_point asked;
};

}  // namespace

struct HttpClient::State {
    explicit State(const std::filesystem::path& socket) : easy(socket) {}
    Easy easy;
};

HttpClient::HttpClient(std::filesystem::path socket) : state_(std::make_unique<State>(socket)) {}
HttpClient::~HttpClient() = default;

std::size_t HttpClient::search(const std::string& text) {
    state_->easy.ask(text);
    state_->easy.check(curl_easy_perform(state_->easy.handle));
    return state_->easy.bytes;
}

Load load(const std::filesystem::path& socket, std::size_t clients, const std::vector<std::string>& texts,
          double seconds) {
    const std::unique_ptr<CURLM, CURLMcode (*)(CURLM*)> multi{curl_multi_init(), curl_multi_cleanup};
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(clients));
    std::vector<std::unique_ptr<Easy>> easies;
    std::vector<double> us;
    std::size_t next = 0;
    const auto ask = [&](Easy& easy) {
        easy.ask(texts[next++ % texts.size()]);
        curl_multi_add_handle(multi.get(), easy.handle);
    };
    for (std::size_t i = 0; i < clients; ++i) {
        easies.push_back(std::make_unique<Easy>(socket));
        curl_easy_setopt(easies.back()->handle, CURLOPT_PRIVATE, easies.back().get());
        ask(*easies.back());
    }
    const double processor = processor_s();
    const auto start = Clock::now();
    while (us_since(start) < seconds * 1e6) {
        int running = 0;
        curl_multi_perform(multi.get(), &running);
        int left = 0;
        while (const CURLMsg* const message = curl_multi_info_read(multi.get(), &left)) {
            Easy* easy = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &easy);
            easy->check(message->data.result);
            us.push_back(us_since(easy->asked));
            curl_multi_remove_handle(multi.get(), easy->handle);
            ask(*easy);
        }
        curl_multi_poll(multi.get(), nullptr, 0, 100, nullptr);
    }
    const double took = us_since(start) / 1e6;
    for (const auto& easy : easies) curl_multi_remove_handle(multi.get(), easy->handle);
    std::sort(us.begin(), us.end());
    return {static_cast<double>(us.size()) / took, us[us.size() / 2] / 1e3, us[us.size() * 99 / 100] / 1e3,
            (processor_s() - processor) / took};
}

}  // namespace minglu::bench
