// The entries at which a peer differs, as programs read them.
#include <doctest/doctest.h>

#include "tests/unit/http/api_fixture.hpp"

namespace minglu {
namespace {

using namespace literals;
using test::ask;
using test::get;
using test::Json;

StateComparison one_difference() {
    StateComparison found;
    found.peer = NodeId{"sc"};
    found.vector = "cq-9f3c21d07be45a18:2"_vv;
    found.our_root = sha256({"ours"});
    found.their_root = sha256({"theirs"});
    Difference difference;
    difference.key = EntryKey{"gi/AGI01459"};
    difference.ours = sha256({"leaf"});
    difference.here.shown = difference.ours;
    difference.here.ops = 3;
    difference.blame = Blame::our_views;
    found.differences.push_back(std::move(difference));
    return found;
}

HttpRequest comparison(const std::string& peer) {
    HttpRequest request = get("/v1/sync/comparison", {{"peer", peer}});
    request.local = true;
    return request;
}

TEST_CASE("A comparison names the entries, both sides and the cure") {
    test::HandClock clock;
    test::TestNode node("cq", clock);
    Result<StateComparison> found = one_difference();
    node.services.compare = [&](const NodeId& peer) {
        CHECK(peer == NodeId{"sc"});
        return found;
    };
    const Json answer = ask(node, comparison("sc"));
    CHECK(answer.at("equal") == false);
    CHECK(answer.at("complete") == true);
    CHECK(answer.at("items").size() == 1);
    const Json& item = answer.at("items").at(0);
    CHECK(item.at("key") == "gi/AGI01459");
    CHECK(item.at("here").at("ops") == 3);
    CHECK_FALSE(item.contains("there"));
    CHECK(item.at("blame") == "our_views");
    CHECK(item.at("cure").get<std::string>().find("minglu rebuild") != std::string::npos);

    found->differences.clear();
    found->their_root = found->our_root;
    CHECK(ask(node, comparison("sc")).at("equal") == true);
    found = fail({ErrorCode::stale, "not the same records", "", ""});
    ask(node, comparison("sc"), 412);
    ask(node, comparison(""), 400);
    node.services.compare = nullptr;
    ask(node, comparison("sc"), 503);
}

}  // namespace
}  // namespace minglu
