#include "sync/fork_search.hpp"

#include <algorithm>

#include "minglu/json_text.hpp"
#include "sync/head.hpp"
#include "sync/merkle.hpp"
#include "sync/proof_steps.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;

/// What the peer proves of its branch at one position.
struct Branch {
    Seq held;
    std::string note;
    std::vector<ProofStep> steps;
    Hash root{};
};

Error refuse(ErrorCode code, const LogId& log, std::string what) {
    return {code, std::move(what), "log " + log.value(), "it is asked for again later"};
}

Result<Branch> read_branch(const std::string& body) {
    const auto canonical = canonical_json(body);
    if (!canonical) return tl::unexpected(canonical.error());
    try {
        const Json json = Json::parse(*canonical);
        return Branch{seq_of(json.at("size")), json.at("head").get<std::string>(), steps_of(json.at("steps")), {}};
    } catch (const MalformedProof& fault) {
        return fail({ErrorCode::malformed, fault.what, "", ""});
    } catch (const Json::exception& fault) {
        return fail({ErrorCode::malformed, what_of(fault), "", ""});
    }
}

class Search {
public:
    Search(Transport& peer, Store& store, LogRow log, LogKeys keys)
        : peer_(peer), store_(store), log_(std::move(log)), keys_(std::move(keys)) {}

    Result<std::optional<ForkProof>> run() {
        const auto first = branch_at(Seq{1});
        if (!first) return tl::unexpected(first.error());
        if (first->root != root_here(Seq{1})) return proof_of(Seq{}, Seq{1});
        Seq common{1};
        Seq differ = std::min({log_.size, log_.head_size, first->held});
        const auto last = branch_at(differ);
        if (!last) return tl::unexpected(last.error());
        if (last->root == root_here(differ)) return beyond(differ, *last);
        while (common.value() + 1 < differ.value()) {
            const Seq middle{common.value() + (differ.value() - common.value()) / 2};
            const auto branch = branch_at(middle);
            if (!branch) return tl::unexpected(branch.error());
            (branch->root == root_here(middle) ? common : differ) = middle;
        }
        return proof_of(common, differ);
    }

private:
    [[nodiscard]] Hash root_here(Seq size) const {
        const auto tx = store_.read();
        return root_at(hash_of(log_.suite), size.value(), node_reader(*tx, log_.no));
    }

    /// Both agree as far as both hold records. One of them may hold a head beyond, with the steps that lead there.
    Result<std::optional<ForkProof>> beyond(Seq common, const Branch& last) {
        for (const auto& [size, root] : states_beyond(log_.head_proof, log_.head, log_.size)) {
            if (size > last.held) break;
            const auto branch = branch_at(size);
            if (!branch) return tl::unexpected(branch.error());
            if (branch->root != root) return proof_of(common, size);
        }
        for (const auto& [size, root] : states_beyond(last.steps, last.note, last.held)) {
            if (size > std::min(log_.size, log_.head_size)) break;
            if (root_here(size) != root) return proof_of(common, size);
        }
        return std::nullopt;
    }

    /// Sizes after `held` that the steps pass on their way to the head, the head's own last.
    static std::vector<std::pair<Seq, Hash>> states_beyond(const std::vector<ProofStep>& steps, const std::string& note,
                                                           Seq held) {
        std::vector<std::pair<Seq, Hash>> states;
        for (const ProofStep& step : steps)
            if (step.size > held) states.emplace_back(step.size, step.root);
        const auto head = parse_note(note);
        if (head && head->head.size > held) states.emplace_back(head->head.size, head->head.root);
        return states;
    }

    static std::vector<ProofStep> from(std::vector<ProofStep> steps, Seq size) {
        const auto found =
            std::find_if(steps.begin(), steps.end(), [&](const ProofStep& step) { return step.size == size; });
        return {found, steps.end()};
    }

    [[nodiscard]] std::vector<ProofStep> our_steps(Seq size) const {
        if (size > std::min(log_.size, log_.head_size)) return from(log_.head_proof, size);
        return steps_to_head(*store_.read(), log_, size);
    }

    Result<Branch> their_steps(Seq size, Seq held) {
        auto branch = branch_at(std::min(size, held));
        if (branch && size > held) branch->steps = from(branch->steps, size);
        return branch;
    }

    Result<Branch> branch_at(Seq size) {
        PeerRequest request;
        request.path = "/sync/v1/proof?log=" + log_.id.value() + "&from=" + std::to_string(size.value());
        request.accept = "application/json";
        request.timeout_ms = 10'000;
        request.answer_bytes_max = fork_proof_bytes_max;
        const auto answer = peer_.call(request);
        if (!answer) return tl::unexpected(answer.error());
        if (answer->status != 200)
            return fail(
                refuse(ErrorCode::not_found, log_.id, "the peer gives no proof: " + std::to_string(answer->status)));
        auto branch = read_branch(answer->body);
        if (!branch) return branch;
        const auto head = open_branch_head(branch->note, keys_);
        if (!head) return tl::unexpected(head.error());
        const auto root = proved_root(hash_of(log_.suite), size, branch->steps, *head);
        if (head->log != log_.id || !root)
            return fail(refuse(ErrorCode::bad_proof, log_.id, "the peer's proof does not hold"));
        branch->root = *root;
        return branch;
    }

    /// Both sides at both positions; the peer's head must be the same in all answers.
    Result<std::optional<ForkProof>> proof_of(Seq common, Seq differ) {
        ForkProof proof;
        proof.log = log_.id;
        proof.common = common;
        proof.root = common == Seq{} ? empty_root(hash_of(log_.suite)) : root_here(common);
        proof.differ = differ;
        const auto first = branch_at(Seq{1});
        if (!first) return tl::unexpected(first.error());
        const auto apart = their_steps(differ, first->held);
        if (!apart) return tl::unexpected(apart.error());
        proof.sides[0] = {log_.head, {}, our_steps(differ)};
        proof.sides[1] = {apart->note, {}, apart->steps};
        if (common != Seq{}) {
            const auto together = branch_at(common);
            if (!together) return tl::unexpected(together.error());
            proof.sides[0].from_common = our_steps(common);
            proof.sides[1].from_common = together->steps;
        }
        // The peer may have taken a newer head meanwhile; then the next try will do.
        if (const auto sound = check_fork(proof, keys_); !sound) return tl::unexpected(sound.error());
        return proof;
    }

    Transport& peer_;
    Store& store_;
    LogRow log_;
    LogKeys keys_;
};

}  // namespace

Result<std::optional<ForkProof>> find_fork(Transport& peer, Store& store, const LogId& id) {
    const auto tx = store.read();
    const auto log = tx->log(id);
    if (!log || log->size == Seq{} || log->head.empty())
        return fail(refuse(ErrorCode::not_found, id, "nothing of it is held here"));
    return Search(peer, store, *log, keys_of_log(*tx, *log)).run();
}

}  // namespace minglu
