// Files of revoked keys: what partners agreed on of a node's stolen or lost key, told by one that holds all of it and
// taken over by the others, by the node itself after it began anew, and by those that join later.
#include "src/http/api/json_answer.hpp"
#include "src/http/api/write_body.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/problem.hpp"
#include "sync/revoke.hpp"

namespace minglu {

namespace {

HttpResponse answer_of(const RevocationFile& file) {
    JsonWriter json;
    json.begin_object().member("node", file.node.value()).member("fingerprint", fingerprint(file));
    json.key("revoked").begin_array();
    for (const Revocation& revocation : file.revoked) {
        json.begin_object().member("key_sha256", to_hex(bytes_of(sha256({revocation.key}))));
        json.member("upto", to_string(revocation.upto)).member("at", to_string(revocation.at));
        json.member("reason", revocation.reason).end_object();
    }
    json.end_array().member("file", serialise(file));
    return json_answer(200, std::move(json.end_object()).take());
}

Result<void> accept(Call& call, const RevocationFile& file) {
    Result<void> taken;
    call.services.replica.write_local([&](WriteTx& tx) { taken = accept_revocations(tx, file); });
    return taken;
}

HttpResponse show(Call& call) {
    const auto file = revocation_file(*call.services.store.read(), NodeId{call.path.at("node")});
    return file ? answer_of(*file) : problem(file.error());
}

/// As it was read out by whoever made the file; spaces do not matter. The true one is not told: it is to be asked for.
bool is_fingerprint_of(const RevocationFile& file, std::string given) {
    std::string made = fingerprint(file);
    for (std::string* text : {&made, &given}) std::erase(*text, ' ');
    return made == given;
}

HttpResponse take(Call& call) {
    const auto body = WriteBody::parse(call.request.body, {"file", "fingerprint"});
    if (!body) return problem(body.error());
    const auto given = required_text(*body, "fingerprint", "ask the partner who made the file for it, by telephone");
    if (!given) return problem(given.error());
    const auto text = required_text(*body, "file", "send the text of the file that minglu peer revocations printed");
    if (!text) return problem(text.error());
    auto file = parse_revocation_file(*text);
    if (file && file->node.value() != call.path.at("node"))
        file = fail({ErrorCode::bad_request, "it tells of the keys of " + file->node.value(), "",
                     "name that node, or give the other file"});
    if (file && !is_fingerprint_of(*file, *given))
        return problem({ErrorCode::bad_value, "the file has another fingerprint", "member fingerprint of the body",
                        "ask the partner who made it to read it out again; if it stays another, the file was changed"});
    Result<void> taken = file ? accept(call, *file) : fail(file.error());
    if (!taken) {
        taken.error().where =
            "member file of the body" + (taken.error().where.empty() ? "" : ", " + taken.error().where);
        return problem(taken.error());
    }
    if (call.services.peers_changed) call.services.peers_changed();
    return answer_of(*file);
}

}  // namespace

void add_revocation_routes(Router& router) {
    router.add("GET", "/v1/revocations/{node}", Access::read, {}, show);
    router.add("PUT", "/v1/revocations/{node}", Access::admin, {}, take);
}

}  // namespace minglu
