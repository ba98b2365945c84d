#pragma once
/// The writing routes of a node, asked by its administrator or with a token.
#include <string>

#include "src/crypto/random.hpp"
#include "tests/unit/http/api_fixture.hpp"

namespace minglu::test {

struct Api {
    Api() {
        add_write_routes(node.router);
        node.services.random_bytes = [](std::size_t count) { return random_bytes(count); };
        node.services.peers_changed = [this] { ++changes; };
    }
    HttpResponse send(const std::string& method, const std::string& to, const Json& body = nullptr,
                      const std::string& secret = {}) const {
        HttpRequest request;
        request.method = method;
        request.path = to;
        request.body = body.is_null() ? "" : body.dump();
        request.local = secret.empty();
        if (!secret.empty()) request.headers["authorization"] = "Bearer " + secret;
        return node.router.handle(request);
    }
    std::string secret_for(const char* role) const {
        return json_of(send("POST", "/v1/tokens", {{"name", role}, {"role", role}})).at("secret");
    }

    HandClock clock;
    TestNode node{"cq", clock};
    int changes = 0;
};

}  // namespace minglu::test
