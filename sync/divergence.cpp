#include "sync/divergence.hpp"

#include <algorithm>
#include <map>

#include "catalog/entry_views.hpp"
#include "sync/bounded_json.hpp"
#include "sync/link_answers.hpp"
#include "sync/state_trie.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view nibbles = "0123456789abcdef";
constexpr std::size_t answer_bytes_max = 256u * 1024;

/// A place in a trie: nothing, a leaf, or a node whose children may have to be asked for.
struct Place {
    Hash hash{};  ///< all zero = nothing
    std::optional<TrieStep> step;
};

Error moved_on(const NodeId& peer) {
    return {ErrorCode::stale, "this node and " + peer.value() + " do not hold the same records now",
            "peer " + peer.value(), "wait until minglu sync status shows no lag either way, then compare again"};
}

Hash hash_in(const Json& json) {
    const auto bytes = from_hex(json.get<std::string>());
    const auto hash = bytes ? to_hash(*bytes) : tl::unexpected(bytes.error());
    if (!hash) throw std::invalid_argument(hash.error().what);
    return *hash;
}

Place place_of(TrieStep step) {
    const Hash hash = step.leaf                         ? step.leaf->leaf
                      : step.children == TrieChildren{} ? Hash{}
                                                        : trie_node_hash(step.children);
    return {hash, std::move(step)};
}

bool is_leaf_or_nothing(const Place& place) {
    return place.hash == Hash{} || place.step->leaf;
}

/// What stands one nibble further down. A leaf that stands higher up is found under all its longer prefixes.
Place below(const Place& place, const std::string& prefix, std::size_t digit) {
    if (place.hash == Hash{}) return {};
    if (!place.step->leaf) return {place.step->children[digit], std::nullopt};
    const std::string position = to_hex(bytes_of(place.step->leaf->position));
    return position.starts_with(prefix + nibbles[digit]) ? place : Place{};
}

/// Only unreserved characters go into a query as they are (RFC 3986 §2.3).
std::string in_query(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        out += plain ? std::string(1, c) : "%" + to_hex({&c, 1});
    }
    return out;
}

class Search {
public:
    Search(Transport& transport, Replica& replica, Store& store, const NodeId& peer)
        : transport_(transport), replica_(replica), store_(store) {
        found_.peer = peer;
    }

    Result<StateComparison> run() {
        if (const auto greeted = check_versions(); !greeted) return tl::unexpected(greeted.error());
        auto theirs = ask_root();
        if (!theirs) return tl::unexpected(theirs.error());
        const auto ours = our_place("");
        if (!ours) return tl::unexpected(ours.error());
        found_.our_root = ours->hash;
        if (const auto walked = walk("", *ours, *std::move(theirs)); !walked) return tl::unexpected(walked.error());
        name_keys();
        for (Difference& difference : found_.differences) look_at(difference);
        return std::move(found_);
    }

private:
    Result<void> check_versions() {
        ++found_.requests;
        const auto greeted = greet(transport_, found_.peer);
        if (!greeted) return tl::unexpected(greeted.error());
        if (greeted->refusal) return fail(*greeted->refusal);
        const Json hello = bounded_json(greeted->body);
        if (hello.value("fold", Json()) == Json(replica_.reading().fold)) return {};
        return fail({ErrorCode::unsupported_version, "the peer folds by other rules than this program",
                     "peer " + found_.peer.value(), "upgrade the older of both programs"});
    }

    Result<Json> ask(const std::string& query) {
        ++found_.requests;
        PeerRequest request;
        request.path = "/sync/v1/trie?" + query;
        request.accept = "application/json";
        request.timeout_ms = 10'000;
        request.answer_bytes_max = answer_bytes_max;
        const auto answer = transport_.call(request);
        if (!answer) return tl::unexpected(answer.error());
        if (answer->status == 404) return fail(moved_on(found_.peer));
        if (answer->status != 200) return fail(unexpected_answer(*answer));
        Json json = bounded_json(answer->body);
        if (!json.is_object()) return fail(malformed());
        return json;
    }

    [[nodiscard]] Error malformed() const {
        return {ErrorCode::malformed, "the peer's answer to the drill-down does not read",
                "peer " + found_.peer.value(), "upgrade the older of both programs"};
    }

