#include "sync/leaf_state.hpp"

#include <nlohmann/json.hpp>

#include "catalog/entry_views.hpp"
#include "sync/record_check.hpp"
#include "sync/refold.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;

std::string damage_at(const ReadTx& tx, const EntryKey& key) {
    for (const OpRow& op : tx.ops_of_key(key)) {
        const auto log = tx.log(op.dot.log);
        const auto record = tx.record(op.dot);
        if (!log || !record) return describe({"record", "it is gone"}, op.dot);
        if (const auto damage = damage_of(tx, *log, *record, tx.ops_of_record(record->no)))
            return describe(*damage, op.dot);
    }
    return "";
}

std::optional<Hash> hash_in(const Json& json, const char* member) {
    if (!json.contains(member)) return std::nullopt;
    const auto bytes = from_hex(json.at(member).get<std::string>());
    const auto hash = bytes ? to_hash(*bytes) : tl::unexpected(bytes.error());
    if (!hash) throw std::invalid_argument(hash.error().what);
    return *hash;
}

}  // namespace

LeafState leaf_state(const ReadTx& tx, const EntryKey& key) {
    LeafState state;
    if (const auto entry = tx.entry(key)) state.shown = entry->trie_leaf;
    state.damage = damage_at(tx, key);
    try {
        const CountedOps counted = counted_ops(tx, key);
        state.ops_hash = counted.ops_hash;
        state.ops = counted.ops.size();
        const EntryViews views = make_views(key, counted.ops);
        if (!views.periods.empty()) state.refolded = trie_leaf(key, counted.ops_hash, sha256({views.state}));
    } catch (const StoreFault& fault) {
        if (state.damage.empty()) state.damage = fault.what();
    }
    return state;
}

std::string serialise(const LeafState& state) {
    Json json = Json::object();
    if (state.shown) json["shown"] = to_hex(bytes_of(*state.shown));
    if (state.refolded) json["refolded"] = to_hex(bytes_of(*state.refolded));
    json["ops_hash"] = to_hex(bytes_of(state.ops_hash));
    json["ops"] = state.ops;
    if (!state.damage.empty()) json["damage"] = state.damage;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);  // a damaged record may say anything
}

Result<LeafState> parse_leaf_state(std::string_view text) {
    try {
        const Json json = Json::parse(text);
        LeafState state;
        state.shown = hash_in(json, "shown");
        state.refolded = hash_in(json, "refolded");
        state.ops_hash = hash_in(json, "ops_hash").value();
        state.ops = json.at("ops").get<std::uint64_t>();
        state.damage = json.value("damage", "");
        return state;
    } catch (const std::exception& fault) {  // of the library, or one of the hashes
        return fail({ErrorCode::malformed, fault.what(), "", ""});
    }
}

}  // namespace minglu
