// Evidence: what it proves, without the database, and that nothing in it can be changed.
#include <doctest/doctest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "minglu/json_text.hpp"
#include "minglu/moment.hpp"
#include "sync/bundle.hpp"
#include "sync/cosignatures.hpp"
#include "sync/evidence_check.hpp"
#include "sync/evidence_office.hpp"
#include "sync/verify.hpp"
#include "tests/support/least_cost.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

using Json = nlohmann::json;

const NodeId cq{"cq"};
const NodeId sc{"sc"};
const LogId sc_log{"sc-03ab99f0c1d2e3f4"};
const std::string key = "gi/AGI01459";

Op op_of(std::string entry, std::vector<std::pair<std::string, std::string>> fields, const char* on, Vector seen = {}) {
    Op op{EntryKey{std::move(entry)}, std::move(seen), *parse_day(on), {}};
    for (const auto& [field, text] : fields) op.set.push_back({field, json_string(text)});
    std::sort(op.set.begin(), op.set.end(), [](const auto& a, const auto& b) { return a.field < b.field; });
    return op;
}

/// cq holds what sc wrote, among other entries; a reader has both cards.
struct Scene {
    explicit Scene(int others = 40) {
        node.pin(sc, *sc_key);
        std::vector<Op> ops;
        for (int i = 0; i < others; ++i)
            ops.push_back(
                op_of("gi/AGI1" + std::to_string(1000 + i), {{"listing", "listed"}, {"name", "甲"}}, "2025-01-01"));
        if (!ops.empty()) REQUIRE(node.write(std::move(ops)));
        forge.change(
            {op_of("gi/AGI00001", {{"listing", "listed"}}, "2025-01-01"),
             op_of(key, {{"listing", "listed"}, {"name", "涪陵榨菜"}, {"status", "certified"}}, "2025-01-01")});
        forge.change({op_of("gi/AGI00002", {{"listing", "listed"}}, "2025-01-01")});
        pull();
    }
    void pull() const { REQUIRE(node.replica->ingest(forge.rest(node.holds(sc_log)), sc)->refused.empty()); }
    std::string issue(const std::string& of = key, const char* as_of = "2025-12-01",
                      std::optional<UnixMs> known_at = {}) {
        auto evidence = office.issue(EntryKey{of}, *parse_day(as_of), known_at);
        REQUIRE(evidence);
        return *evidence;
    }
    Result<CheckedEvidence> check(std::string_view text) const { return check_evidence(text, cards); }
    Json answer(const std::string& text) const {
        const auto checked = check(text);
        INFO((checked ? std::string() : describe(checked.error())));
        REQUIRE(checked);
        return Json::parse(checked->evidence.answer);
    }

    std::unique_ptr<SigningKey> sc_key = fixed_key("sc");
    LogForge forge{sc_log, *sc_key, {1'766'109'600'000, 0}};
    LoneNode node;
    EvidenceOffice office{*node.replica, *node.store, *node.key, node.clock, fixed_card(cq, *node.key)};
    std::vector<Card> cards{*parse_card(fixed_card(cq, *node.key)), *parse_card(fixed_card(sc, *sc_key))};
};

TEST_CASE("the head that states the state carries the signatures of both nodes") {
    Scene scene;
    const auto own = scene.node.store->read()->log(scene.node.replica->standing().own_log);
    BundleInfo from_sc{sc, {}, {}};
    from_sc.cosigned = {cosign_head(own->head, sc, *scene.sc_key).value()};
    REQUIRE(scene.node.replica->ingest(serialise(from_sc), sc));
    for (const std::string& of : {key, std::string("gi/AGI09999")}) {
        const auto checked = scene.check(scene.issue(of));
        REQUIRE(checked);
        CHECK(parse_note(checked->evidence.state_head)->signatures.size() == 2);
    }
}

