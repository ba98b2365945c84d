#pragma once
/// Entries as JSON for programs: one object per line, or one array.
///
/// Each object is canonical (see minglu/json_text.hpp): {"as_known_then":"protected","etag":"…","fields":{…},
/// "key":"trademark/10325554/33","right":"never_existed","verdict":"listed_not_in_force"}; of an answer what is given.
#include <functional>
#include <string>
#include <string_view>

#include "catalog/export/answer.hpp"
#include "minglu/ids.hpp"
#include "minglu/vector.hpp"

namespace minglu {

enum class JsonForm {
    lines,  ///< application/x-ndjson
    array,  ///< application/json
};

class JsonExport {
public:
    using Sink = std::function<void(std::string_view)>;

    JsonExport(JsonForm form, Sink sink);
    /// `view` is the canonical JSON object of the entry's merged fields.
    void add(const EntryKey& key, std::string_view view, const Vector& etag, const ExportAnswer& answer = {});
    /// Closes the array.
    void finish();

private:
    JsonForm form_;
    Sink sink_;
    bool first_ = true;
    std::string text_;
};

}  // namespace minglu
