#pragma once
/// JSON answers and the pieces that several of them share. Bodies are built as text, so that fields that are stored as
/// canonical JSON go out as they are.
#include <string>
#include <string_view>

#include "minglu/record.hpp"
#include "minglu/store.hpp"
#include "src/http/message.hpp"

namespace minglu {

[[nodiscard]] HttpResponse json_answer(int status, std::string body);

/// Writes one JSON object or array, member by member, into a string; commas and quotes are its business.
class JsonWriter {
public:
    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& text(std::string_view value);
    JsonWriter& number(std::int64_t value);
    JsonWriter& number(std::uint64_t value);
    JsonWriter& boolean(bool value);
    /// JSON text as it is; the caller vouches for it.
    JsonWriter& raw(std::string_view json);

    JsonWriter& member(std::string_view name, std::string_view value) { return key(name).text(value); }
    JsonWriter& member_raw(std::string_view name, std::string_view json) { return key(name).raw(json); }
    JsonWriter& member_number(std::string_view name, std::int64_t value) { return key(name).number(value); }
    JsonWriter& member_number(std::string_view name, std::uint64_t value) { return key(name).number(value); }
    JsonWriter& member_boolean(std::string_view name, bool value) { return key(name).boolean(value); }
    /// Left out when empty.
    JsonWriter& member_if(std::string_view name, std::string_view value) {
        return value.empty() ? *this : member(name, value);
    }

    [[nodiscard]] std::string take() && { return std::move(out_); }

private:
    void separate();
    std::string out_;
};

/// The fields of an op as one object.
[[nodiscard]] std::string set_json(const std::vector<FieldValue>& set);

}  // namespace minglu
