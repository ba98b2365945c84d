// What stands behind the cut of a log whose machine is gone is written again by a node that holds it.
#include <doctest/doctest.h>

#include "tests/support/log_forge.hpp"
#include "tests/unit/http/api_fixture.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

const LogId lost{"sc-00000000000000aa"};

Vector upto(std::uint64_t seq) {
    Vector seen;
    seen.raise(lost, Seq{seq});
    return seen;
}

/// sc's log was cut after its second record; cq holds what stood behind.
struct Scene {
    Scene() {
        add_write_routes(cq.router);
        cq.know(sc);
        forge.change({write_op("gi/AGI00001", "name", "甲")});
        forge.change({write_op("gi/AGI00001", "category", "蔬菜", upto(2))});
        forge.change({write_op("gi/AGI00001", "category", "粮食", upto(3)), write_op("gi/AGI00002", "name", "乙")});
        Header proposal;
        proposal.kind = RecordKind::batch_propose;
        proposal.needs = {NodeId{"cq"}};
        forge.append(proposal, {serialise(write_op("gi/AGI00003", "name", "丙"))});
        take(forge.rest());
    }
    void take(const std::string& bundle) {
        const auto report = cq.replica.ingest(bundle, sc.node);
        REQUIRE(report);
        REQUIRE(report->refused.empty());
    }
    LogForge cut() const {
        return {LogId{"sc-00000000000000bb"},
                *sc.key,
                {forge.time().ms + 60'000, 0},
                Cut{lost, Seq{2}, forge.root(Seq{2})}};
    }
    Json adopt(Json more = Json::object(), int status = 200) {
        HttpRequest request;
        request.method = "POST";
        request.path = "/v1/forks/adoption";
        request.local = true;
        more.update({{"log", lost.value()}, {"reason", "原机已毁"}});
        request.body = more.dump();
        return ask(cq, request, status);
    }
    [[nodiscard]] std::string category() {
        return ask(cq, get("/v1/entries/gi/AGI00001", {{"as_of", "2026-02-01"}})).at("fields").value("category", "");
    }
    [[nodiscard]] Seq written() const { return cq.replica.standing().vector.at(cq.replica.standing().own_log); }

    HandClock clock;
    TestNode cq{"cq", clock};
    TestNode sc{"sc", clock};
    LogForge forge{lost, *sc.key, {1'766'109'600'000, 0}};
};

std::vector<std::string> outcomes(const Json& answer) {
    std::vector<std::string> all;
    for (const Json& item : answer.at("items")) all.push_back(item.at("outcome"));
    return all;
}

using Outcomes = std::vector<std::string>;

}  // namespace

TEST_CASE("a dry run says what would be written, and writes nothing") {
    Scene scene;
    scene.take(scene.cut().rest());
    REQUIRE(scene.category().empty());
    const Seq before = scene.written();
    const Json planned = scene.adopt({{"dry_run", true}});
    CHECK(outcomes(planned) == Outcomes{"write", "write", "not_a_change"});
    CHECK(planned.at("ops") == 3);
    CHECK(planned.at("items")[0].at("dot") == lost.value() + ":3");
    CHECK_FALSE(planned.at("items")[0].contains("written_as"));
    CHECK(scene.written() == before);
}

TEST_CASE("what is adopted stands as if it had been written after what its writer saw") {
    Scene scene;
    scene.take(scene.cut().rest());
    const Json done = scene.adopt();
    CHECK(outcomes(done) == Outcomes{"write", "write", "not_a_change"});
    CHECK(scene.category() == "粮食");
    CHECK(scene.cq.store->read()->counts().conflicts == 0);
    CHECK(scene.cq.store->read()->entry(EntryKey{"gi/AGI00002"}));
    CHECK_FALSE(scene.cq.store->read()->entry(EntryKey{"gi/AGI00003"}));
    const auto record =
        scene.cq.store->read()->record(parse_dot(done.at("items")[1].at("written_as").get<std::string>()).value());
    REQUIRE(record);
    const Header header = parse_header(record->header).value();
    CHECK(header.actor == "local");
    CHECK(header.reason.find("原机已毁") == 0);
    CHECK(header.reason.find("forger") != std::string::npos);
}

TEST_CASE("adopting twice, or what somebody has written again, changes nothing") {
    Scene scene;
    LogForge next = scene.cut();
    next.change({write_op("gi/AGI00001", "category", "蔬菜", upto(2))});
    scene.take(next.rest());
    CHECK(outcomes(scene.adopt()) == Outcomes{"stands", "write", "not_a_change"});
    CHECK(scene.category() == "粮食");
    CHECK(scene.cq.store->read()->counts().conflicts == 0);
    const Seq after = scene.written();
    const Json again = scene.adopt();
    CHECK(outcomes(again) == Outcomes{"stands", "stands", "not_a_change"});
    CHECK(again.at("ops") == 0);
    CHECK(scene.written() == after);
}

TEST_CASE("where others have written since, a conflict is announced and listed") {
    Scene scene;
    scene.take(scene.cut().rest());
    scene.cq.write({{"gi/AGI00001", {{"category", "水产"}}}});
    const Json planned = scene.adopt({{"dry_run", true}, {"record", lost.value() + ":3"}});
    REQUIRE(planned.at("items").size() == 1);
    CHECK(planned.at("items")[0].at("changed_since") == 1);
    (void)scene.adopt({{"record", lost.value() + ":3"}});
    CHECK(scene.cq.store->read()->counts().conflicts_open == 1);
    CHECK_FALSE(scene.cq.store->read()->entry(EntryKey{"gi/AGI00002"}));  // of another record
    (void)scene.adopt();
    CHECK(scene.cq.store->read()->entry(EntryKey{"gi/AGI00002"}));
}

TEST_CASE("only what is held behind a cut can be adopted") {
    Scene scene;
    for (const char* log : {"nolog", "cq-0000000000000000"}) {
        HttpRequest request = get("/v1/forks/records", {{"log", log}});
        request.local = true;
        CHECK(ask(scene.cq, request, 404).at("code") == "not_found");
    }
    CHECK(scene.adopt({}, 404).at("code") == "not_found");  // not cut yet
    scene.take(scene.cut().rest());
    for (const char* record : {"sc-00000000000000aa:2", "sc-00000000000000aa:9", "cq-0000000000000000:3", "x"})
        CHECK(scene.adopt({{"record", record}}, 404).at("code") == "not_found");
}
