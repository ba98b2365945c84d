#include <doctest/doctest.h>

#include <map>

#include "src/http/api/metrics.hpp"
#include "tests/unit/http/admin_api.hpp"

using namespace minglu;
using namespace minglu::test;

TEST_CASE("incidents are listed newest first, page by page") {
    Api api;
    for (int i = 0; i < 5; ++i) {
        IncidentRow incident;
        incident.kind = "gap";
        incident.subject = std::to_string(i);
        api.node.replica.report(incident);
    }
    const auto items = all_items(
        api.node,
        [] {
            HttpRequest request = get("/v1/incidents");
            request.local = true;
            return request;
        }(),
        2);
    REQUIRE(items.size() == 5);
    CHECK(items.front().at("subject") == "4");
    CHECK(items.back().at("subject") == "0");
}

TEST_CASE("an incident is acknowledged by a person, and open again when it happens again") {
    Api api;
    IncidentRow incident;
    incident.kind = "clock_ahead";
    incident.peer = "sc";
    api.node.replica.report(incident);
    const auto list = [&](const char* state, int status = 200) {
        HttpRequest request = get("/v1/incidents", {{"state", state}});
        request.local = true;
        return ask(api.node, request, status);
    };
    const auto listed = [&](const char* state) { return list(state).at("items"); };
    const char* const path = "/v1/incidents/1/acknowledgement";
    CHECK(listed("open").size() == 1);
    CHECK(api.send("POST", path, Json::object()).status == 422);
    CHECK(api.send("POST", "/v1/incidents/7/acknowledgement", Json{{"note", "x"}}).status == 404);
    CHECK(api.send("POST", "/v1/incidents/1x/acknowledgement", Json{{"note", "x"}}).status == 404);
    list("closed", 400);
    const std::string secret = api.secret_for("auditor");
    CHECK(api.send("POST", path, Json{{"note", "their clock was set"}}, secret).status == 200);
    CHECK(listed("open").empty());
    const Json first = listed("all").at(0);
    CHECK(first.at("state") == "acknowledged");
    CHECK(first.at("acknowledgements").at(0).at("note") == "their clock was set");
    api.node.replica.report(incident);
    const Json again = listed("open").at(0);
    CHECK(again.at("count") == 2);
    CHECK(again.at("acknowledgements").at(0).at("count") == 1);
}

TEST_CASE("all open incidents of one kind about one peer are acknowledged together, and counted first if so wanted") {
    Api api;
    const auto happens = [&](const char* kind, const char* peer, const char* subject) {
        IncidentRow incident;
        incident.kind = kind;
        incident.peer = peer;
        incident.subject = subject;
        incident.received = subject;
        api.node.replica.report(incident);
    };
    for (const char* subject : {"a", "b", "c", "a"}) happens("gap", "sc", subject);
    happens("gap", "gz", "a");
    happens("fork", "sc", "a");
    const std::string secret = api.secret_for("auditor");
    const auto list = [&](std::multimap<std::string, std::string> parameters) {
        HttpRequest request = get("/v1/incidents", std::move(parameters));
        request.local = true;
        return ask(api.node, request).at("items");
    };
    const char* const path = "/v1/peers/sc/incidents/gap/acknowledgement";
    CHECK(api.send("POST", path, Json::object(), secret).status == 422);
    CHECK(api.send("POST", path, Json{{"note", "x"}, {"dry_run", 1}}, secret).status == 400);
    CHECK(api.send("POST", path, Json{{"note", "x"}}, api.secret_for("approver")).status == 403);
    CHECK(api.send("POST", "/v1/peers/yn/incidents/gap/acknowledgement", Json{{"note", "x"}}, secret).status == 404);

    const auto planned = api.send("POST", path, Json{{"note", "mended"}, {"dry_run", true}}, secret);
    CHECK(Json::parse(planned.body) == Json{{"peer", "sc"}, {"kind", "gap"}, {"dry_run", true}, {"incidents", 3}});
    CHECK(list({{"state", "open"}}).size() == 5);

    const auto done = api.send("POST", path, Json{{"note", "mended"}}, secret);
    CHECK(Json::parse(done.body) == Json{{"peer", "sc"}, {"kind", "gap"}, {"dry_run", false}, {"incidents", 3}});
    CHECK(list({{"state", "open"}}).size() == 2);
    CHECK(api.send("POST", path, Json{{"note", "mended"}}, secret).status == 404);
    const Json acknowledged = list({{"kind", "gap"}, {"peer", "sc"}});
    REQUIRE(acknowledged.size() == 3);
    for (const Json& incident : acknowledged) CHECK(incident.at("acknowledgements").at(0).at("note") == "mended");
    CHECK(acknowledged.at(2).at("first").at("received") == "a");
    CHECK_FALSE(acknowledged.at(0).contains("first"));
}

TEST_CASE("open incidents are counted by kind, however many there are") {
    Api api;
    constexpr int many = 10'050;
    api.node.replica.write_local([&](WriteTx& tx) {
        IncidentRow incident;
        incident.kind = "not_written_again";
        for (int i = 0; i < many; ++i) {
            incident.subject = std::to_string(i);
            tx.add_incident(incident);
        }
        incident.kind = "gap";
        for (const char* peer : {"sc", "gz"}) {
            incident.peer = peer;
            tx.add_incident(incident);
        }
    });
    const std::string metrics = Metrics().text(api.node.services);
    CHECK(metrics.find("minglu_incidents_open_of_kind{kind=\"not_written_again\"} 10050\n") != std::string::npos);
    CHECK(metrics.find("minglu_incidents_open_of_kind{kind=\"gap\"} 2\n") != std::string::npos);
    CHECK(metrics.find("minglu_incidents_open 10052\n") != std::string::npos);
}
