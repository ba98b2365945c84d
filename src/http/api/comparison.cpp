#include "src/http/api/comparison.hpp"

#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

std::string hex(const Hash& hash) {
    return to_hex(bytes_of(hash));
}

std::string difference_json(const Difference& one, const NodeId& peer) {
    JsonWriter json;
    json.begin_object().member_if("key", one.key.value()).member("position", hex(one.position));
    if (one.ours) json.member("our_leaf", hex(*one.ours));
    if (one.theirs) json.member("their_leaf", hex(*one.theirs));
    json.member_raw("here", serialise(one.here));
    if (one.there) json.member_raw("there", serialise(*one.there));
    json.member("blame", name(one.blame)).member("cure", cure_of(one.blame, peer));
    return std::move(json.end_object()).take();
}

HttpResponse compare(Call& call) {
    const auto peer = text_parameter(call.request, "peer");
    if (!peer) return problem(peer.error());
    if (peer->empty())
        return problem({ErrorCode::missing_value, "with which peer is not said", "query parameter peer",
                        "GET /v1/peers lists them"});
    if (!call.services.compare)
        return problem({ErrorCode::busy, "this process exchanges nothing", "", "start the node with `minglu serve`"});
    const auto found = call.services.compare(NodeId{*peer});
    if (!found) return problem(found.error());
    const auto tx = call.services.store.read();
    JsonWriter json;
    json.begin_object().member("peer", *peer).member("vector", to_string(found->vector));
    json.member("our_root", hex(found->our_root)).member("their_root", hex(found->their_root));
    json.member_boolean("equal", found->our_root == found->their_root).member_boolean("complete", found->complete);
    json.member_number("requests", found->requests).key("items").begin_array();
    for (const Difference& one : found->differences) json.raw(difference_json(one, found->peer));
    json.end_array().member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

}  // namespace

void add_comparison_routes(Router& router) {
    router.add("GET", "/v1/sync/comparison", Access::audit, {"peer"}, compare);
}

}  // namespace minglu
