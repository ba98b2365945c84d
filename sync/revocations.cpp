#include "sync/revocations.hpp"

#include <algorithm>

#include "minglu/json_text.hpp"
#include "sync/card.hpp"
#include "sync/proof_steps.hpp"
#include "sync/stored_list.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view setting_name = "revoked_keys";
constexpr int file_version = 1;
const std::string ask_again = "ask for the file again: minglu peer revocations prints it";

tl::unexpected<Error> malformed(const std::string& what) {
    return fail({ErrorCode::malformed, "no file of revoked keys: " + what, "", ask_again});
}

template <class T>
T accept(Result<T> result) {
    if (!result) throw MalformedProof{result.error().what};
    return *std::move(result);
}

Json to_json(const Revocation& revocation) {
    Json upto = Json::object();
    Json roots = Json::object();
    for (const Vector::Item& item : revocation.upto.items()) upto[item.first.value()] = item.second.value();
    for (const auto& [log, root] : revocation.roots) roots[log.value()] = to_base64(bytes_of(root));
    return {{"key", to_base64(revocation.key)},
            {"upto", std::move(upto)},
            {"roots", std::move(roots)},
            {"at", revocation.at.value()},
            {"reason", revocation.reason}};
}

Revocation read_revocation_of(NodeId node, const Json& json) {
    Revocation revocation;
    revocation.node = std::move(node);
    revocation.key = accept(from_base64(json.at("key").get<std::string>()));
    for (const auto& [log, size] : json.at("upto").items())
        revocation.upto.set(accept(parse_log_id(log)), seq_of(size));
    const Json roots = json.value("roots", Json::object());  // versions before told none
    for (const auto& [log, root] : roots.items())
        revocation.roots.emplace(accept(parse_log_id(log)), hash_of_json(root));
    revocation.at = UnixMs{json.at("at").get<std::int64_t>()};
    revocation.reason = json.at("reason").get<std::string>();
    return revocation;
}

Revocation read_stored(const Json& json) {
    return read_revocation_of(NodeId{json.at("node").get<std::string>()}, json);
}

/// In a file every log is one of the node, and the root is there of all that counts.
void check_told(const Revocation& revocation) {
    if (revocation.key.size() != 32 && revocation.key.size() != 65) throw MalformedProof{"a key of another length"};
    for (const Vector::Item& item : revocation.upto.items()) {
        if (node_of(item.first) != revocation.node) throw MalformedProof{"a log of another node"};
        if (!revocation.roots.contains(item.first)) throw MalformedProof{"no root of " + item.first.value()};
    }
}

RevocationFile read_file(const Json& json) {
    RevocationFile file;
    file.node = accept(parse_node_id(json.at("node").get<std::string>()));
    for (const Json& one : json.at("revoked")) {
        file.revoked.push_back(read_revocation_of(file.node, one));
        check_told(file.revoked.back());
    }
    if (file.revoked.empty()) throw MalformedProof{"it names no key"};
    for (const Json& one : json.at("changes")) file.changes.push_back(accept(parse_key_change(one.dump())));
    return file;
}

Json to_json(const RevocationFile& file) {
    Json revoked = Json::array();
    Json changes = Json::array();
    for (const Revocation& one : file.revoked) revoked.push_back(to_json(one));
    for (const KeyChange& change : file.changes) changes.push_back(Json::parse(serialise(change)));
    return {{"minglu_revocations", file_version},
            {"node", file.node.value()},
            {"revoked", std::move(revoked)},
            {"changes", std::move(changes)}};
}

}  // namespace

std::vector<Revocation> revocations(const ReadTx& tx) {
    return stored_list<Revocation>(tx, setting_name, read_stored);
}

void put_revocation(WriteTx& tx, const Revocation& revocation) {
    auto all = revocations(tx);
    std::erase_if(all,
                  [&](const Revocation& held) { return held.node == revocation.node && held.key == revocation.key; });
    all.push_back(revocation);
    Json list = Json::array();
    for (const Revocation& one : all) {
        list.push_back(to_json(one));
        list.back()["node"] = one.node.value();
    }
    tx.put_setting(setting_name, list.dump());
}

std::optional<Agreed> agreed_on(std::span<const Revocation> revocations, const LogId& log) {
    for (const Revocation& revocation : revocations) {
        const Seq size = revocation.upto.at(log);
        if (revocation.node != node_of(log) || size == Seq{}) continue;
        const auto root = revocation.roots.find(log);
        return Agreed{size, root == revocation.roots.end() ? std::nullopt : std::optional<Hash>(root->second)};
    }
    return std::nullopt;
}

std::string serialise(const RevocationFile& file) {
    return to_json(file).dump(2) + "\n";
}

Result<RevocationFile> parse_revocation_file(std::string_view text) {
    if (text.size() > revocation_file_bytes_max)
        return fail({ErrorCode::too_large, "a file of revoked keys has at most 1 MiB", "", "name the right file"});
    const auto canonical = canonical_json(text);
    if (!canonical) return malformed(canonical.error().what);
    try {
        const Json json = Json::parse(*canonical);
        if (!json.is_object() || !json.contains("minglu_revocations")) return malformed("no member minglu_revocations");
        if (json["minglu_revocations"] != file_version)
            return fail({ErrorCode::unsupported_version, "a file of revoked keys of a version that is not known here",
                         "", "bring both nodes to the same release"});
        return read_file(json);
    } catch (const MalformedProof& fault) {
        return malformed(fault.what);
    } catch (const Json::exception& fault) {
        return malformed(fault.what());
    }
}

std::string fingerprint(const RevocationFile& file) {
    return fingerprint_text(sha256({"minglu/revocations/1\n", canonical_json(to_json(file).dump()).value()}));
}

}  // namespace minglu
