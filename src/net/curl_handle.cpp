#include "src/net/curl_handle.hpp"

#include <cctype>
#include <new>
#include <stdexcept>

namespace minglu::net {

namespace {

void initialise() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    check(code);
}

}  // namespace

void check(CURLcode code) {
    if (code != CURLE_OK) throw std::logic_error(std::string("libcurl: ") + curl_easy_strerror(code));
}

Multi::Multi() {
    initialise();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::bad_alloc();
}

Easy make_easy() {
    initialise();
    Easy easy(curl_easy_init());
    if (!easy) throw std::bad_alloc();
    return easy;
}

void append(HeaderList& list, const std::string& line) {
    curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    [[maybe_unused]] const auto* const same = list.release();
    list.reset(longer);
}

const char* accepted_codings() {
    static const bool has_zstd = (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ZSTD) != 0;
    return has_zstd ? "zstd, gzip" : "gzip";
}

bool header_value(std::string_view line, std::string_view name, std::string& value) {
    const std::size_t colon = line.find(':');
    if (colon != name.size()) return false;
    for (std::size_t i = 0; i < colon; ++i) {
        if (std::tolower(static_cast<unsigned char>(line[i])) != std::tolower(static_cast<unsigned char>(name[i]))) {
            return false;
        }
    }
    constexpr std::string_view blanks = " \t\r\n";
    line.remove_prefix(colon + 1);
    const std::size_t first = line.find_first_not_of(blanks);
    value = first == std::string_view::npos ? std::string_view{}
                                            : line.substr(first, line.find_last_not_of(blanks) - first + 1);
    return true;
}

}  // namespace minglu::net
