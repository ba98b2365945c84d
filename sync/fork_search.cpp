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
        return fail({ErrorCode::malformed, fault.what(), "", ""});
    }
}

class Search {
public:
    Search(Transport& peer, Store& store, LogRow log) : peer_(peer), store_(store), log_(std::move(log)) {}

    Result<std::optional<ForkProof>> run() {
        const auto first = branch_at(Seq{1});
        if (!first) return tl::unexpected(first.error());
        if (first->root != root_here(Seq{1})) return proof_at(Seq{});
        Seq common{1};
        Seq beyond = std::min({log_.size, log_.head_size, first->held});
        const auto last = branch_at(beyond);
        if (!last) return tl::unexpected(last.error());
        if (last->root == root_here(beyond)) return std::nullopt;
        while (common.value() + 1 < beyond.value()) {
            const Seq middle{common.value() + (beyond.value() - common.value()) / 2};
            const auto branch = branch_at(middle);
            if (!branch) return tl::unexpected(branch.error());
            (branch->root == root_here(middle) ? common : beyond) = middle;
        }
        return proof_at(common);
    }

private:
    [[nodiscard]] Hash root_here(Seq size) const {
        const auto tx = store_.read();
        return root_at(hash_of(log_.suite), size.value(), node_reader(*tx, log_.no));
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
        const auto head = open_head(branch->note, log_.suite, log_.signing_key);
        if (!head) return tl::unexpected(head.error());
        const auto root = proved_root(hash_of(log_.suite), size, branch->steps, *head);
        if (head->log != log_.id || !root)
            return fail(refuse(ErrorCode::bad_proof, log_.id, "the peer's proof does not hold"));
        branch->root = *root;
        return branch;
    }

    /// Both sides at `common` and right after it; the peer's head must be the same in both answers.
    Result<std::optional<ForkProof>> proof_at(Seq common) {
        const Seq next{common.value() + 1};
        const auto after = branch_at(next);
        if (!after) return tl::unexpected(after.error());
        ForkProof proof;
        proof.log = log_.id;
        proof.common = common;
        ForkSide& theirs = proof.sides[1];
        theirs = {after->note, {}, after->steps};
        proof.root = empty_root(hash_of(log_.suite));
        const auto tx = store_.read();
        proof.sides[0] = {log_.head, {}, steps_to_head(*tx, log_, next)};
        if (common != Seq{}) {
            const auto at = branch_at(common);
            if (!at) return tl::unexpected(at.error());
            proof.root = at->root;
            theirs.from_common = at->steps;
            proof.sides[0].from_common = steps_to_head(*tx, log_, common);
        }
        // The peer may have taken a newer head meanwhile; then the next try will do.
        if (const auto sound = check_fork(proof, log_.suite, log_.signing_key); !sound)
            return tl::unexpected(sound.error());
        return proof;
    }

    Transport& peer_;
    Store& store_;
    LogRow log_;
};

}  // namespace

Result<std::optional<ForkProof>> find_fork(Transport& peer, Store& store, const LogId& id) {
    const auto log = store.read()->log(id);
    if (!log || log->size == Seq{} || log->head.empty())
        return fail(refuse(ErrorCode::not_found, id, "nothing of it is held here"));
    return Search(peer, store, *log).run();
}

}  // namespace minglu
