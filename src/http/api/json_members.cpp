#include "src/http/api/json_members.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "minglu/json_text.hpp"

namespace minglu {

namespace {

using nlohmann::json;

/// Takes the events of the parser, which keeps no stack of calls; false ends it.
class MemberReader {
public:
    bool null() { return value("null"); }
    bool boolean(bool flag) { return value(flag ? "true" : "false"); }
    bool number_integer(std::int64_t number) { return value(std::to_string(number)); }
    bool number_unsigned(std::uint64_t number) { return value(std::to_string(number)); }
    bool number_float(double, const std::string& spelled) { return value(spelled); }
    bool string(std::string& text) { return value(json_string(text)); }
    static bool binary(json::binary_t&) { return false; }
    bool start_object(std::size_t) { return open('{'); }
    bool end_object() { return close('}'); }
    bool start_array(std::size_t) { return !levels_.empty() && open('['); }
    bool end_array() { return close(']'); }
    static bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

    bool key(const std::string& name) {
        if (!count()) return false;
        if (!levels_.back().names.insert(name).second)
            return refuse("member " + name + " stands there twice", "give it once");
        if (levels_.size() == 1) {
            member_ = &members[name];
        } else {
            separate();
            append_json_string(*member_, name);
            *member_ += ':';
            levels_.back().is_first = true;  // its value follows without a comma
        }
        return true;
    }

    std::map<std::string, std::string> members;
    std::string what = "not a JSON object";
    std::string cure = "send a JSON object in UTF-8";

private:
    struct Level {
        std::set<std::string> names;
        bool is_first = true;
    };

    bool refuse(std::string refused, std::string cured) {
        what = std::move(refused);
        cure = std::move(cured);
        return false;
    }
    bool count() {
        return ++count_ <= body_values_max ||
               refuse("more than " + std::to_string(body_values_max) + " values", "send less at once");
    }
    void separate() {
        if (levels_.size() > 1 && !std::exchange(levels_.back().is_first, false)) *member_ += ',';
    }
    bool value(std::string_view text) {
        if (levels_.empty() || !count()) return false;
        separate();
        *member_ += text;
        return true;
    }
    bool open(char bracket) {
        if (levels_.size() >= static_cast<std::size_t>(body_depth_max))
            return refuse("nested too deeply", "send a flatter object");
        if (!levels_.empty() && !value({&bracket, 1})) return false;
        levels_.emplace_back();
        return true;
    }
    bool close(char bracket) {
        levels_.pop_back();
        if (!levels_.empty()) *member_ += bracket;
        return true;
    }

    std::vector<Level> levels_;
    std::string* member_ = nullptr;
    std::size_t count_ = 0;
};

}  // namespace

Result<std::map<std::string, std::string>> json_members(std::string_view text, const std::string& where) {
    MemberReader reader;
    if (json::sax_parse(text, &reader)) return std::move(reader.members);
    return fail({ErrorCode::bad_request, std::move(reader.what), where, std::move(reader.cure)});
}

}  // namespace minglu