    /// One step of the peer's trie. What stood there a moment ago is `expected`.
    Result<Place> their_place(const std::string& prefix, const std::optional<Hash>& expected) {
        const auto json = ask("prefix=" + prefix);
        if (!json) return tl::unexpected(json.error());
        try {
            if (!json->contains("root")) return fail(malformed());  // an older program
            TrieStep step;
            if (json->contains("leaf")) {
                step.leaf = {hash_in(json->at("leaf").at("position")), hash_in(json->at("leaf").at("hash"))};
            } else {
                const Json& children = json->at("children");
                for (std::size_t i = 0; i < step.children.size(); ++i) step.children[i] = hash_in(children.at(i));
            }
            const Hash root = hash_in(json->at("root"));
            if (!expected) {
                found_.their_root = root;
                if (json->at("vector") != vector_json()) return fail(moved_on(found_.peer));
            }
            Place place = place_of(std::move(step));
            if (root != found_.their_root || (expected && place.hash != *expected)) return fail(moved_on(found_.peer));
            return place;
        } catch (const std::exception&) {  // of the library, or one of the hashes
            return fail(malformed());
        }
    }

    Result<Place> ask_root() {
        found_.vector = replica_.standing().vector;
        return their_place("", std::nullopt);
    }

    [[nodiscard]] Json vector_json() const {
        Json object = Json::object();
        for (const Vector::Item& item : found_.vector.items()) object[item.first.value()] = item.second.value();
        return object;
    }

    Result<Place> our_place(const std::string& prefix) {
        std::optional<TrieStep> step;
        bool same = false;
        replica_.with_trie([&](StateTrie& trie) {
            step = trie.step(prefix);
            same = replica_.standing().vector == found_.vector;
        });
        if (!same) return fail(moved_on(found_.peer));
        return place_of(step.value_or(TrieStep{}));
    }

    [[nodiscard]] bool has_room() {
        found_.complete =
            found_.complete && found_.requests < compare_requests_max && found_.differences.size() < compare_keys_max;
        return found_.complete;
    }

    Result<void> walk(const std::string& prefix, Place ours, Place theirs) {
        if (ours.hash == theirs.hash || !has_room()) return {};
        for (const auto& [place, is_ours] : {std::pair{&ours, true}, std::pair{&theirs, false}}) {
            if (place->hash == Hash{} || place->step) continue;
            auto known = is_ours ? our_place(prefix) : their_place(prefix, place->hash);
            if (!known) return tl::unexpected(known.error());
            *place = *std::move(known);
        }
        if (is_leaf_or_nothing(ours) && is_leaf_or_nothing(theirs)) {
            note(ours, theirs);
            return {};
        }
        for (std::size_t digit = 0; digit < nibbles.size(); ++digit) {
            auto walked = walk(prefix + nibbles[digit], below(ours, prefix, digit), below(theirs, prefix, digit));
            if (!walked) return walked;
        }
        return {};
    }

    void note(const Place& ours, const Place& theirs) {
        std::map<Hash, Difference> at;
        for (const auto& [place, is_ours] : {std::pair{&ours, true}, std::pair{&theirs, false}}) {
            if (place->hash == Hash{}) continue;
            Difference& difference = at[place->step->leaf->position];
            difference.position = place->step->leaf->position;
            (is_ours ? difference.ours : difference.theirs) = place->hash;
        }
        for (auto& [position, difference] : at) found_.differences.push_back(std::move(difference));
    }

    /// Both hold the same records, so the records here name every key that either may show.
    void name_keys() {
        std::map<Hash, Difference*> unnamed;
        for (Difference& difference : found_.differences) unnamed.emplace(difference.position, &difference);
        const auto name = [&](const EntryKey& key) {
            const auto found = unnamed.find(trie_position(key));
            if (found == unnamed.end()) return;
            found->second->key = key;
            unnamed.erase(found);
        };
        const auto tx = store_.read();
        tx->visit_leaves([&](EntryNo, const EntryKey& key, const Hash&) { name(key); });
        if (unnamed.empty()) return;
        tx->visit_records(RecordNo{0}, [&](const RecordRow& record) {
            for (const EntryKey& key : tx->keys_of_record(record.no)) name(key);
            return !unnamed.empty();
        });
    }

