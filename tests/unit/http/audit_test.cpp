// What of a request gets into the audit trail, when, and who may read it.
#include <doctest/doctest.h>

#include <atomic>

#include "minglu/json_text.hpp"
#include "src/audit/audit_trail.hpp"
#include "tests/unit/http/api_fixture.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

/// A store that can run out of room.
class SmallStore final : public Store {
public:
    std::unique_ptr<ReadTx> read() override { return inner_->read(); }
    std::unique_ptr<WriteTx> write() override {
        if (full) throw StoreFault(ErrorCode::disk_full, "no room");
        return inner_->write();
    }
    std::vector<std::string> check() override { return inner_->check(); }
    std::atomic<bool> full = false;

private:
    std::unique_ptr<Store> inner_ = make_memory_store();
};

/// An interface whose trail stands in a store of its own, which can be full while the catalogue is not.
struct Audit {
    explicit Audit(AuditOptions options = {}) : trail(other, clock, quick(options), [this](const auto&) { ++faults; }) {
        add_write_routes(node.router);
        node.services.audit = &trail;
        node.services.random_bytes = [this](std::size_t count) {
            return std::string(count, static_cast<char>(++seed));
        };
        node.write({{"gi/AGI00001", {{"listing", "listed"}, {"name", "涪陵榨菜"}}},
                    {"gi/AGI00002", {{"listing", "listed"}, {"name", "涪陵青菜头"}}}});
    }
    static AuditOptions quick(AuditOptions options) {
        options.gather_ms = 1;
        return options;
    }
    /// The rows so far, each as JSON.
    std::vector<Json> rows() {
        trail.flush();
        std::vector<Json> rows;
        store.read()->visit_audit(0, [&](const AuditRow& row) {
            rows.push_back(Json::parse(row.line));
            return true;
        });
        return rows;
    }
    std::string secret_for(const char* role, const char* name) const {
        HttpRequest request;
        request.method = "POST";
        request.path = "/v1/tokens";
        request.body = Json{{"name", name}, {"role", role}}.dump();
        request.local = true;
        return json_of(node.router.handle(request)).at("secret");
    }

    HandClock clock;
    CountingRandom random{1};
    std::unique_ptr<SigningKey> key = generate_signing_key(Suite::ed25519_sha256);
    SmallStore store;
    Replica other{NodeId{"cq"}, store, *key, clock, random};
    std::atomic<int> faults = 0;
    int seed = 0;
    TestNode node{"cq", clock};
    AuditTrail trail;
};

HttpRequest with_case(HttpRequest request, const std::string& number = "案1") {
    request.headers["minglu-case"] = number;
    return request;
}

std::string all_of(const HttpResponse& response) {
    std::string all;
    for (std::string piece; response.stream(piece);) all += piece;
    return all;
}

std::string hex_hash(const std::string& bytes) {
    return to_hex(bytes_of(sha256({bytes})));
}

}  // namespace

TEST_CASE("a case number in the header may be percent-encoded, as browsers have to send it") {
    Audit audit;
    for (const auto& [sent, kept] :
         {std::pair{"%E6%B8%9D%E7%9F%A5%E6%B3%95%E3%80%942026%E3%80%9512%E5%8F%B7", "渝知法〔2026〕12号"},
          std::pair{"渝知法〔2026〕12号", "渝知法〔2026〕12号"}, std::pair{"100%", "100%"}, std::pair{"%FF", "%FF"}}) {
        REQUIRE(audit.node.router.handle(with_case(get("/v1/entries"), sent)).status == 200);
        CHECK(audit.rows().back().at("case") == kept);
    }
}

