#pragma once
/// Owners of libcurl handles, and what both clients set alike. Private to this folder.
#include <curl/curl.h>

#include <memory>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu::net {

struct CurlFree {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, CurlFree>;
using HeaderList = std::unique_ptr<curl_slist, CurlFree>;

/// curl_multi_cleanup, in a type of its own because CURL and CURLM are both void.
class Multi {
public:
    Multi();
    ~Multi() { curl_multi_cleanup(multi_); }
    Multi(const Multi&) = delete;
    Multi& operator=(const Multi&) = delete;
    [[nodiscard]] CURLM* get() const { return multi_; }

private:
    CURLM* multi_;
};

/// Initialises the library once per process.
[[nodiscard]] Easy make_easy();
void append(HeaderList& list, const std::string& line);
/// "zstd, gzip" as far as this libcurl can decode it.
[[nodiscard]] const char* accepted_codings();

/// Reads one header line "Name: value"; true and the trimmed value when it is `name` (any case).
[[nodiscard]] bool header_value(std::string_view line, std::string_view name, std::string& value);

/// Throws std::logic_error for an option that this libcurl lacks, which no run can cure.
void check(CURLcode code);
template <class T>
void set(const Easy& easy, CURLoption option, T value) {
    check(curl_easy_setopt(easy.get(), option, value));
}

}  // namespace minglu::net
