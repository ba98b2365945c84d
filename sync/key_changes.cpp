#include "sync/key_changes.hpp"

#include <algorithm>

#include "minglu/json_text.hpp"
#include "sync/merkle.hpp"
#include "sync/proof_steps.hpp"
#include "sync/stored_list.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view changes_setting = "key_changes";

Error malformed(const std::string& what) {
    return {ErrorCode::malformed, "change of key: " + what, "", "report it to the sender"};
}

template <class T>
T accept(Result<T> result) {
    if (!result) throw MalformedProof{result.error().what};
    return *std::move(result);
}

/// The library's view, behind the strict gate.
Result<Json> strict_json(std::string_view text) {
    const auto canonical = canonical_json(text);
    if (!canonical) return fail(malformed(canonical.error().what));
    return Json::parse(*canonical);
}

Json to_json(const KeyChange& change) {
    return Json{{"from", to_base64(change.from)},
                {"record", change.record},
                {"path", json_of(change.path)},
                {"head", change.head}};
}

KeyChange read_change(const Json& json) {
    KeyChange change;
    change.from = accept(from_base64(json.at("from").get<std::string>()));
    change.record = json.at("record").get<std::string>();
    change.path = hashes_of(json.at("path"));
    change.head = json.at("head").get<std::string>();
    const Header header = accept(parse_header(change.record));
    if (header.kind != RecordKind::key || !header.fault.empty()) throw MalformedProof{"its record is no key record"};
    change.log = header.log;
    change.at = header.seq;
    change.to = header.new_signing_key;
    const Json roots = Json::parse(change.record).value("roots", Json::object());  // parse_header was the strict gate
    for (const auto& [log, root] : roots.items()) change.roots.emplace(accept(parse_log_id(log)), hash_of_json(root));
    return change;
}

void put_key_changes(WriteTx& tx, const std::vector<KeyChange>& changes) {
    Json list = Json::array();
    for (const KeyChange& change : changes) list.push_back(to_json(change));
    tx.put_setting(changes_setting, list.dump());
}

Error unproved(ErrorCode code, const KeyChange& change, const std::string& what) {
    return {code, "change of key: " + what, "record " + to_string(Dot{change.log, change.at}),
            "nothing was changed; report it to the sender"};
}

}  // namespace

std::string with_roots(std::string header_line, const std::map<LogId, Hash>& roots) {
    if (roots.empty()) return header_line;
    Json object = Json::object();
    for (const auto& [log, root] : roots) object[log.value()] = to_base64(bytes_of(root));
    header_line.insert(header_line.size() - 1, ",\"roots\":" + object.dump());
    return header_line;
}

std::string serialise(const KeyChange& change) {
    return to_json(change).dump();
}

Result<KeyChange> parse_key_change(std::string_view text) {
    try {
        const auto json = strict_json(text);
        if (!json) return fail(json.error());
        return read_change(*json);
    } catch (const MalformedProof& fault) {
        return fail(malformed(fault.what));
    } catch (const Json::exception& fault) {
        return fail(malformed(what_of(fault)));
    }
}

Suite suite_of_key(std::string_view raw_public_key) {
    return raw_public_key.size() == 65 ? Suite::sm2_sm3 : Suite::ed25519_sha256;
}

Result<Head> check_key_change(const KeyChange& change, Suite suite) {
    auto note = parse_note(change.head);
    if (!note) return fail(note.error());
    const NodeId author = node_of(change.log);
    if (note->head.log != change.log || note->head.size != change.at)
        return fail(unproved(ErrorCode::bad_proof, change, "its head is not the one at the record"));
    if (!is_signed_by(*note, author, suite, change.from) || !is_signed_by(*note, author, suite, change.to))
        return fail(unproved(ErrorCode::bad_signature, change, "the head is not signed with both keys"));
    const HashAlgorithm algorithm = hash_of(suite);
    if (!verify_inclusion(algorithm, leaf_hash(algorithm, change.record), change.at.value() - 1, change.at.value(),
                          change.path, note->head.root))
        return fail(unproved(ErrorCode::bad_proof, change, "the record is not the last one below the head"));
    return std::move(note->head);
}

std::vector<KeyChange> key_changes(const ReadTx& tx) {
    return stored_list<KeyChange>(tx, changes_setting, read_change);
}

void add_key_change(WriteTx& tx, const KeyChange& change) {
    auto all = key_changes(tx);
    all.push_back(change);
    put_key_changes(tx, all);
}

void remove_key_change(WriteTx& tx, const KeyChange& change) {
    auto all = key_changes(tx);
    std::erase(all, change);
    put_key_changes(tx, all);
}

const std::string& LogKeys::key_at(Seq size) const {
    for (const KeyChange& change : changes)
        if (size < change.at) return change.from;
    return last;
}

LogKeys keys_of_log(const ReadTx& tx, const LogRow& log) {
    std::vector<KeyChange> of_log;
    for (KeyChange& change : key_changes(tx))
        if (change.log == log.id) of_log.push_back(std::move(change));
    std::sort(of_log.begin(), of_log.end(), [](const KeyChange& a, const KeyChange& b) { return a.at > b.at; });
    LogKeys keys{log.suite, log.signing_key, {}};
    for (KeyChange& change : of_log)  // backwards; the changes after one whose key is not known yet do not count yet
        if (change.to == keys.first()) keys.changes.insert(keys.changes.begin(), std::move(change));
    return keys;
}

bool is_signed_by_author(const SignedHead& head, const LogKeys& keys) {
    return is_signed_by(head, node_of(head.head.log), keys.suite, keys.key_at(head.head.size));
}

SignedHead kept_of(SignedHead head, const LogKeys& keys) {
    const NodeId author = node_of(head.head.log);
    std::vector<std::string> known{keys.last};
    for (const KeyChange& change : keys.changes) known.push_back(change.from);
    std::vector<SignedHead::Signature> kept;
    bool has_unknown = false;
    for (const SignedHead::Signature& line : only_signed_by(head, author).signatures) {
        const auto by = std::find_if(known.begin(), known.end(), [&](const std::string& key) {
            return note_key_id(author.value(), keys.suite, key) == line.key_id;
        });
        const bool is_unknown = by == known.end();
        if (is_unknown ? has_unknown : !verify_signature(keys.suite, *by, head.text, line.bytes)) continue;
        if (std::find(kept.begin(), kept.end(), line) != kept.end()) continue;
        has_unknown = has_unknown || is_unknown;
        kept.push_back(line);
    }
    head.signatures = std::move(kept);
    return head;
}

Result<Head> open_branch_head(std::string_view note, const LogKeys& keys) {
    for (const KeyChange& change : keys.changes)
        if (auto head = open_head(note, keys.suite, change.from)) return head;
    return open_head(note, keys.suite, keys.last);
}

Result<Head> open_head(std::string_view note, const LogKeys& keys) {
    const auto parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    return open_head(note, keys.suite, keys.key_at(parsed->head.size));
}

}  // namespace minglu
