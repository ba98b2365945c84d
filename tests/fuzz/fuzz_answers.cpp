// Fuzz target: what a peer answers to a greeting, a push, and to the questions that look for a fork or a divergence.
//
// An input is the answers in their order, one a line; the last of them is repeated.
#include "sync/divergence.hpp"
#include "sync/fork_proof.hpp"
#include "sync/fork_search.hpp"
#include "sync/link_answers.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/lone_node.hpp"

namespace minglu::test {

namespace {

const NodeId sc{"sc"};
const LogId sc_log{"sc-03ab99f0c1d2e3f4"};
constexpr HybridTime start{1'766'109'600'000, 0};
/// More than a search for a fork in a log of a few records, or a walk down a trie of a few entries, can need.
constexpr std::uint64_t fork_calls_max = 32;

/// A node that holds a log of sc.
struct Scene {
    Scene() {
        node.pin(sc, *key);
        LogForge log(sc_log, *key, start);
        for (int i = 0; i < 7; ++i) log.change({write_op("gi/AGI" + std::to_string(i), "name", "甲")});
        static_cast<void>(node.replica->ingest(log.rest(), sc).value());
    }
    std::unique_ptr<SigningKey> key = fixed_key("sc");
    LoneNode node;
};

class Answers : public Transport {
public:
    explicit Answers(std::string_view lines) : lines_(lines) {}
    Result<PeerAnswer> call(const PeerRequest& /*request*/) override {
        ++calls;
        const std::size_t end = lines_.find('\n');
        const std::string_view line = lines_.substr(0, end);
        if (end != std::string_view::npos) lines_.remove_prefix(end + 1);
        return PeerAnswer{200, "application/json", std::string(line), 0, 0};
    }
    void cancel() override {}

    std::uint64_t calls = 0;

private:
    std::string_view lines_;
};

bool check_greeting(std::string_view bytes) {
    Answers peer(bytes);
    const auto greeting = greet(peer, sc);
    require(greeting.has_value(), "an answer is a greeting or a refusal");
    static_cast<void>(told_heads(greeting->body));
    static_cast<void>(read_holding(greeting->body, sc));
    static_cast<void>(unexpected_answer({503, "application/problem+json", greeting->body, 0, 0}));
    return !greeting->refusal;
}

bool check_fork_search(std::string_view bytes, const Scene& scene) {
    Answers peer(bytes);
    const auto fork = find_fork(peer, *scene.node.store, sc_log);
    require(peer.calls <= fork_calls_max, "the search for a fork ends");
    if (!fork) return false;
    if (*fork)
        require(check_fork(**fork, {Suite::ed25519_sha256, scene.key->public_key(), {}}).has_value(),
                "nobody is accused without a proof");
    return true;
}

bool check_comparison(std::string_view bytes, const Scene& scene) {
    Answers peer(bytes);
    const auto found = compare_states(peer, *scene.node.replica, *scene.node.store, sc);
    require(peer.calls <= compare_requests_max + 8, "the comparison ends");
    if (!found) return false;
    require(found->differences.size() <= compare_keys_max, "no more differences than allowed");
    return true;
}

}  // namespace

bool fuzz_answers(std::string_view bytes) {
    static const Scene scene;
    const bool greets = check_greeting(bytes);
    const bool searches = check_fork_search(bytes, scene);
    const bool compares = check_comparison(bytes, scene);
    return greets || searches || compares;
}

}  // namespace minglu::test
