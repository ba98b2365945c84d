#include "src/http/api/asked_key.hpp"

#include "catalog/identifiers/entry_key.hpp"

namespace minglu {

Result<EntryKey> asked_key(const ReadTx& tx, const std::string& text) {
    const auto as_it_is = parse_entry_key(text);
    if (as_it_is && !tx.ops_of_key(*as_it_is).empty()) return *as_it_is;
    auto key = normal_entry_key(text);
    if (key) return key;
    const Error& error = key.error();
    return fail({ErrorCode::bad_request, error.what, "key " + text,
                 error.cure + "; a key is kind/number or kind/number/class"});
}

}  // namespace minglu
