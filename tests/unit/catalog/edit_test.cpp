#include "catalog/edit.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "catalog/effective.hpp"
#include "minglu/json_text.hpp"

using namespace minglu;
using namespace minglu::literals;

namespace {

const EntryKey key{"trademark/10325554/33"};
const NodeId cq{"cq"};
const LogId log_a{"cq-0000000000000001"};
const LogId log_b{"sc-0000000000000002"};

Day day(const char* text) {
    return parse_day(text).value();
}

FieldValue text(const char* field, const char* value) {
    return {field, json_string(value)};
}

EditFrame frame(const char* on, Vector seen = "cq-0000000000000001:1"_vv) {
    return {key, std::move(seen), day(on), OverScheduled::refuse};
}

ShownEntry shown(std::string view) {
    return {canonical_json(view).value(), {}};
}

EffectiveOp effective(const LogId& log, std::uint64_t seq, Vector seen, const char* on, std::vector<FieldValue> set) {
    std::sort(set.begin(), set.end(), [](const auto& x, const auto& y) { return x.field < y.field; });
    const Op op{key, std::move(seen), day(on), std::move(set)};
    return make_effective({log, Seq{seq}}, {static_cast<std::int64_t>(seq), 0}, false, op, {}, {}).value();
}

std::string set_text(const Op& op) {
    std::string out;
    for (const FieldValue& value : op.set) out += value.field + "=" + value.json + ";";
    return out;
}

const ShownEntry listed = shown(
    R"({"name":"江小白","name_en":"JXB","listing":"listed","listed_on":"2020-01-01","goods":"白酒","home":"cq"})");
const ShownEntry removed = shown(
    R"({"name":"江小白","listing":"removed","listed_on":"2020-01-01","removed_on":"2024-01-01","ground":"expired","listing_reason":"x"})");

}  // namespace

TEST_CASE("an edit writes whole groups, and only those that change") {
    struct Case {
        std::vector<FieldValue> fields;
        const char* set;
    };
    const std::vector<Case> cases{
        {{text("name", "江小白酒")}, R"(name="江小白酒";name_en="JXB";)"},
        {{{"name_en", "null"}}, R"(name="江小白";name_en=null;)"},
        {{text("goods", "白酒；果酒"), text("name", "江小白")}, R"(goods="白酒；果酒";)"},
        {{text("notes", "新")}, R"(notes="新";)"},
        {{text("x_unknown", "新")}, R"(x_unknown="新";)"},
        {{{"goods", "null"}}, R"(goods=null;)"},
    };
    for (const auto& c : cases) {
        const auto op = edit_entry(frame("2025-01-01"), listed, c.fields, cq);
        REQUIRE(op);
        CHECK(set_text(*op) == c.set);
        CHECK(op->seen == "cq-0000000000000001:1"_vv);
    }
}

TEST_CASE("an edit that changes nothing, breaks a rule or drops the name is refused") {
    struct Case {
        std::vector<FieldValue> fields;
        ErrorCode code;
    };
    const std::vector<Case> cases{
        {{}, ErrorCode::bad_request},
        {{text("name", "江小白")}, ErrorCode::bad_request},
        {{{"notes", "null"}}, ErrorCode::bad_request},
        {{{"name", "null"}}, ErrorCode::missing_value},
        {{{"listing", "null"}}, ErrorCode::missing_value},
        {{text("listing", "removed")}, ErrorCode::missing_value},
        {{text("registration_number", "10325555")}, ErrorCode::bad_value},
    };
    for (const auto& c : cases) {
        const auto op = edit_entry(frame("2025-01-01"), listed, c.fields, cq);
        REQUIRE_FALSE(op);
        CHECK(op.error().code == c.code);
        CHECK_FALSE(op.error().cure.empty());
    }
}

TEST_CASE("a field that nobody knows is refused, with its name where its label was meant") {
    const auto cure_of = [](const std::optional<ShownEntry>& entry, const char* field) {
        const auto op = edit_entry(frame("2025-01-01"), entry, std::vector{text("name", "甲"), text(field, "x")}, cq);
        if (op) return std::string("taken");
        CHECK(op.error().code == ErrorCode::bad_value);
        CHECK(op.error().where == std::string("field ") + field);
        return op.error().cure;
    };
    CHECK(cure_of(listed, "法律状态") == "write status");
    CHECK(cure_of(listed, "stauts").find("status, ") != std::string::npos);
    CHECK(cure_of(std::nullopt, "note").find("notes") != std::string::npos);
    CHECK(cure_of(listed, "x_office") == "taken");
    CHECK(cure_of(shown(R"({"name":"乙","colour":"red"})"), "colour") == "taken");
}

