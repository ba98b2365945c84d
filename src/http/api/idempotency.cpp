#include "src/http/api/idempotency.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include "src/http/problem.hpp"

namespace minglu {

namespace {

/// With its length before it, so that no two requests run together into the same bytes.
std::string framed(std::string_view part) {
    return std::to_string(part.size()) + ":" + std::string(part);
}

/// Of a spooled body, piece by piece: each hash covers the one before.
Hash hash_of_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string piece(256u * 1024, '\0');
    Hash hash{};
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
        hash = sha256({bytes_of(hash), std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount()))});
    return hash;
}

Hash hash_of(const Call& call) {
    const HttpRequest& request = call.request;
    std::string head = framed(request.method) + framed(request.path) + framed(call.principal.actor);
    for (const auto& parameter : request.query) head += framed(parameter.first) + framed(parameter.second);
    for (const std::string_view name : {"if-match", "if-none-match"}) head += framed(header(request, name));
    if (request.body_file.empty()) return sha256({head, request.body});
    return sha256({head, bytes_of(hash_of_file(request.body_file))});
}

bool is_well_formed(std::string_view key) {
    return key.size() <= idempotency_key_max &&
           std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

bool KeysInUse::take(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    return keys_.insert(key).second;
}

void KeysInUse::give_back(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    keys_.erase(key);
}

Once::Once(const Call& call, std::shared_ptr<KeysInUse> in_use) : in_use_(std::move(in_use)) {
    const std::string key(header(call.request, "idempotency-key"));
    if (!call.request.headers.contains("idempotency-key")) return;
    if (key.empty() || !is_well_formed(key)) {
        refused_ = problem({ErrorCode::bad_request, "not 1 to 200 visible ASCII characters", "header Idempotency-Key",
                            "give a fresh random text, e.g. a UUID"});
        return;
    }
    if (!in_use_->take(key)) {
        refused_ = problem(409, {ErrorCode::busy, "the same request is being answered", "header Idempotency-Key",
                                 "ask again in a moment"});
        return;
    }
    try {
        at_ = call.services.clock.now();
        request_ = hash_of(call);
        earlier_ = call.services.store.read()->reply(key);
    } catch (...) {
        in_use_->give_back(key);
        throw;
    }
    key_ = key;
    if (!earlier_ || earlier_->request == request_) return;
    refused_ = problem(422, {ErrorCode::bad_request, "the key was used for another request", "header Idempotency-Key",
                             "give every request its own key"});
}

Once::~Once() {
    if (!key_.empty()) in_use_->give_back(key_);
}

void Once::keep(WriteTx& tx, int status, std::string body) const {
    if (!key_.empty()) tx.put_reply(key_, StoredReply{request_, status, std::move(body), at_});
}

HttpResponse Once::replayed(HttpResponse response) {
    response.headers.emplace("Idempotency-Replayed", "true");
    return response;
}

}  // namespace minglu