    void look_at(Difference& difference) {
        if (difference.key.value().empty()) return;
        difference.here = leaf_state(*store_.read(), difference.key);
        if (found_.requests < compare_requests_max)
            if (const auto json = ask("key=" + in_query(difference.key.value()))) {
                const auto told = parse_leaf_state(json->dump());
                if (told) difference.there = *told;
            }
        difference.blame = blame_for(difference);
    }

    static Blame blame_for(const Difference& difference) {
        const LeafState& here = difference.here;
        if (!here.damage.empty()) return Blame::our_log;
        if (here.shown != here.refolded) return Blame::our_views;
        if (!difference.there) return Blame::unknown;
        if (!difference.there->damage.empty()) return Blame::their_log;
        if (difference.there->shown != difference.there->refolded) return Blame::their_views;
        return difference.there->ops_hash != here.ops_hash ? Blame::other_ops : Blame::other_fold;
    }

    Transport& transport_;
    Replica& replica_;
    Store& store_;
    StateComparison found_;
};

constexpr std::size_t keys_in_incident_max = 8;

std::string keys_text(const StateComparison& found) {
    std::string text;
    for (std::size_t i = 0; i < std::min(found.differences.size(), keys_in_incident_max); ++i) {
        const Difference& one = found.differences[i];
        text += (i > 0 ? ", " : "") + (one.key.value().empty() ? to_hex(bytes_of(one.position)) : one.key.value());
    }
    if (found.differences.size() > keys_in_incident_max || !found.complete) text += ", …";
    return text;
}

}  // namespace

std::string_view name(Blame blame) {
    switch (blame) {
        case Blame::our_views:
            return "our_views";
        case Blame::our_log:
            return "our_log";
        case Blame::their_views:
            return "their_views";
        case Blame::their_log:
            return "their_log";
        case Blame::other_ops:
            return "other_ops";
        case Blame::other_fold:
            return "other_fold";
        case Blame::unknown:
            break;
    }
    return "unknown";
}

std::string cure_of(Blame blame, const NodeId& peer) {
    switch (blame) {
        case Blame::our_views:
            return "the entry stored here is not what the log here gives: run minglu rebuild here";
        case Blame::our_log:
            return "a record stored here was damaged: see the operations guide, damaged database";
        case Blame::their_views:
            return "the entry stored at " + peer.value() + " is not what its log gives: have minglu rebuild run there";
        case Blame::their_log:
            return "a record stored at " + peer.value() + " was damaged: tell its operators";
        case Blame::other_ops:
            return "other records count there than here: if no fork is reported soon, run minglu verify on both nodes";
        case Blame::other_fold:
            return "both agree with their logs, so the programs differ: compare minglu version on both nodes";
        case Blame::unknown:
            break;
    }
    return "nothing is wrong here: have minglu verify run at " + peer.value();
}

Result<StateComparison> compare_states(Transport& transport, Replica& replica, Store& store, const NodeId& peer) {
    return Search(transport, replica, store, peer).run();
}

IncidentRow divergence_incident(const LogId& log, const StateComparison* found) {
    IncidentRow incident;
    incident.kind = "divergence";
    incident.peer = node_of(log).value();
    incident.subject = log.value();
    incident.received = "a head with the same vector as ours and another state root";
    incident.done = "nothing was changed";
    incident.advice = "run minglu sync compare " + incident.peer + ", or minglu verify on both nodes";
    if (found == nullptr || found->differences.empty()) return incident;
    incident.received += "; the entries that differ: " + keys_text(*found);
    incident.done = "the entries were looked up by the state tries of both; nothing was changed";
    std::vector<Blame> blames;
    for (const Difference& one : found->differences)
        if (std::find(blames.begin(), blames.end(), one.blame) == blames.end()) blames.push_back(one.blame);
    incident.advice.clear();
    for (const Blame blame : blames)
        incident.advice += (incident.advice.empty() ? "" : "; ") + cure_of(blame, found->peer);
    return incident;
}

}  // namespace minglu
