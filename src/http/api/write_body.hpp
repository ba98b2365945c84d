#pragma once
/// JSON bodies of writes: strict, every member known, errors naming the member.
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "minglu/record.hpp"
#include "src/http/message.hpp"

namespace minglu {

/// The members of one JSON object (RFC 8259), each as JSON text.
class WriteBody {
public:
    /// Errors: bad_request (no JSON object, a name twice, a member that is not `known`, too deep or too many values).
    [[nodiscard]] static Result<WriteBody> parse(std::string_view text, std::initializer_list<std::string_view> known);

    [[nodiscard]] bool has(const std::string& member) const { return members_.contains(member); }

    // Absent and null give the default. Errors: bad_request, naming the member.
    [[nodiscard]] Result<std::string> text(const std::string& member) const;
    [[nodiscard]] Result<bool> flag(const std::string& member) const;
    [[nodiscard]] Result<std::optional<Day>> day(const std::string& member) const;
    /// {"title","document_number","published_on"}
    [[nodiscard]] Result<std::optional<BatchInfo>> batch(const std::string& member) const;

    /// An object of fields and what they shall hold, sorted; null stays "null". Errors: bad_request (also for numbers
    /// with a fraction and truth values, which no field holds).
    [[nodiscard]] Result<std::vector<FieldValue>> fields(const std::string& member) const;
    /// The members of an object, each as JSON text, by name.
    [[nodiscard]] Result<std::map<std::string, std::string>> object(const std::string& member) const;

private:
    std::map<std::string, std::string> members_;
};

/// A text member that must be there and not be blank. Errors: bad_request, missing_value.
[[nodiscard]] Result<std::string> required_text(const WriteBody& body, const std::string& member, std::string cure);

/// The canonical JSON of a field's value; "null" for null. Errors: bad_request.
[[nodiscard]] Result<std::string> field_json(const std::string& where, const std::string& json);

}  // namespace minglu
