#include <nlohmann/json.hpp>

#include "minglu/json_text.hpp"
#include "sync/evidence.hpp"
#include "sync/proof_steps.hpp"

namespace minglu {

namespace {

using Json = nlohmann::json;  // not the ordered one: its objects look through all members for each

constexpr std::string_view nibbles = "0123456789abcdef";
/// A value that is as deep as a line can be stands one level deeper in the answer.
constexpr std::size_t depth_max = json_depth_max + 1;

template <class T>
T accept(Result<T> result) {
    if (!result) throw MalformedProof{result.error().what};
    return *std::move(result);
}

// ----------------------------------------------------------------------------------------------------------- writing

Json to_json(const ProvedRecord& record) {
    return {{"arrived", record.arrived.value()}, {"header", record.header}, {"path", json_of(record.path)}};
}

Json to_json(const ProvedOp& op) {
    Json approvals = Json::array();
    for (const ProvedRecord& approval : op.approvals) approvals.push_back(to_json(approval));
    return {{"approvals", std::move(approvals)},
            {"index", op.index},
            {"line", op.line},
            {"path", json_of(op.path)},
            {"record", to_json(op.record)}};
}

Json to_json(const LogId& log, const LogProof& proof) {
    return {{"head", proof.head}, {"log", log.value()}, {"size", proof.size.value()}, {"steps", json_of(proof.steps)}};
}

/// A child that is not there is left out.
Json to_json(const TrieChildren& children) {
    Json json = Json::object();
    for (std::size_t i = 0; i < children.size(); ++i)
        if (children[i] != Hash{}) json[std::string(1, nibbles[i])] = to_base64(bytes_of(children[i]));
    return json;
}

Json state_json(const Evidence& evidence) {
    Json path = Json::array();
    for (const TrieChildren& children : evidence.path) path.push_back(to_json(children));
    Json json{{"head", evidence.state_head}, {"path", std::move(path)}};
    if (!evidence.entry_state.empty()) json["entry"] = evidence.entry_state;
    if (evidence.occupant)
        json["occupant"] = {{"key", evidence.occupant->key.value()},
                            {"ops_hash", to_base64(bytes_of(evidence.occupant->ops_hash))},
                            {"state_hash", to_base64(bytes_of(evidence.occupant->state_hash))}};
    return json;
}

Json to_json(const LegalStatus& row) {
    Json json{{"code", row.code}, {"right", std::string(name(row.right))}, {"source", row.source}};
    if (row.valid_from) json["valid_from"] = to_string(*row.valid_from);
    if (row.valid_until) json["valid_until"] = to_string(*row.valid_until);
    return json;
}

Json to_json(const RightTerm& row) {
    Json json{{"from", name(row.from)}, {"grace_months", row.grace_months},        {"source", row.source},
              {"subtype", row.subtype}, {"valid_from", to_string(row.valid_from)}, {"years", row.years}};
    if (row.valid_until) json["valid_until"] = to_string(*row.valid_until);
    return json;
}

Json to_json(const Law& law) {
    Json statuses = Json::array();
    for (const LegalStatus& row : law.statuses) statuses.push_back(to_json(row));
    Json terms = Json::array();
    for (const RightTerm& row : law.terms) terms.push_back(to_json(row));
    return {{"statuses", std::move(statuses)}, {"terms", std::move(terms)}};
}

Json to_json(const KnownCard& card) {
    return {{"fingerprint", card.fingerprint},
            {"name", card.name},
            {"node", card.node.value()},
            {"signing_key", to_base64(card.signing_key)},
            {"suite", std::string(name(card.suite))}};
}

std::string text_of_members(const Evidence& evidence, bool with_signature) {
    Json json{
        {"minglu_evidence", 1},          {"node", evidence.node.value()},      {"made", evidence.made.value()},
        {"key", evidence.key.value()},   {"as_of", to_string(evidence.as_of)}, {"answer", Json::parse(evidence.answer)},
        {"state", state_json(evidence)}, {"heads", evidence.newest},           {"law", to_json(evidence.law)}};
    if (evidence.known_at) json["known_at"] = evidence.known_at->value();
    json["ops"] = Json::array();
    for (const ProvedOp& op : evidence.ops) json["ops"].push_back(to_json(op));
    json["logs"] = Json::array();
    for (const auto& [log, proof] : evidence.logs) json["logs"].push_back(to_json(log, proof));
    json["cards"] = Json::array();
    for (const KnownCard& card : evidence.cards) json["cards"].push_back(to_json(card));
    // Left out where there are none, as in files from before keys were changed.
    for (const KeyChange& change : evidence.key_changes) json["key_changes"].push_back(Json::parse(serialise(change)));
    if (with_signature) json["signature"] = to_base64(evidence.signature);
    return canonical_json(json.dump(), depth_max).value();
}

// ----------------------------------------------------------------------------------------------------------- reading

std::string text_at(const Json& json, const char* member) {
    return json.at(member).get<std::string>();
}

UnixMs moment_at(const Json& json, const char* member) {
    return UnixMs{static_cast<std::int64_t>(seq_of(json.at(member)).value())};
}

int small_number_at(const Json& json, const char* member, std::uint64_t max) {
    const Seq number = seq_of(json.at(member));
    if (number.value() > max) throw MalformedProof{std::string(member) + " is too large"};
    return static_cast<int>(number.value());
}

std::optional<Day> day_at(const Json& json, const char* member) {
    if (!json.contains(member)) return std::nullopt;
    return accept(parse_day(text_at(json, member)));
}

ProvedRecord record_of(const Json& json) {
    return {text_at(json, "header"), moment_at(json, "arrived"), hashes_of(json.at("path"))};
}

ProvedOp op_of(const Json& json) {
    ProvedOp op{record_of(json.at("record")),
                text_at(json, "line"),
                seq_of(json.at("index")).value(),
                hashes_of(json.at("path")),
                {}};
    for (const Json& approval : json.at("approvals")) op.approvals.push_back(record_of(approval));
    return op;
}

TrieChildren children_of(const Json& json) {
    TrieChildren children{};
    if (!json.is_object()) throw MalformedProof{"a node of the trie is no object"};
    for (const auto& [nibble, hash] : json.items()) {
        const std::size_t index = nibble.size() == 1 ? nibbles.find(nibble.front()) : std::string_view::npos;
        if (index == std::string_view::npos) throw MalformedProof{"a node of the trie has a child " + nibble};
        children[index] = hash_of_json(hash);
    }
    return children;
}

TrieOccupant occupant_of(const Json& json) {
    return {accept(parse_entry_key(text_at(json, "key"))), hash_of_json(json.at("ops_hash")),
            hash_of_json(json.at("state_hash"))};
}

RightState right_of(const std::string& text) {
    for (const RightState state : all_right_states)
        if (name(state) == text) return state;
    throw MalformedProof{"no such state of a right: " + text};
}

Law law_of(const Json& json, Kind kind) {
    Law law;
    for (const Json& row : json.at("statuses"))
        law.statuses.push_back({kind, text_at(row, "code"), right_of(text_at(row, "right")), text_at(row, "source"),
                                day_at(row, "valid_from"), day_at(row, "valid_until")});
    constexpr std::uint64_t years_max = 200;
    constexpr std::uint64_t months_max = 99;
    for (const Json& row : json.at("terms"))
        law.terms.push_back({kind, text_at(row, "subtype"), accept(parse_term_start(text_at(row, "from"))),
                             small_number_at(row, "years", years_max), small_number_at(row, "grace_months", months_max),
                             text_at(row, "source"), accept(parse_day(text_at(row, "valid_from"))),
                             day_at(row, "valid_until")});
    return law;
}

KnownCard card_of(const Json& json) {
    return {accept(parse_node_id(text_at(json, "node"))), text_at(json, "name"), text_at(json, "fingerprint"),
            accept(parse_suite(text_at(json, "suite"))), accept(from_base64(text_at(json, "signing_key")))};
}

Evidence read(const Json& json) {
    Evidence evidence;
    evidence.node = accept(parse_node_id(text_at(json, "node")));
    evidence.made = moment_at(json, "made");
    evidence.key = accept(parse_entry_key(text_at(json, "key")));
    evidence.as_of = accept(parse_day(text_at(json, "as_of")));
    if (json.contains("known_at")) evidence.known_at = moment_at(json, "known_at");
    evidence.answer = json.at("answer").dump();
    for (const Json& op : json.at("ops")) evidence.ops.push_back(op_of(op));
    for (const Json& log : json.at("logs"))
        evidence.logs[accept(parse_log_id(text_at(log, "log")))] = {text_at(log, "head"), seq_of(log.at("size")),
                                                                    steps_of(log.at("steps"))};
    const Json& state = json.at("state");
    evidence.state_head = text_at(state, "head");
    if (state.contains("entry")) evidence.entry_state = text_at(state, "entry");
    for (const Json& children : state.at("path")) evidence.path.push_back(children_of(children));
    if (state.contains("occupant")) evidence.occupant = occupant_of(state.at("occupant"));
    evidence.newest = json.at("heads").get<std::vector<std::string>>();
    evidence.law = law_of(json.at("law"), parts_of(evidence.key).kind);
    for (const Json& card : json.at("cards")) evidence.cards.push_back(card_of(card));
    if (json.contains("key_changes"))
        for (const Json& change : json.at("key_changes"))
            evidence.key_changes.push_back(accept(parse_key_change(change.dump())));
    evidence.signature = accept(from_base64(text_at(json, "signature")));
    return evidence;
}

tl::unexpected<Error> malformed(const std::string& what) {
    return fail({ErrorCode::malformed, "no evidence: " + what, "", "take the file as it was issued, byte for byte"});
}

}  // namespace

std::string serialise(const Evidence& evidence) {
    return text_of_members(evidence, true) + "\n";
}

std::string signed_bytes(const Evidence& evidence) {
    return "minglu/evidence/1\n" + text_of_members(evidence, false);
}

Result<Evidence> parse_evidence(std::string_view text) {
    if (text.size() > evidence_bytes_max)
        return fail({ErrorCode::too_large, "evidence has at most 96 MiB", "", "name the right file"});
    const auto canonical = canonical_json(text, depth_max);
    if (!canonical) return malformed(canonical.error().what);
    try {
        const Json json = Json::parse(*canonical);
        if (!json.is_object() || !json.contains("minglu_evidence")) return malformed("no member minglu_evidence");
        if (json.at("minglu_evidence") != 1)
            return fail({ErrorCode::unsupported_version, "evidence of a version that is not known here", "",
                         "check it with a newer program"});
        Evidence evidence = read(json);
        if (serialise(evidence) != text) return malformed("it is not in the form in which it was issued");
        return evidence;
    } catch (const MalformedProof& fault) {
        return malformed(fault.what);
    } catch (const Json::exception& fault) {
        return malformed(what_of(fault));
    }
}

}  // namespace minglu