TEST_CASE("Evidence of an entry of another node, checked with nothing but both cards") {
    Scene scene;
    const std::string text = scene.issue();
    const Json answer = scene.answer(text);
    CHECK(answer.at("verdict") == "protected");
    CHECK(answer.at("fields").at("name") == "涪陵榨菜");
    CHECK(parse_evidence(text)->ops.size() == 1);
    CHECK(serialise(*parse_evidence(text)) == text);

    SUBCASE("both cards are needed") {
        for (std::size_t missing = 0; missing < 2; ++missing) {
            std::vector<Card> one{scene.cards[1 - missing]};
            const auto refused = check_evidence(text, one);
            REQUIRE_FALSE(refused);
            CHECK(refused.error().code == ErrorCode::unknown_log);
            CHECK(refused.error().what.find(scene.cards[missing].node.value()) != std::string::npos);
        }
    }
    SUBCASE("a card with another key is another node") {
        const auto other = fixed_key("somebody");
        std::vector<Card> cards{scene.cards[0], *parse_card(fixed_card(sc, *other))};
        CHECK(check_evidence(text, cards).error().code == ErrorCode::bad_signature);
    }
}

TEST_CASE("a node that began anew under the other suite: its cards are trusted in any order") {
    Scene scene;
    const std::string text = scene.issue();
    const auto sm2 = fixed_key("sc", Suite::sm2_sm3);
    const Card other = *parse_card(fixed_card(sc, *sm2));
    for (const std::size_t at : {0u, 1u, 2u}) {
        std::vector<Card> cards = scene.cards;
        cards.insert(cards.begin() + static_cast<std::ptrdiff_t>(at), other);
        CHECK(check_evidence(text, cards));
    }
}

TEST_CASE("what an author may write can be proved") {
    Scene scene;
    const std::string entry = "gi/AGI00778";
    SUBCASE("members that belong to another kind mean nothing") {
        Header header;
        header.kind = RecordKind::change;
        header.actor = "wang.fang";
        scene.forge.append(header, {serialise(op_of(entry, {{"listing", "listed"}}, "2025-01-01"))},
                           R"(,"needs":["gz"],"of":"x","open":[],"signing_key":1)");
    }
    SUBCASE("a value as deep as a line can be") {
        Op op = op_of(entry, {{"listing", "listed"}}, "2025-01-01");
        const std::string deep = std::string(62, '[') + std::string(62, ']');
        op.set.push_back({"notes", deep});
        scene.forge.change({op});
    }
    SUBCASE("one op that fills a record with what is written with two characters") {
        scene.forge.change({op_of(
            entry, {{"listing", "listed"}, {"notes", std::string((record_bytes_max - 1024) / 2, '"')}}, "2025-01-01")});
    }
    scene.pull();
    const std::string text = scene.issue(entry);
    CHECK(scene.answer(text).at("verdict") == "listed_right_unknown");
    CHECK(parse_evidence(text)->ops.size() == 1);
    CHECK(verify(*scene.node.store->read()) == std::vector<std::string>{});
}

