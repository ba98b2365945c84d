// Who wins for the time being, on every node, with the mirror case of each rule.
#include <doctest/doctest.h>

#include "minglu/json_text.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

constexpr std::int64_t now_ms = 1'766'109'600'000;
const EntryKey key{"gi/AGI00053"};

enum class Side { a, b };

/// Two authors who write the same field, not knowing of each other: which value is shown, and what the conflict is.
struct Case {
    const char* rule;
    const char* home;         ///< written by a third node before; empty = no home
    std::int64_t a_ms, b_ms;  ///< when they write
    const char* a_field;
    const char* b_field;
    Side winner;
    const char* type;
};

struct Outcome {
    std::string shown;
    std::string type;
    Hash root{};
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Op write(const char* field, const char* who, const Vector& seen) {
    if (std::string_view(field) == "remove") return write_op(key.value(), "listing", "removed", seen);
    if (std::string_view(field) == "ground") {
        Op op = write_op(key.value(), "ground", who, seen);
        op.set.push_back({"listing", json_string("removed")});
        return op;
    }
    if (std::string_view(field) == "list") return write_op(key.value(), "listing", "listed", seen);
    return write_op(key.value(), field, who, seen);
}

/// What a node that takes the authors' logs in the given order makes of it.
Outcome play(const Case& c, bool a_first) {
    const auto a_key = fixed_key("aa");
    const auto b_key = fixed_key("bb");
    const auto base_key = fixed_key("zz");
    LogForge base(LogId{"zz-0000000000000003"}, *base_key, {now_ms - 9'000, 0});
    LogForge a(LogId{"aa-0000000000000001"}, *a_key, {now_ms - 9'000, 0});
    LogForge b(LogId{"bb-0000000000000002"}, *b_key, {now_ms - 9'000, 0});
    Vector seen;
    if (*c.home != '\0') seen.raise(base.change({write_op(key.value(), "home", c.home)}));
    const auto append = [&](LogForge& log, const char* field, std::int64_t ms) {
        Header header;
        header.actor = "x";
        header.seen = seen;
        header.time = {now_ms + ms, 0};
        log.append(header, {serialise(write(field, log.log().value() < "b" ? "a" : "b", seen))});
    };
    append(a, c.a_field, c.a_ms);
    append(b, c.b_field, c.b_ms);

    LoneNode reader("rr");
    reader.pin(NodeId{"aa"}, *a_key);
    reader.pin(NodeId{"bb"}, *b_key);
    reader.pin(NodeId{"zz"}, *base_key);
    for (const LogForge* log : a_first ? std::array{&a, &b, &base} : std::array{&base, &b, &a})
        REQUIRE(reader.replica->ingest(log->rest(), node_of(log->log())).value().refused.empty());
    const auto tx = reader.store->read();
    ConflictQuery query;
    query.key = key;
    const auto conflicts = tx->conflicts(query);
    REQUIRE(conflicts.size() == 1);
    CHECK(conflicts.front().view.state == ConflictState::open);
    return {tx->periods(tx->entry(key)->no).back().view, conflicts.front().view.type,
            reader.replica->standing().state_root};
}

TEST_CASE("home, then the later time, then the larger log decide for the time being") {
    const Case cases[] = {
        {"home before time", "aa", 1, 2, "name", "name", Side::a, "update_update"},
        {"home before time, mirrored", "bb", 2, 1, "name", "name", Side::b, "update_update"},
        {"later time", "", 2, 1, "name", "name", Side::a, "insert_insert"},
        {"later time, mirrored", "", 1, 2, "name", "name", Side::b, "insert_insert"},
        {"a home that neither has", "zz", 2, 1, "name", "name", Side::a, "update_update"},
        {"larger log", "", 1, 1, "name", "name", Side::b, "insert_insert"},
        {"home decides for a", "aa", 1, 1, "name", "name", Side::a, "update_update"},
        {"removal that is later", "zz", 2, 1, "remove", "list", Side::a, "update_remove"},
        {"removal that is earlier", "zz", 1, 2, "remove", "list", Side::b, "update_remove"},
        {"removal at home", "bb", 2, 1, "list", "remove", Side::b, "update_remove"},
        {"two removals, the later ground", "zz", 2, 1, "ground", "ground", Side::a, "remove_remove"},
        {"two removals, mirrored", "zz", 1, 2, "ground", "ground", Side::b, "remove_remove"},
        {"the home itself knows no home", "aa", 1, 2, "home", "home", Side::b, "update_update"},
        {"the home itself, mirrored", "bb", 2, 1, "home", "home", Side::a, "update_update"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.rule);
        const Outcome outcome = play(c, true);
        CHECK(outcome == play(c, false));
        CHECK(outcome.type == c.type);
        const char* field = c.winner == Side::a ? c.a_field : c.b_field;
        const auto shown = [&](std::string_view name, std::string_view value) {
            return outcome.shown.find(json_string(name) + ":" + json_string(value)) != std::string::npos;
        };
        if (std::string_view(field) == "remove")
            CHECK(shown("listing", "removed"));
        else if (std::string_view(field) == "list")
            CHECK(shown("listing", "listed"));
        else
            CHECK(shown(field, c.winner == Side::a ? "a" : "b"));
    }
}

}  // namespace