TEST_CASE("a query stands in the trail with who, where from, what, for which case, and what the answer was") {
    Audit audit;
    HttpRequest request = get("/v1/entries", {{"q", "涪陵"}, {"kind", "gi"}, {"case", "渝知法〔2026〕12号"}});
    request.headers["authorization"] = "Bearer " + audit.secret_for("reader", "li.wei");
    request.headers["x-forwarded-for"] = "10.9.8.7";
    request.remote = "10.1.2.3";
    const HttpResponse answer = audit.node.router.handle(request);
    REQUIRE(answer.status == 200);
    const Json row = audit.rows().back();
    CHECK(row.at("actor") == "li.wei");
    CHECK(row.at("role") == "reader");
    CHECK(row.at("remote") == "10.1.2.3");
    CHECK_FALSE(row.contains("forwarded"));  // anybody could say that here
    CHECK(row.at("kind") == "search");
    CHECK(row.at("parameters") == Json{"kind=gi", "q=涪陵"});
    CHECK(row.at("case") == "渝知法〔2026〕12号");
    CHECK(row.at("status") == 200);
    CHECK(row.at("hits") == 2);
    CHECK(row.at("vector") == answer.headers.find("Minglu-Vector")->second);
    CHECK(row.at("answer") == hex_hash(answer.body));
}

TEST_CASE("behind a proxy its word stands beside the connection's") {
    AuditOptions options;
    options.behind_proxy = true;
    Audit audit(options);
    HttpRequest request = get("/v1/entries");
    request.headers["x-forwarded-for"] = "10.9.8.7";
    (void)audit.node.router.handle(request);
    CHECK(audit.rows().back().at("forwarded") == "10.9.8.7");
    CHECK(audit.rows().back().at("remote") == "127.0.0.1");
}

TEST_CASE("every kind of question has its name and its number of hits") {
    Audit audit;
    struct Case {
        HttpRequest request;
        const char* kind;
        Json hits;
        int status = 200;
    };
    const std::vector<Case> cases{
        {get("/v1/entries", {{"q", "青菜头"}}), "search", 1},
        {get("/v1/entries", {{"nonsense", "1"}}), "search", nullptr, 400},
        {get("/v1/entries/gi/AGI00001"), "entry", 1},
        {get("/v1/entries/gi/AGI00009"), "entry", 0, 404},
        {get("/v1/entries/gi/AGI00001/history"), "history", nullptr},
        {get("/v1/conflicts"), "conflict", 0},
        {get("/v1/batches"), "batch", 0},
        {get("/v1/incidents"), "read", nullptr},
    };
    for (Case c : cases) {
        CAPTURE(c.request.path);
        c.request.local = true;
        CHECK(audit.node.router.handle(c.request).status == c.status);
        const Json row = audit.rows().back();
        CHECK(row.at("kind") == c.kind);
        CHECK(row.value("hits", Json()) == c.hits);
        CHECK(row.at("status") == c.status);
    }
    const std::size_t before = audit.rows().size();
    (void)audit.node.router.handle(get("/v1/sync"));  // programs ask that all the time
    (void)audit.node.router.handle(get("/healthz"));  // open to everybody
    CHECK(audit.rows().size() == before);
    (void)audit.node.router.handle(with_case(get("/v1/sync")));
    CHECK(audit.rows().size() == before + 1);
    (void)audit.node.router.handle(with_case(get("/healthz")));
    CHECK(audit.rows().size() == before + 1);
}

TEST_CASE("a case number that is none, or two of them, are refused") {
    Audit audit;
    const std::vector<HttpRequest> requests{with_case(get("/v1/entries"), std::string(201, 'x')),
                                            with_case(get("/v1/entries"), "a\tb"),
                                            with_case(get("/v1/entries", {{"case", "案2"}}), "案1")};
    for (const HttpRequest& request : requests) {
        CHECK(audit.node.router.handle(request).status == 400);
        CHECK(audit.rows().back().at("status") == 400);
    }
    CHECK(audit.node.router.handle(with_case(get("/v1/entries", {{"case", "案1"}}), "案1")).status == 200);
}

TEST_CASE("no answer to a request with a case number leaves unrecorded; others wait only where they are told to") {
    struct Case {
        AuditMode mode;
        bool has_case;
        int status;
    };
    for (const Case c : {Case{AuditMode::of_cases, true, 507}, Case{AuditMode::of_cases, false, 200},
                         Case{AuditMode::of_all, true, 507}, Case{AuditMode::of_all, false, 507}}) {
        CAPTURE(c.has_case);
        AuditOptions options;
        options.mode = c.mode;
        Audit audit(options);
        audit.store.full = true;
        HttpRequest request = get("/v1/entries", {{"q", "涪陵"}});
        if (c.has_case) request = with_case(request);
        const HttpResponse answer = audit.node.router.handle(request);
        CHECK(answer.status == c.status);
        CHECK((answer.body.find("涪陵榨菜") != std::string::npos) == (c.status == 200));
        audit.store.full = false;
        // What was given although it could not be written yet is written later; what was withheld is not.
        CHECK(audit.node.router.handle(with_case(get("/v1/entries/gi/AGI00001"))).status == 200);
        CHECK(audit.rows().size() == (c.status == 200 ? 2 : 1));
    }
}

