#include "tests/support/api_node.hpp"

#include <algorithm>
#include <stdexcept>

#include "minglu/json_text.hpp"
#include "sync/card.hpp"
#include "sync/refold.hpp"
#include "sync/sender.hpp"

namespace minglu::test {

namespace {

std::string own_card(const NodeId& node, const Signer& signer) {
    Card card;
    card.node = node;
    card.name = "测试节点 " + node.value();
    card.made = UnixMs{1'766'000'000'000};
    return make_card(card, signer);
}

}  // namespace

TestNode::TestNode(const std::string& id, HandClock& hand_clock)
    : node(id),
      clock(hand_clock),
      random(std::hash<std::string>{}(id)),
      key(generate_signing_key(Suite::ed25519_sha256)),
      store(make_memory_store()),
      replica(node, *store, *key, clock, random),
      card(own_card(node, *key)),
      exchange(replica, *store, clock, card),
      spool(directory / "spool"),
      lookalikes(*store, replica),
      imports(spool, *store, replica, clock, random),
      services{node, *store, replica, exchange, imports, lookalikes, clock, random, true, "0.0-test"},
      router(services) {
    add_read_routes(router);
}

Published TestNode::write(const std::vector<Write>& writes, Draft draft) {
    const auto tx = store->read();
    for (const Write& write : writes) {
        Op op;
        op.key = parse_entry_key(write.key).value();
        op.seen = etag_of(counted_ops(*tx, op.key).ops);
        op.effective_on = parse_day(write.effective_on).value();
        for (const auto& [field, text] : write.fields) op.set.push_back({field, json_string(text)});
        std::sort(op.set.begin(), op.set.end(), [](const auto& a, const auto& b) { return a.field < b.field; });
        draft.ops.push_back(std::move(op));
    }
    if (draft.actor.empty()) draft.actor = "li.wei";
    if (draft.reason.empty()) draft.reason = "年度更新";
    clock.now_ms += 1'000;
    return replica.publish(std::move(draft)).value();
}

void TestNode::know(const TestNode& other) {
    replica.write_local([&](WriteTx& tx) { tx.put_peer({other.node, other.card, "", false, clock.now()}); });
}

void TestNode::pull(const TestNode& other) {
    BundleRequest request;
    request.have = replica.standing().vector;
    request.heads = replica.standing().heads;
    const auto bundle = make_bundle(*other.store->read(), other.node, request);
    if (!bundle) throw std::logic_error("the other node has nothing to give");
    const auto report = replica.ingest(*bundle, other.node);
    if (!report || !report->refused.empty() || !report->unknown.empty())
        throw std::logic_error("what the other node gives is not taken");
}

void write_three(TestNode& node) {
    node.write(
        {{mark, {{"listing", "listed"}, {"home", "cq"}, {"name", "江小白"}, {"region", "500116"}}},
         {pickle,
          {{"listing", "listed"}, {"home", "cq"}, {"name", "涪陵榨菜"}, {"region", "500102"}, {"category", "腌菜"}}},
         {invention,
          {{"listing", "listed"},
           {"home", "sc"},
           {"name", "一种榨菜包装机"},
           {"status", "granted"},
           {"region", "510100"},
           {"subtype", "invention"}}}});
}

std::string whole_body(const HttpResponse& response) {
    if (!response.stream) return response.body;
    std::string all;
    for (std::string chunk; response.stream(chunk); chunk.clear()) all += chunk;
    return all;
}

}  // namespace minglu::test
