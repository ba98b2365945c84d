// A log that its author has signed twice over: what is listed of it, and the records of its branch, page by page.
#include <doctest/doctest.h>

#include "tests/support/log_forge.hpp"
#include "tests/unit/http/api_fixture.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

const LogId forked{"sc-00000000000000aa"};
constexpr Seq common{3};

/// cq holds seven records of a log that parts after the third.
struct Scene {
    Scene() {
        add_write_routes(cq.router);
        cq.know(sc);
        grow(held, common.value(), "甲");
        other = held;
        grow(held, 7, "乙");
        grow(other, 5, "丙");
        take(held.rest());
    }
    void take(const std::string& bundle) { REQUIRE(cq.replica.ingest(bundle, sc.node)); }
    Json branch(std::multimap<std::string, std::string> query, int status = 200) {
        return ask(cq, on_site("/v1/forks/records", std::move(query)), status);
    }
    Json forks() { return ask(cq, on_site("/v1/forks")).at("items"); }

    HandClock clock;
    TestNode cq{"cq", clock};
    TestNode sc{"sc", clock};
    LogForge held{forked, *sc.key, {1'766'109'600'000, 0}};
    LogForge other = held;

private:
    static HttpRequest on_site(std::string path, std::multimap<std::string, std::string> query = {}) {
        HttpRequest request = get(std::move(path), std::move(query));
        request.local = true;
        return request;
    }
};

}  // namespace

TEST_CASE(
    "a fork is listed with both heads as soon as they are known, with its proof once it is known where it parts") {
    Scene scene;
    CHECK(scene.forks().empty());

    scene.take(scene.other.bundle(Seq{common.value() + 2}, Seq{5}, Seq{5}));
    REQUIRE(scene.forks().size() == 1);
    const Json found = scene.forks()[0];
    CHECK(found.at("state") == "found");
    CHECK(found.at("log") == forked.value());
    CHECK(found.at("node") == "sc");
    CHECK(found.at("peer") == "sc");
    CHECK_FALSE(found.contains("common"));
    CHECK_FALSE(found.contains("proof"));
    CHECK(found.at("heads").size() == 2);
    CHECK(scene.branch({{"log", forked.value()}}, 404).at("code") == "not_found");

    scene.take(scene.other.rest(common));
    const Json proved = scene.forks().back();
    CHECK(proved.at("state") == "proved");
    CHECK(proved.at("common") == common.value());
    CHECK(proved.at("proof").is_object());

    const LogForge anew{LogId{"sc-00000000000000bb"},
                        *scene.sc.key,
                        {scene.held.time().ms + 60'000, 0},
                        Cut{forked, common, scene.held.root(common)}};
    scene.take(anew.rest());
    const Json cut = scene.forks().back();
    CHECK(cut.at("state") == "cut");
    CHECK(cut.at("cut") == common.value());
    CHECK(cut.at("not_counted") == 4);
}

TEST_CASE("the records of a branch are those behind the place where it parts, whole, in pages") {
    Scene scene;
    scene.take(scene.other.rest(common));
    const Json first = scene.branch({{"log", forked.value()}, {"limit", "3"}});
    REQUIRE(first.at("items").size() == 3);
    const Json& record = first.at("items")[0];
    CHECK(record.at("dot") == forked.value() + ":4");
    CHECK(record.at("kind") == "change");
    CHECK(record.at("actor") == "forger");
    REQUIRE(record.at("ops").size() == 1);
    CHECK(record.at("ops")[0].at("key") == "gi/AGI3");
    CHECK(record.at("ops")[0].at("set") == Json{{"name", "乙"}});

    const Json last = scene.branch({{"log", forked.value()}, {"cursor", first.at("next")}});
    REQUIRE(last.at("items").size() == 1);
    CHECK(last.at("items")[0].at("dot") == forked.value() + ":7");
    CHECK_FALSE(last.contains("next"));

    CHECK(scene.branch({}, 400).at("where") == "query parameter log");
    CHECK(scene.branch({{"log", forked.value()}, {"cursor", "x"}}, 400).at("code") == "bad_request");
}