TEST_CASE("what was wrong before the edit is not held against it") {
    const ShownEntry odd =
        shown(R"({"name":"甲","status":"granted","filed_on":"2020-05-05","granted_on":"2020-01-01"})");
    CHECK(edit_entry(frame("2025-01-01"), odd, std::vector{text("notes", "x")}, cq));
    CHECK_FALSE(edit_entry(frame("2025-01-01"), listed,
                           std::vector{text("filed_on", "2020-05-05"), text("granted_on", "2020-01-01")}, cq));
}

TEST_CASE("a new entry is listed, has a home, and must have a name") {
    const auto op = edit_entry(frame("2025-01-01", {}), std::nullopt, std::vector{text("name", "甲")}, cq);
    REQUIRE(op);
    CHECK(text_of(group_writes(op->set)[0].value).empty());
    CHECK(set_text(*op).find(R"(home="cq";)") != std::string::npos);
    CHECK(set_text(*op).find(R"(listed_on="2025-01-01";listing="listed";)") != std::string::npos);
    const auto nameless = edit_entry(frame("2025-01-01", {}), std::nullopt, std::vector{text("goods", "酒")}, cq);
    REQUIRE_FALSE(nameless);
    CHECK(nameless.error().code == ErrorCode::missing_value);
}

TEST_CASE("removal and restoration are each other's mirror") {
    const auto away = remove_entry(frame("2025-03-01"), listed, "expired", "到期");
    REQUIRE(away);
    CHECK(
        set_text(*away) ==
        R"(ground="expired";listed_on="2020-01-01";listing="removed";listing_reason="到期";removed_on="2025-03-01";)");
    const auto back = restore_entry(frame("2025-03-01"), removed);
    REQUIRE(back);
    CHECK(set_text(*back) ==
          R"(ground=null;listed_on="2020-01-01";listing="listed";listing_reason=null;removed_on=null;)");
    CHECK(remove_entry(frame("2025-03-01"), removed, "expired", "").error().code == ErrorCode::already_exists);
    CHECK(restore_entry(frame("2025-03-01"), listed).error().code == ErrorCode::already_exists);
    const auto groundless = remove_entry(frame("2025-03-01"), listed, "because", "");
    REQUIRE_FALSE(groundless);
    CHECK(groundless.error().code == ErrorCode::bad_value);
    CHECK(groundless.error().cure.find("expired") != std::string::npos);
}

TEST_CASE("an editor is shown what their ETag covers, and no later write") {
    const std::vector ops{
        effective(log_a, 1, {}, "2020-01-01", {text("name", "甲"), text("listing", "listed")}),
        effective(log_b, 1, "cq-0000000000000001:1"_vv, "2020-01-01", {text("name", "乙")}),
    };
    const auto seen = [&](const Vector& etag) { return shown_entry(shown_ops(ops, etag), day("2025-01-01")); };
    CHECK_FALSE(seen({}));
    CHECK(seen("cq-0000000000000001:1"_vv)->view == R"({"listing":"listed","name":"甲"})");
    CHECK(seen("cq-0000000000000001:1,sc-0000000000000002:1"_vv)->view == R"({"listing":"listed","name":"乙"})");
}

TEST_CASE("an edit that would override a scheduled write is asked about first") {
    const std::vector ops{
        effective(log_a, 1, {}, "2020-01-01", {text("name", "甲"), text("goods", "酒")}),
        effective(log_a, 2, "cq-0000000000000001:1"_vv, "2026-01-01", {text("goods", "茶")}),
    };
    const Vector seen = "cq-0000000000000001:2"_vv;
    const auto entry = shown_entry(shown_ops(ops, seen), day("2025-01-01"));
    REQUIRE(entry);
    REQUIRE(entry->scheduled == std::vector<ScheduledWrite>{{day("2026-01-01"), "goods", R"({"goods":"茶"})"}});
    auto asked = frame("2025-01-01", seen);
    const auto refused = edit_entry(asked, entry, std::vector{text("goods", "醋")}, cq);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::stale);
    CHECK(refused.error().what.find("goods from 2026-01-01") != std::string::npos);
    CHECK(edit_entry(asked, entry, std::vector{text("notes", "不相干")}, cq));
    CHECK(edit_entry(asked, entry, std::vector{text("goods", "茶")}, cq));  // only earlier than planned
    asked.over_scheduled = OverScheduled::override;
    CHECK(edit_entry(asked, entry, std::vector{text("goods", "醋")}, cq));
}
