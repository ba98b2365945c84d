#pragma once
/// XML of strangers, piece by piece: no document type, so no entities of its own and nothing fetched from anywhere; at
/// most `xml_depth_max` elements deep.
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

constexpr int xml_depth_max = 32;

/// The attributes of one element, by their names without a prefix.
class XmlAttributes {
public:
    explicit XmlAttributes(const char* const* pairs) : pairs_(pairs) {}
    /// Empty where there is none.
    [[nodiscard]] std::string_view operator[](std::string_view name) const;

private:
    const char* const* pairs_;
};

struct XmlHandlers {
    /// Names come without their prefix. An error ends the reading.
    std::function<Result<void>(std::string_view name, const XmlAttributes& attributes)> begin;
    std::function<Result<void>(std::string_view name)> end;
    std::function<Result<void>(std::string_view text)> text;  ///< in pieces of any size
};

class XmlReader {
public:
    /// `part`: where errors are, in the words of who made the file.
    XmlReader(std::string part, XmlHandlers handlers);
    ~XmlReader();
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;

    /// Errors: malformed, or what a handler returned.
    [[nodiscard]] Result<void> feed(std::string_view bytes);
    [[nodiscard]] Result<void> finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace minglu
