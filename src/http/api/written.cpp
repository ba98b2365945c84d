#include "src/http/api/written.hpp"

#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"

namespace minglu {

namespace {

/// Inside the transaction: the vector that the commit will show.
std::string json_of(const WriteTx& tx, const Published& published) {
    Vector vector = vector_of(tx);
    vector.raise(published.dot);
    JsonWriter json;
    json.begin_object().member("dot", to_string(published.dot)).member("leaf", to_hex(bytes_of(published.leaf)));
    json.member("vector", to_string(vector));
    return std::move(json).take();
}

}  // namespace

Result<Written> publish_once(Call& call, const Once& once, Draft draft, int status) {
    Written written{status, {}};
    draft.along = [&](WriteTx& tx, const Published& published) {
        written.json = json_of(tx, published);
        once.keep(tx, status, written.json);
    };
    const auto published = call.services.replica.publish(std::move(draft));
    if (!published) return fail(published.error());
    return written;
}

Written written_earlier(const StoredReply& reply) {
    return {reply.status, reply.body};
}

}  // namespace minglu
