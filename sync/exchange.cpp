#include "sync/exchange.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "catalog/entry_views.hpp"
#include "sync/leaf_state.hpp"
#include "sync/merkle.hpp"
#include "sync/proof_steps.hpp"
#include "sync/record_check.hpp"
#include "sync/segment_proof.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;

Json vector_json(const Vector& vector) {
    Json object = Json::object();
    for (const Vector::Item& item : vector.items()) object[item.first.value()] = item.second.value();
    return object;
}

Json heads_json(const ReadTx& tx) {
    Json heads = Json::array();
    for (const LogRow& log : tx.logs())
        if (!log.head.empty()) heads.push_back(log.head);
    return heads;
}

}  // namespace

Exchange::Exchange(Replica& replica, Store& store, const Clock& clock, std::string card)
    : replica_(replica), store_(store), clock_(clock), card_(std::move(card)) {}

std::string Exchange::card() const {
    const std::scoped_lock lock(card_mutex_);
    return card_;
}

void Exchange::set_card(std::string card) {
    const std::scoped_lock lock(card_mutex_);
    card_ = std::move(card);
}

std::string Exchange::node_json() const {
    const auto tx = store_.read();
    const Json json{{"node", replica_.node().value()},
                    {"protocol", {protocol_version}},
                    {"bundle", {bundle_version}},
                    {"fold", replica_.reading().fold},
                    {"suites", {name(Suite::ed25519_sha256), name(Suite::sm2_sm3)}},
                    {"limits",
                     {{"bundle_bytes", bundle_bytes_limit},
                      {"record_bytes", record_bytes_max},
                      {"record_ops", record_ops_max},
                      {"wait_s", long_poll_max_s}}},
                    {"clock_ms", clock_.now().value()},
                    {"vector", vector_json(replica_.standing().vector)},
                    {"heads", heads_json(*tx)},
                    {"forks", vector_json(replica_.standing().forks)},
                    {"card", card()}};
    return json.dump();
}

std::optional<std::string> bundle_for(Replica& replica, Store& store, BundleRequest request) {
    std::map<LogId, std::string> damaged;
    request.on_damage = [&](const LogId& log, const std::string& what) { damaged.emplace(log, what); };
    auto bundle = make_bundle(*store.read(), replica.node(), request);
    for (const auto& [log, what] : damaged) replica.report(own_damage(log, replica.node(), what));
    return bundle;
}

std::optional<std::string> Exchange::records(const BundleRequest& request, std::int64_t wait_s,
                                             const std::function<bool()>& gone) {
    const std::int64_t deadline_ms = clock_.steady_ms() + std::clamp<std::int64_t>(wait_s, 0, long_poll_max_s) * 1000;
    while (true) {
        const std::uint64_t revision = replica_.standing().revision;
        if (auto bundle = bundle_for(replica_, store_, request)) return bundle;
        const std::int64_t left_ms = deadline_ms - clock_.steady_ms();
        if (left_ms <= 0 || (gone && gone())) return std::nullopt;
        replica_.wait_beyond(revision, left_ms, gone);
        if (replica_.standing().revision == revision) return std::nullopt;
    }
}

Result<Exchange::Brought> Exchange::push(std::string_view bundle, const NodeId& from, Quotas quotas) {
    const auto report = replica_.ingest(bundle, from, Doubts::report, quotas);
    if (!report) return tl::unexpected(report.error());
    if (report->records == 0)  // 413: there may be less at once
        for (const auto& [log, error] : report->postponed)
            if (error.code == ErrorCode::too_large) return fail(error);
    Json refused = Json::array();
    for (const auto* logs : {&report->refused, &report->postponed})
        for (const auto& [log, error] : *logs)
            refused.push_back(
                {{"log", log.value()}, {"code", name(error.code)}, {"detail", error.what}, {"cure", error.cure}});
    Json unknown = Json::array();
    for (const LogId& log : report->unknown) unknown.push_back(log.value());
    const Json json{{"vector", vector_json(replica_.standing().vector)},
                    {"heads", heads_json(*store_.read())},
                    {"forks", vector_json(replica_.standing().forks)},
                    {"taken", report->records},
                    {"ops", report->ops},
                    {"refused", std::move(refused)},
                    {"unknown", std::move(unknown)},
                    {"cosigned_spoilt", report->cosigned_spoilt}};
    Brought brought{json.dump(), std::nullopt};
    const auto info = parse_bundle_info(bundle.substr(0, bundle.find('\n')));
    const std::size_t logs = info ? info->segments.size() : 0;
    if (!report->refused.empty() && report->refused.size() + report->unknown.size() >= logs)
        brought.refusal = report->refused.front().second;
    return brought;
}

namespace {

Result<LogRow> held_log(const ReadTx& tx, const LogId& id) {
    auto log = tx.log(id);
    if (!log || log->size == Seq{})
        return fail({ErrorCode::not_found, "log " + id.value() + " is not held here", "", ""});
    return *std::move(log);
}

}  // namespace

Result<std::string> Exchange::proof(const LogId& id, Seq from, Seq to) const {
    const auto tx = store_.read();
    const auto log = held_log(*tx, id);
    if (!log) return tl::unexpected(log.error());
    if (from > to || to > log->size)
        return fail({ErrorCode::bad_request,
                     "no proof from " + std::to_string(from.value()) + " to " + std::to_string(to.value()), "",
                     "ask within the " + std::to_string(log->size.value()) + " records held here"});
    const auto path = consistency_proof(hash_of(log->suite), from.value(), to.value(), node_reader(*tx, log->no));
    return Json{{"log", id.value()}, {"from", from.value()}, {"to", to.value()}, {"path", json_of(path)}}.dump();
}

Result<std::string> Exchange::proof_to_head(const LogId& id, Seq from) const {
    const auto tx = store_.read();
    const auto log = held_log(*tx, id);
    if (!log) return tl::unexpected(log.error());
    const Seq reach = std::min(log->size, log->head_size);
    if (from == Seq{} || from > reach)
        return fail({ErrorCode::bad_request, "no proof from " + std::to_string(from.value()) + " to the head", "",
                     "ask from 1 to " + std::to_string(reach.value())});
    return Json{{"log", id.value()},
                {"from", from.value()},
                {"size", reach.value()},
                {"steps", json_of(steps_to_head(*tx, *log, from))},
                {"head", log->head}}
        .dump();
}

Result<std::string> Exchange::trie(std::string_view prefix) const {
    std::optional<TrieStep> step;
    Hash root{};
    Vector vector;
    replica_.with_trie([&](StateTrie& trie) {
        step = trie.step(prefix);
        root = trie.root();
        vector = replica_.standing().vector;
    });
    if (!step && prefix.empty()) step = TrieStep{};  // a catalogue without entries has a root all the same
    if (!step) return fail({ErrorCode::not_found, "no entry stands under that prefix", "", "ask for a shorter one"});
    Json json{{"prefix", prefix}, {"root", to_hex(bytes_of(root))}, {"vector", vector_json(vector)}};
    if (step->leaf) {
        json["leaf"] = {{"position", to_hex(bytes_of(step->leaf->position))},
                        {"hash", to_hex(bytes_of(step->leaf->leaf))}};
    } else {
        json["children"] = Json::array();
        for (const Hash& child : step->children) json["children"].push_back(to_hex(bytes_of(child)));
    }
    return json.dump();
}

std::string Exchange::leaf(const EntryKey& key) const {
    return serialise(leaf_state(*store_.read(), key));
}

}  // namespace minglu
