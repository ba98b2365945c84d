#include "sync/bounded_json.hpp"

#include <cstdint>
#include <string>

#include "minglu/json_text.hpp"

namespace minglu {

namespace {

using Json = nlohmann::json;

/// Takes the events of the parser, which keeps no stack of calls; false ends it.
class Measure {
public:
    bool null() { return count(); }
    bool boolean(bool) { return count(); }
    bool number_integer(std::int64_t) { return count(); }
    bool number_unsigned(std::uint64_t) { return count(); }
    bool number_float(double, const std::string&) { return count(); }
    bool string(const std::string&) { return count(); }
    static bool binary(const Json::binary_t&) { return false; }
    bool start_object(std::size_t) { return open(); }
    static bool key(const std::string&) { return true; }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(); }
    bool end_array() { return close(); }
    static bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

private:
    bool count() { return ++values_ <= json_values_max; }
    bool open() { return ++depth_ <= json_depth_max && count(); }
    bool close() {
        --depth_;
        return true;
    }

    std::size_t values_ = 0;
    std::size_t depth_ = 0;
};

}  // namespace

Json bounded_json(std::string_view text) {
    Measure measure;
    return Json::sax_parse(text, &measure) ? Json::parse(text, nullptr, false) : Json(Json::value_t::discarded);
}

}  // namespace minglu
