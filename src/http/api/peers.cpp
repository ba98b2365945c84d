// Whom this node knows: cards are pinned by hand, after people compared fingerprints.
#include <algorithm>

#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/write_body.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/problem.hpp"
#include "sync/card.hpp"
#include "sync/key_changes.hpp"
#include "sync/revoke.hpp"

namespace minglu {

namespace {

/// What became of its keys since the card was pinned.
void write_keys(JsonWriter& json, const ReadTx& tx, const NodeId& node) {
    std::uint64_t changes = 0;
    for (const KeyChange& change : key_changes(tx)) changes += node_of(change.log) == node ? 1u : 0u;
    json.member_number("key_changes", changes).key("revoked").begin_array();
    for (const Revocation& revocation : revocations(tx)) {
        if (revocation.node != node) continue;
        json.begin_object().member("key_sha256", to_hex(bytes_of(sha256({revocation.key}))));
        json.member("upto", to_string(revocation.upto)).member("at", to_string(revocation.at));
        json.member("reason", revocation.reason).end_object();
    }
    json.end_array();
}

std::string peer_json(const ReadTx& tx, const PeerRow& peer) {
    JsonWriter json;
    json.begin_object().member("node", peer.node.value());
    if (const auto card = parse_card(peer.card)) {
        json.member("name", card->name).member("fingerprint", fingerprint(*card));
        json.member("suite", name(card->suite));
    }
    json.member("url", peer.url).member_boolean("paused", peer.paused).member_boolean("push", peer.push);
    json.member("added", to_string(peer.added));
    write_keys(json, tx, peer.node);
    return std::move(json.end_object()).take();
}

std::optional<PeerRow> find_peer(const ReadTx& tx, const std::string& node) {
    for (PeerRow& peer : tx.peers())
        if (peer.node.value() == node) return std::move(peer);
    return std::nullopt;
}

Error no_such_peer(const std::string& node) {
    return {ErrorCode::not_found, "there is no peer " + node, "", "GET /v1/peers lists them"};
}

/// Empty = the peer calls us.
Result<std::string> url_in(const WriteBody& body, std::string otherwise) {
    if (!body.has("url")) return otherwise;
    auto url = body.text("url");
    // No name and password, question or fragment either: none of them is part of a peer's address.
    constexpr std::string_view strange = "@?#\\";
    const bool plain = url && std::all_of(url->begin(), url->end(), [&](char c) {
                           return c > ' ' && c <= '~' && strange.find(c) == std::string_view::npos;
                       });
    if (url && !url->empty() && (!plain || !url->starts_with("https://") || url->size() <= 8))
        return fail({ErrorCode::bad_request, "no address of a peer listener: " + *url, "member url of the body",
                     "give https://host:port, or an empty text for a peer that calls us"});
    return url;
}

/// Records are brought to an address.
Result<void> check_push(const PeerRow& peer) {
    if (!peer.push || !peer.url.empty()) return {};
    return fail({ErrorCode::bad_request, "peer " + peer.node.value() + " has no address to bring records to",
                 "member push of the body", "give its address in url; or leave push out, and it asks for records"});
}

void announce(const Services& services) {
    if (services.peers_changed) services.peers_changed();
}

HttpResponse list(Call& call) {
    const auto tx = call.services.store.read();
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const PeerRow& peer : tx->peers()) json.raw(peer_json(*tx, peer));
    json.end_array().member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

Result<PeerRow> read_peer(const Call& call, const WriteBody& body) {
    const auto text = required_text(body, "card", "send the text of the other node's card file");
    const auto card = text ? parse_card(*text) : fail(text.error());
    if (!card) {
        Error error = card.error();
        error.where = "member card of the body" + (error.where.empty() ? "" : ", " + error.where);
        return fail(std::move(error));
    }
    if (card->node == call.services.node)
        return fail(
            {ErrorCode::bad_request, "this is the card of this node itself", "member card of the body",
             "send the card of the other node; for what this node signed with a key that it has no more, put the "
             "file of its revoked keys"});
    const auto url = url_in(body, card->url);
    if (!url) return fail(url.error());
    return PeerRow{card->node, *text, *url, false, call.services.clock.now()};
}

/// Cards of one node are the same when they say the same keys.
bool same_keys(const PeerRow& known, const PeerRow& given) {
    const auto a = parse_card(known.card);
    const auto b = parse_card(given.card);
    return a && b && a->suite == b->suite && a->signing_key == b->signing_key &&
           a->tls_spki_sha256 == b->tls_spki_sha256;
}

/// Why the given card is an older one than the one that is pinned, if it is.
std::optional<std::string> older_because(const ReadTx& tx, const PeerRow& known, const PeerRow& given) {
    const auto pinned = parse_card(known.card);
    const auto card = parse_card(given.card);
    if (!pinned || !card) return std::nullopt;
    for (const Revocation& revocation : revocations(tx))
        if (revocation.node == given.node && revocation.key == card->signing_key) return "its key was revoked here";
    for (const KeyChange& change : key_changes(tx))
        if (node_of(change.log) == given.node && change.from == card->signing_key)
            return "its key was changed in record " + to_string(Dot{change.log, change.at});
    if (card->made < pinned->made)
        return "it was made " + to_string(card->made) + ", the one pinned " + to_string(pinned->made);
    return std::nullopt;
}

/// Whether the card may take the place of the one that is pinned, if there is one. Errors: already_exists.
Result<void> check_card(const ReadTx& tx, const std::optional<PeerRow>& known, const PeerRow& given, bool replace,
                        bool older) {
    if (!known || same_keys(*known, given)) return {};
    if (!replace)
        return fail({ErrorCode::already_exists, "another card is pinned for " + given.node.value(),
                     "member card of the body",
                     "compare the fingerprints with the other organisation, then send \"replace\":true"});
    const auto because = older ? std::nullopt : older_because(tx, *known, given);
    if (!because) return {};
    return fail({ErrorCode::already_exists,
                 "this card of " + given.node.value() + " is older than the one pinned: " + *because,
                 "member card of the body",
                 "ask the other organisation for its newest card; only if it says that the old keys count again, send "
                 "\"older\":true (minglu peer add --replace --older)"});
}

HttpResponse add(Call& call, const std::shared_ptr<KeysInUse>& in_use) {
    const Once once(call, in_use);
    if (once.refused()) return *once.refused();
    if (once.earlier()) return Once::replayed(json_answer(once.earlier()->status, once.earlier()->body));
    const auto body = WriteBody::parse(call.request.body, {"card", "url", "replace", "older", "push"});
    if (!body) return problem(body.error());
    const auto replace = body->flag("replace");
    const auto older = body->flag("older");
    const auto push = body->flag("push");
    auto peer = read_peer(call, *body);
    if (!replace) return problem(replace.error());
    if (!older) return problem(older.error());
    if (!push) return problem(push.error());
    if (!peer) return problem(peer.error());
    peer->push = *push;
    std::optional<Error> error;
    call.services.replica.write_local([&](WriteTx& tx) {
        const auto known = find_peer(tx, peer->node.value());
        if (const auto checked = check_card(tx, known, *peer, *replace, *older); !checked) {
            error = checked.error();
            return;
        }
        if (known) peer->paused = known->paused;
        if (known && !body->has("push")) peer->push = known->push;
        if (const auto checked = check_push(*peer); !checked) {
            error = checked.error();
            return;
        }
        tx.put_peer(*peer);
        once.keep(tx, 201, peer_json(tx, *peer));
    });
    if (error) return problem(*error);
    announce(call.services);
    return json_answer(201, peer_json(*call.services.store.read(), *peer));
}

HttpResponse change(Call& call) {
    const auto body = WriteBody::parse(call.request.body, {"paused", "url", "push"});
    const auto paused = body ? body->flag("paused") : fail(body.error());
    if (!paused) return problem(paused.error());
    const auto push = body->flag("push");
    if (!push) return problem(push.error());
    std::optional<Error> error;
    std::optional<PeerRow> peer;
    call.services.replica.write_local([&](WriteTx& tx) {
        peer = find_peer(tx, call.path.at("node"));
        if (!peer) {
            error = no_such_peer(call.path.at("node"));
            return;
        }
        const auto url = url_in(*body, peer->url);
        if (!url) {
            error = url.error();
            return;
        }
        if (body->has("paused")) peer->paused = *paused;
        if (body->has("push")) peer->push = *push;
        peer->url = *url;
        if (const auto checked = check_push(*peer); !checked) {
            error = checked.error();
            return;
        }
        tx.put_peer(*peer);
    });
    if (error) return problem(*error);
    announce(call.services);
    return json_answer(200, peer_json(*call.services.store.read(), *peer));
}

/// "sc-03ab99f0c1d2e3f4:120"; 0 = nothing of it.
Result<Dot> position_in(const WriteBody& body) {
    const auto text = required_text(body, "upto", "send log:size, the last record that counts");
    if (!text) return fail(text.error());
    const std::size_t colon = text->rfind(':');
    if (colon != std::string::npos && text->substr(colon) == ":0")
        if (auto log = parse_log_id(text->substr(0, colon))) return Dot{*std::move(log), Seq{}};
    auto position = parse_dot(*text);
    if (!position)
        return fail({ErrorCode::bad_request, position.error().what, "member upto of the body", position.error().cure});
    return position;
}

HttpResponse revoke(Call& call) {
    const auto body = WriteBody::parse(call.request.body, {"upto", "reason"});
    if (!body) return problem(body.error());
    const auto last = position_in(*body);
    if (!last) return problem(last.error());
    const auto reason = required_text(*body, "reason", "say why; it is shown with the peer");
    if (!reason) return problem(reason.error());
    if (node_of(last->log).value() != call.path.at("node"))
        return problem({ErrorCode::bad_request, "that log is of another node", "member upto of the body",
                        "name a log of " + call.path.at("node")});
    std::optional<Error> error;
    std::optional<PeerRow> peer;
    call.services.replica.write_local([&](WriteTx& tx) {
        peer = find_peer(tx, call.path.at("node"));
        auto revoked = peer ? revoke_key(tx, *peer, *last, call.services.clock.now(), *reason)
                            : fail(no_such_peer(call.path.at("node")));
        if (!revoked) error = std::move(revoked.error());
    });
    if (error && error->code == ErrorCode::bad_value && error->where.empty()) error->where = "member upto of the body";
    if (error) return problem(*error);
    return json_answer(200, peer_json(*call.services.store.read(), *peer));
}

HttpResponse remove(Call& call) {
    bool removed = false;
    call.services.replica.write_local([&](WriteTx& tx) { removed = tx.remove_peer(NodeId{call.path.at("node")}); });
    if (!removed) return problem(no_such_peer(call.path.at("node")));
    announce(call.services);
    HttpResponse response;
    response.status = 204;
    return response;
}

HttpResponse own_card(Call& call) {
    const std::string text = call.services.exchange.card();
    JsonWriter json;
    json.begin_object().member("node", call.services.node.value()).member("card", text);
    if (const auto card = parse_card(text)) json.member("fingerprint", fingerprint(*card));
    const auto tx = call.services.store.read();
    json.member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

/// With a key record in the log; partners follow it without a new card.
HttpResponse rotate(Call& call) {
    const auto body = WriteBody::parse(call.request.body, {"reason"});
    const auto reason =
        body ? required_text(*body, "reason", "say why; it stands in the record for good") : fail(body.error());
    if (!reason) return problem(reason.error());
    if (!call.services.rotate_key)
        return problem({ErrorCode::busy, "this process cannot change the key", "", "ask the running node"});
    const auto rotated = call.services.rotate_key(call.principal.actor, *reason);
    if (!rotated) return problem(rotated.error());
    return own_card(call);
}

}  // namespace

void add_peer_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use) {
    router.add("GET", "/v1/peers", Access::read, {}, list);
    router.add("POST", "/v1/peers", Access::admin, {}, [in_use](Call& call) { return add(call, in_use); });
    router.add("PATCH", "/v1/peers/{node}", Access::admin, {}, change);
    router.add("DELETE", "/v1/peers/{node}", Access::admin, {}, remove);
    router.add("POST", "/v1/peers/{node}/revocation", Access::admin, {}, revoke);
    router.add("GET", "/v1/card", Access::read, {}, own_card);
    router.add("POST", "/v1/card/rotation", Access::admin, {}, rotate);
}

}  // namespace minglu
