#include "sync/fork_proof.hpp"

#include "minglu/json_text.hpp"
#include "sync/head.hpp"
#include "sync/merkle.hpp"
#include "sync/proof_steps.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;

Error malformed(const std::string& what) {
    return {ErrorCode::malformed, "proof of a fork: " + what, "", "ask for it again"};
}

Error bad_proof(const LogId& log, const std::string& what) {
    return {ErrorCode::bad_proof, "proof of a fork: " + what, "log " + log.value(),
            "nothing was changed; report it to the sender"};
}

ForkSide side_of(const Json& json) {
    return {json.at("head").get<std::string>(), steps_of(json.at("from_common")), steps_of(json.at("from_differ"))};
}

ForkProof read(const Json& json) {
    if (seq_of(json.at("minglu_fork")) != Seq{1}) throw MalformedProof{"another version"};
    ForkProof proof;
    const auto log = parse_log_id(json.at("log").get<std::string>());
    if (!log) throw MalformedProof{log.error().what};
    proof.log = *log;
    proof.common = seq_of(json.at("common"));
    proof.root = hash_of_json(json.at("root"));
    proof.differ = seq_of(json.at("differ"));
    if (proof.differ <= proof.common) throw MalformedProof{"its positions run backwards"};
    const Json& sides = json.at("sides");
    if (!sides.is_array() || sides.size() != proof.sides.size()) throw MalformedProof{"it has not two sides"};
    for (std::size_t i = 0; i < proof.sides.size(); ++i) proof.sides[i] = side_of(sides.at(i));
    return proof;
}

/// What one head says of the position at which they differ.
Result<Hash> differing_root(const ForkProof& proof, const ForkSide& side, HashAlgorithm algorithm, const Head& head) {
    if (head.log != proof.log || head.size < proof.differ)
        return fail(bad_proof(proof.log, "a head is not one of its log"));
    const bool shares = proof.common == Seq{} ? proof.root == empty_root(algorithm)
                                              : proved_root(algorithm, proof.common, side.from_common, head) ==
                                                    std::optional<Hash>(proof.root);
    if (!shares) return fail(bad_proof(proof.log, "a head does not lead from the common position"));
    const auto root = proved_root(algorithm, proof.differ, side.from_differ, head);
    if (!root) return fail(bad_proof(proof.log, "a head does not lead from where they differ"));
    return *root;
}

}  // namespace

std::string serialise(const ForkProof& proof) {
    Json sides = Json::array();
    for (const ForkSide& side : proof.sides)
        sides.push_back({{"head", side.head},
                         {"from_common", json_of(side.from_common)},
                         {"from_differ", json_of(side.from_differ)}});
    return Json{{"minglu_fork", 1},
                {"log", proof.log.value()},
                {"common", proof.common.value()},
                {"root", to_base64(bytes_of(proof.root))},
                {"differ", proof.differ.value()},
                {"sides", std::move(sides)}}
        .dump();
}

Result<ForkProof> parse_fork_proof(std::string_view text) {
    if (text.size() > fork_proof_bytes_max)
        return fail({ErrorCode::too_large, "a proof of a fork over 2 MiB", "", "report it to the sender"});
    const auto canonical = canonical_json(text);
    if (!canonical) return fail(malformed(canonical.error().what));
    try {
        return read(Json::parse(*canonical));
    } catch (const MalformedProof& fault) {
        return fail(malformed(fault.what));
    } catch (const Json::exception& fault) {
        return fail(malformed(what_of(fault)));
    }
}

Result<void> check_branches(const ForkProof& proof, HashAlgorithm algorithm, const std::array<Head, 2>& heads) {
    const auto a = differing_root(proof, proof.sides[0], algorithm, heads[0]);
    if (!a) return tl::unexpected(a.error());
    const auto b = differing_root(proof, proof.sides[1], algorithm, heads[1]);
    if (!b) return tl::unexpected(b.error());
    if (*a == *b) return fail(bad_proof(proof.log, "both heads agree where they should differ"));
    return {};
}

Result<void> check_fork(const ForkProof& proof, const LogKeys& keys) {
    const auto a = open_branch_head(proof.sides[0].head, keys);
    if (!a) return tl::unexpected(a.error());
    const auto b = open_branch_head(proof.sides[1].head, keys);
    if (!b) return tl::unexpected(b.error());
    return check_branches(proof, hash_of(keys.suite), {*a, *b});
}

}  // namespace minglu
