#include "sync/proof_steps.hpp"

#include <algorithm>

#include "sync/merkle.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
T accept(Result<T> result) {
    if (!result) throw MalformedProof{result.error().what};
    return *std::move(result);
}

}  // namespace

std::string what_of(const nlohmann::json::exception& fault) {
    const std::string_view what = fault.what();  // "[json.exception.out_of_range.403] key 'head' not found"
    const std::size_t name_end = what.starts_with('[') ? what.find("] ") : std::string_view::npos;
    return std::string(name_end == std::string_view::npos ? what : what.substr(name_end + 2));
}

std::vector<ProofStep> steps_to_head(const ReadTx& tx, const LogRow& log, Seq from, Seq by_way) {
    const HashAlgorithm algorithm = hash_of(log.suite);
    const NodeReader nodes = node_reader(tx, log.no);
    const Seq reach = std::min(log.size, log.head_size);
    std::vector<ProofStep> steps;
    const auto step = [&](Seq begin, Seq end) {
        if (begin < end)
            steps.push_back({begin, root_at(algorithm, begin.value(), nodes),
                             consistency_proof(algorithm, begin.value(), end.value(), nodes)});
    };
    const Seq stop = std::clamp(by_way, from, reach);
    step(from, stop);
    step(stop, reach);
    // Held up to less than the head: the proof that came with it leads on.
    if (reach < log.head_size) steps.insert(steps.end(), log.head_proof.begin(), log.head_proof.end());
    return steps;
}

std::optional<Hash> proved_root(HashAlgorithm algorithm, Seq size, std::span<const ProofStep> steps, const Head& head) {
    if (steps.empty()) return size == head.size ? std::optional<Hash>(head.root) : std::nullopt;
    if (steps.front().size != size) return std::nullopt;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const bool last = i + 1 == steps.size();
        const Seq next_size = last ? head.size : steps[i + 1].size;
        const Hash& next_root = last ? head.root : steps[i + 1].root;
        if (!verify_consistency(algorithm, steps[i].size.value(), next_size.value(), steps[i].root, next_root,
                                steps[i].path))
            return std::nullopt;
    }
    return steps.front().root;
}

Json json_of(const std::vector<Hash>& hashes) {
    Json list = Json::array();
    for (const Hash& hash : hashes) list.push_back(to_base64(bytes_of(hash)));
    return list;
}

Json json_of(const std::vector<ProofStep>& steps) {
    Json list = Json::array();
    for (const ProofStep& step : steps)
        list.push_back(
            {{"size", step.size.value()}, {"root", to_base64(bytes_of(step.root))}, {"path", json_of(step.path)}});
    return list;
}

/// A count or position; the general reader would turn a negative number into a huge one.
Seq seq_of(const Json& json) {
    if (!json.is_number_unsigned()) throw MalformedProof{"a position is not a number from 0"};
    return Seq{json.get<std::uint64_t>()};
}

Hash hash_of_json(const Json& json) {
    return accept(to_hash(accept(from_base64(json.get<std::string>()))));
}

std::vector<Hash> hashes_of(const Json& json) {
    std::vector<Hash> hashes;
    for (const Json& item : json) hashes.push_back(hash_of_json(item));
    return hashes;
}

std::vector<ProofStep> steps_of(const Json& json) {
    std::vector<ProofStep> steps;
    for (const Json& step : json)
        steps.push_back({seq_of(step.at("size")), hash_of_json(step.at("root")), hashes_of(step.at("path"))});
    return steps;
}

}  // namespace minglu