TEST_CASE("what nobody would take is not issued") {
    Scene scene;
    for (int i = 0; i < 6; ++i) {
        std::string text((record_bytes_max - 1024) / 2, '"');
        scene.forge.change({op_of("gi/AGI00779", {{"notes", std::move(text)}}, "2025-01-01")});
        scene.pull();
    }
    const auto refused = scene.office.issue(EntryKey{"gi/AGI00779"}, *parse_day("2025-12-01"), {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::too_large);
}

TEST_CASE("All that count: writes of several nodes, a conflict, an invalidation after the fact") {
    Scene scene;
    scene.node.clock.advance(86'400'000);
    const Vector seen = scene.node.store->read()->entry(EntryKey{key})->etag;
    REQUIRE(scene.node.write({op_of(key, {{"name", "涪陵榨菜甲"}}, "2025-06-01", seen)}));
    scene.forge.change({op_of(key, {{"name", "涪陵榨菜乙"}}, "2025-06-01", seen)});
    scene.pull();
    CHECK(scene.answer(scene.issue()).at("fields").at("name") != "涪陵榨菜");
    CHECK(parse_evidence(scene.issue())->ops.size() == 3);

    const UnixMs before = scene.node.clock.now();
    scene.node.clock.advance(86'400'000);
    const Vector now = scene.node.store->read()->entry(EntryKey{key})->etag;
    REQUIRE(scene.node.write(
        {op_of(key, {{"status", "certificate_withdrawn"}, {"status_on", "2025-11-01"}}, "2025-11-01", now)}));
    CHECK(scene.answer(scene.issue(key, "2025-12-01")).at("verdict") == "listed_not_in_force");
    CHECK(scene.answer(scene.issue(key, "2025-12-01", before)).at("verdict") == "protected");
    CHECK(scene.answer(scene.issue(key, "2025-12-19")).at("as_known_then").at("verdict") == "protected");
    CHECK(scene.answer(scene.issue(key, "2024-12-31")).at("verdict") == "never_listed");
}

TEST_CASE("Evidence of an entry with sixteen times the fields costs nothing like 256 times as much") {
    std::vector<std::clock_t> costs;
    for (const int fields : {2'500, 40'000}) {
        Scene scene(0);
        std::vector<std::pair<std::string, std::string>> set;
        for (int i = 0; i < fields; ++i) set.emplace_back("field" + std::to_string(i), "x");
        scene.forge.change({op_of("gi/AGI00003", std::move(set), "2025-01-01")});
        scene.pull();
        const std::string text = scene.issue("gi/AGI00003");
        CHECK(scene.answer(text).at("fields").size() == static_cast<std::size_t>(fields));
        costs.push_back(least_cost([&] { CHECK(serialise(*parse_evidence(text)) == text); }));
    }
    CHECK(costs[1] < 80 * costs[0]);
}

TEST_CASE("Absence is proved, wherever the path in the trie ends") {
    std::size_t by_occupant = 0;
    std::size_t by_nothing = 0;
    for (const int others : {0, 1, 40}) {
        Scene scene(others);
        for (int i = 0; i < 40; ++i) {
            const std::string absent = "gi/AGI9" + std::to_string(1000 + i);
            const std::string text = scene.issue(absent);
            CHECK(scene.answer(text).at("verdict") == "never_listed");
            const Evidence evidence = *parse_evidence(text);
            CHECK(evidence.ops.empty());
            ++(evidence.occupant ? by_occupant : by_nothing);
        }
    }
    CHECK(by_occupant > 0);
    CHECK(by_nothing > 0);
    LoneNode empty;  // no entry at all
    EvidenceOffice office{*empty.replica, *empty.store, *empty.key, empty.clock, fixed_card(cq, *empty.key)};
    const auto text = office.issue(EntryKey{key}, *parse_day("2025-12-01"), {});
    REQUIRE(text);
    const std::vector<Card> cards{*parse_card(fixed_card(cq, *empty.key))};
    CHECK(check_evidence(*text, cards));
}

TEST_CASE("A proposal counts with its approvals, as they were known") {
    Scene scene;
    Draft draft;
    draft.kind = RecordKind::batch_propose;
    draft.needs = {sc};
    draft.actor = "li.wei";
    draft.ops = {op_of("gi/AGI00777", {{"listing", "listed"}, {"name", "提议"}}, "2025-01-01")};
    const auto proposed = scene.node.replica->publish(std::move(draft));
    REQUIRE(proposed);
    CHECK(scene.answer(scene.issue("gi/AGI00777")).at("verdict") == "never_listed");
    const UnixMs before = scene.node.clock.now();
    scene.node.clock.advance(1'000);
    Header approval;
    approval.kind = RecordKind::batch_approve;
    approval.of = RecordRef{proposed->dot, proposed->leaf};
    approval.seen = Vector{};
    approval.seen.raise(proposed->dot);
    scene.forge.append(approval, {});
    scene.pull();
    const std::string text = scene.issue("gi/AGI00777");
    CHECK(parse_evidence(text)->ops.at(0).approvals.size() == 1);
    CHECK(scene.answer(text).at("verdict") == "listed_right_unknown");
    CHECK(scene.answer(scene.issue("gi/AGI00777", "2025-12-01", before)).at("verdict") == "never_listed");

    approval.seen = Vector{};
    scene.forge.append(approval, {});  // once more
    scene.pull();
    Evidence twice = *parse_evidence(scene.issue("gi/AGI00777"));
    REQUIRE(twice.ops.at(0).approvals.size() == 2);
    CHECK(scene.check(serialise(twice)));
    std::swap(twice.ops[0].approvals[0], twice.ops[0].approvals[1]);
    twice.signature = scene.node.key->sign(signed_bytes(twice));
    CHECK(scene.check(serialise(twice)).error().code == ErrorCode::bad_proof);
}

TEST_CASE("No byte of evidence can be changed") {
    Scene scene(3);
    for (const std::string& of : {key, std::string("gi/AGI00999")}) {
        const std::string text = scene.issue(of);
        REQUIRE(scene.check(text));
        for (std::size_t i = 0; i < text.size(); ++i) {
            std::string changed = text;
            changed[i] = static_cast<char>(changed[i] ^ (i % 2 == 0 ? 0x01 : 0x20));
            const auto refused = scene.check(changed);
            CAPTURE(i);
            REQUIRE_FALSE(refused);
            CHECK_FALSE(refused.error().what.empty());
        }
        CHECK_FALSE(scene.check(text + "\n"));
        CHECK_FALSE(scene.check(text.substr(0, text.size() - 1)));
        CHECK_FALSE(scene.check(""));
    }
}

/// Visits every value below `json`, and puts it back.
void for_each_value(Json& json, const std::function<void(Json&)>& visit) {
    if (json.is_structured())
        for (auto& child : json) for_each_value(child, visit);
    const Json kept = json;
    visit(json);
    json = kept;
}

std::vector<Json> variants_of(const Json& value) {
    if (value.is_string())
        return {value.get<std::string>() + "x", "", "2025-01-02", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
    if (value.is_number()) return {value.get<std::int64_t>() + 1, 0};
    if (value.is_array()) {
        Json shorter = value;
        if (!shorter.empty()) shorter.erase(shorter.size() - 1);
        Json doubled = value;
        if (!doubled.empty()) doubled.push_back(doubled.back());
        return {shorter, doubled, Json::array()};
    }
    return {Json::object()};
}

/// A node that lies can sign anything: what it signs must still follow from what others signed, and hang together.
TEST_CASE("No value can be changed by the issuer either, but for what it alone states") {
    Scene scene(3);
    const std::string text = scene.issue();
    Json json = Json::parse(text);
    const auto signed_anew = [&](Json changed) {
        changed.erase("signature");
        changed["signature"] =
            to_base64(scene.node.key->sign("minglu/evidence/1\n" + canonical_json(changed.dump()).value()));
        return canonical_json(changed.dump()).value() + "\n";
    };
    REQUIRE(scene.check(signed_anew(json)));
    std::size_t changed_values = 0;
    std::set<std::string> accepted;
    for (auto& [member, value] : json.items()) {
        if (member == "signature") continue;
        for_each_value(value, [&, of = std::string(member)](Json& one) {
            for (const Json& variant : variants_of(one)) {
                if (variant == one) continue;
                const Json kept = one;
                one = variant;
                ++changed_values;
                if (scene.check(signed_anew(json))) accepted.insert(of);
                one = kept;
            }
        });
    }
    CHECK(changed_values > 100);
    // Its word alone: the moment, arrivals, rows of the law that do not matter, whose heads it shows and how the cards
    // are called. Another day is another question, which may have the same answer.
    const std::set<std::string> stated{"made", "ops", "law", "heads", "cards", "as_of"};
    for (const std::string& member : accepted) CHECK_MESSAGE(stated.contains(member), member);
}

TEST_CASE("An issuer cannot leave out an op, nor show another day's answer") {
    Scene scene;
    REQUIRE(scene.node.write({op_of(key, {{"listing", "removed"}, {"ground", "expired"}}, "2025-06-01",
                                    scene.node.store->read()->entry(EntryKey{key})->etag)}));
    const auto signed_anew = [&](Evidence evidence) {
        evidence.signature = scene.node.key->sign(signed_bytes(evidence));
        return serialise(evidence);
    };
    Evidence evidence = *parse_evidence(scene.issue());
    REQUIRE(evidence.ops.size() == 2);
    for (const std::size_t without : {0u, 1u}) {
        Evidence partial = evidence;
        partial.ops.erase(partial.ops.begin() + static_cast<std::ptrdiff_t>(without));
        partial.answer = *answer_of(partial);
        const auto refused = scene.check(signed_anew(partial));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::bad_proof);
        CHECK(refused.error().where == "state");
    }
    evidence.as_of = *parse_day("2025-05-01");
    CHECK(scene.check(signed_anew(evidence)).error().where == "answer");
    evidence.answer = *answer_of(evidence);
    CHECK(scene.check(signed_anew(evidence)));
}

}  // namespace
