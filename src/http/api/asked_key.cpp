#include "src/http/api/asked_key.hpp"

#include "catalog/identifiers/entry_key.hpp"
#include "catalog/identifiers/patent.hpp"

namespace minglu {

namespace {

/// One invention is published under one number and several codes: of the number alone nothing can be said.
bool is_publication_without_kind_code(const EntryKey& key) {
    const KeyParts parts = parts_of(key);
    return parts.kind == Kind::patent && parts.number.starts_with("CN") && kind_code_of(parts.number).empty();
}

}  // namespace

Result<EntryKey> asked_key(const ReadTx& tx, const std::string& text) {
    const auto as_it_is = parse_entry_key(text);
    if (as_it_is && !tx.ops_of_key(*as_it_is).empty()) return *as_it_is;
    auto key = normal_entry_key(text);
    if (key && is_publication_without_kind_code(*key))
        key = fail({ErrorCode::bad_number, "a publication number without its kind code", "",
                    "give it whole, e.g. CN112734678B, or the application number"});
    if (key) return key;
    const Error& error = key.error();
    return fail({ErrorCode::bad_request, error.what, "key " + text,
                 error.cure + "; a key is kind/number or kind/number/class"});
}

Result<Dot> asked_dot(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return parse_dot(text);
}

}  // namespace minglu