TEST_CASE("a change is recorded before it is made where its answer could not be withheld any more") {
    Audit audit;
    HttpRequest request;
    request.method = "DELETE";
    request.path = "/v1/tokens/9";
    request.local = true;
    CHECK(audit.node.router.handle(with_case(request)).status == 404);
    const auto rows = audit.rows();
    REQUIRE(rows.size() == 2);
    CHECK_FALSE(rows[0].contains("status"));
    CHECK(rows[1].at("of") == rows[0].at("no"));
    CHECK(rows[1].at("status") == 404);
    CHECK(rows[1].at("kind") == "write");

    audit.store.full = true;
    const std::string secret_before = audit.secret_for("reader", "still works");
    request.path = "/v1/tokens/1";
    CHECK(audit.node.router.handle(with_case(request)).status == 507);
    CHECK_FALSE(audit.node.store->read()->tokens().at(0).revoked);
    CHECK(audit.node.router.handle(request).status == 204);
}

TEST_CASE("a streamed answer is recorded with the hash of all of it, or as cut") {
    Audit audit;
    const std::string body = all_of(audit.node.router.handle(get("/v1/export")));
    Json row = audit.rows().back();
    CHECK(row.at("kind") == "export");
    CHECK(row.at("end") == "whole");
    CHECK(row.at("hits") == 2);
    CHECK(row.at("answer") == hex_hash(body));

    { const HttpResponse left = audit.node.router.handle(get("/v1/export")); }
    CHECK(audit.rows().back().at("end") == "cut");

    (void)all_of(audit.node.router.handle(with_case(get("/v1/export"))));
    const auto rows = audit.rows();
    REQUIRE(rows.size() == 4);
    CHECK_FALSE(rows[2].contains("end"));  // before the first byte
    CHECK(rows[3].at("of") == rows[2].at("no"));
    CHECK(rows[3].at("answer") == hex_hash(body));

    audit.store.full = true;
    const HttpResponse answer = audit.node.router.handle(with_case(get("/v1/export")));
    CHECK(answer.status == 507);
    CHECK_FALSE(answer.stream);
}

TEST_CASE("what was sent along is known by its hash, and no secret stands in the trail") {
    Audit audit;
    const std::string secret = audit.secret_for("editor", "li.wei");
    const Json row = audit.rows().back();
    CHECK(row.at("kind") == "write");
    CHECK(row.at("body") == hex_hash(Json{{"name", "li.wei"}, {"role", "editor"}}.dump()));
    CHECK(row.dump().find(secret) == std::string::npos);
}

TEST_CASE("who is not let in stands there once a minute, with how often it was tried") {
    Audit audit;
    HttpRequest knock = get("/v1/entries", {{"q", "guess"}});
    knock.headers["authorization"] = "Bearer guess";
    for (int i = 0; i < 5; ++i) CHECK(audit.node.router.handle(knock).status == 401);
    knock.remote = "10.1.1.1";
    CHECK(audit.node.router.turn_away(knock)->status == 401);
    const auto rows = audit.rows();
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].at("kind") == "refused");
    CHECK(rows[0].at("note") == "this token is not known here");
    CHECK_FALSE(rows[0].contains("count"));
    CHECK_FALSE(rows[0].contains("parameters"));
    CHECK(rows[1].at("remote") == "10.1.1.1");
    CHECK(rows[2].at("count") == 4);
    CHECK(rows[2].at("remote") == "127.0.0.1");
}

TEST_CASE("who is known and may not is named") {
    Audit audit;
    HttpRequest request = get("/v1/incidents");
    request.headers["authorization"] = "Bearer " + audit.secret_for("reader", "li.wei");
    CHECK(audit.node.router.handle(request).status == 403);
    CHECK(audit.rows().back().at("actor") == "li.wei");
    CHECK(audit.rows().back().at("status") == 403);
}

TEST_CASE("rows that find no room are counted, and the trail says where they are missing") {
    AuditOptions options;
    options.rows_max = 3;
    Audit audit(options);
    audit.store.full = true;
    for (int i = 0; i < 8; ++i) CHECK(audit.node.router.handle(get("/v1/entries")).status == 200);
    CHECK(audit.trail.state().lost == 5);
    audit.store.full = false;
    (void)audit.node.router.handle(with_case(get("/v1/entries")));
    const auto rows = audit.rows();
    REQUIRE(rows.size() == 5);
    CHECK(rows[4].at("kind") == "gap");
    CHECK(rows[4].at("count") == 5);
    CHECK(audit.faults.load() <= 1);  // said once, if the writer noticed at all before there was room again
    CHECK(audit.store.read()->incidents(0, 9).at(0).kind == "audit_gap");
    CHECK(audit.trail.state().written == 4);
}

TEST_CASE("an auditor reads all of it, an officer what is the officer's own, and nobody changes it") {
    Audit audit;
    // Read through the interface: the trail and the interface share a store.
    AuditTrail shared(audit.node.replica, audit.clock, Audit::quick({}), [](const auto&) {});
    audit.node.services.audit = &shared;
    const std::string li = audit.secret_for("reader", "li.wei");
    const std::string auditor = audit.secret_for("auditor", "chen");
    const auto send = [&](const std::string& path, std::multimap<std::string, std::string> query,
                          const std::string& secret, const std::string& method = "GET") {
        HttpRequest request = get(path, std::move(query));
        request.method = method;
        if (!secret.empty()) request.headers["authorization"] = "Bearer " + secret;
        return audit.node.router.handle(request);
    };
    CHECK(send("/v1/entries", {{"q", "涪陵"}, {"case", "案1"}}, li).status == 200);
    CHECK(send("/v1/entries", {{"q", "青菜头"}}, auditor).status == 200);

    CHECK(send("/v1/entries", {}, "guess").status == 401);
    CHECK(send("/v1/audit", {}, li).status == 403);
    CHECK(send("/v1/audit", {{"mine", "1"}}, "").status == 401);
    const Json mine = json_of(send("/v1/audit", {{"mine", "1"}}, li));
    REQUIRE(mine.at("items").size() == 2);
    CHECK(mine.at("items").at(0).at("row").at("status") == 403);
    CHECK(mine.at("items").at(1).at("row").at("case") == "案1");
    CHECK(json_of(send("/v1/audit", {{"mine", "1"}, {"by", "chen"}}, li)).at("items").size() == 3);

    const Json of_case = json_of(send("/v1/audit", {{"of_case", "案1"}}, auditor));
    REQUIRE(of_case.at("items").size() == 1);
    CHECK(of_case.at("items").at(0).at("row").at("actor") == "li.wei");
    CHECK(json_of(send("/v1/audit", {{"kind", "refused"}}, auditor)).at("items").size() == 1);
    CHECK(json_of(send("/v1/audit", {{"until", "2025-12-18"}}, auditor)).at("items").empty());
    CHECK(json_of(send("/v1/audit", {{"since", "2025-12-19"}, {"until", "2025-12-19"}, {"limit", "2"}}, auditor))
              .contains("next"));
    CHECK(send("/v1/audit", {{"since", "yesterday"}}, auditor).status == 400);
    CHECK(send("/v1/audit", {}, auditor, "DELETE").status == 405);
    CHECK(send("/v1/audit", {}, auditor, "POST").status == 405);

    CHECK(send("/v1/audit/export", {}, li).status == 403);
    CHECK(send("/v1/audit/export", {{"after", "999"}}, auditor).status == 404);
    const std::string exported = all_of(send("/v1/audit/export", {{"after", "2"}}, auditor));
    CHECK(exported.starts_with("{\"minglu_audit\":\"cq\",\"after\":2,\"hash\":\""));
    CHECK(exported.find("\n{\"hash\":\"") != std::string::npos);
    audit.node.services.audit = nullptr;
}
