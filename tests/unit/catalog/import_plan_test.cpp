#include <doctest/doctest.h>

#include "catalog/import/plan.hpp"
#include "import_support.hpp"

using namespace minglu;
using namespace minglu::testing;
using namespace minglu::literals;

namespace {

struct Catalogue {
    std::map<EntryKey, Current> entries;
    std::vector<PlannedEntry> planned;
    PlanCounts counts;

    void plan(const std::vector<RowDraft>& drafts) {
        planned.clear();
        Planner planner{{"list.csv", *parse_day("2025-06-01"), *parse_day("2025-06-01")},
                        [&](const EntryKey& key) -> std::optional<Current> {
                            const auto at = entries.find(key);
                            return at == entries.end() ? std::nullopt : std::optional<Current>(at->second);
                        },
                        [&](PlannedEntry entry) -> Result<void> {
                            planned.push_back(std::move(entry));
                            return {};
                        }};
        for (const RowDraft& draft : drafts) REQUIRE(planner.add(draft).has_value());
        counts = planner.counts();
    }
    /// Writes the plan, group by group as a merge would.
    void publish() {
        for (const PlannedEntry& entry : planned) {
            if (!entry.op) continue;
            entries[entry.key] = {view_of(entry.op->set), "cq-9f3c21d07be45a18:1"_vv};
        }
    }
};

RowDraft draft_of(std::string_view key, std::vector<FieldValue> set, std::uint64_t row = 2) {
    RowDraft draft;
    draft.key = EntryKey{std::string(key)};
    draft.set = std::move(set);
    draft.row = row;
    draft.home = NodeId{"cq"};
    return draft;
}

constexpr std::string_view key = "trademark/10325554/33";

}  // namespace

TEST_CASE("a new entry is listed and gets a home; the same file again changes nothing") {
    Catalogue catalogue;
    const std::vector<RowDraft> drafts{draft_of(key, {{"name", "\"江小白\""}})};
    catalogue.plan(drafts);
    REQUIRE(catalogue.planned.size() == 1);
    const PlannedEntry& added = catalogue.planned[0];
    CHECK(added.kind == PlanKind::added);
    REQUIRE(added.op.has_value());
    CHECK(added.op->seen.empty());
    CHECK(added.op->set ==
          std::vector<FieldValue>{
              {"home", "\"cq\""}, {"listed_on", "\"2025-06-01\""}, {"listing", "\"listed\""}, {"name", "\"江小白\""}});
    catalogue.publish();
    catalogue.plan(drafts);
    CHECK(catalogue.counts.unchanged == 1);
    CHECK_FALSE(catalogue.planned[0].op.has_value());
}

TEST_CASE("a change writes whole groups and only those that differ") {
    Catalogue catalogue;
    catalogue.entries[EntryKey{std::string(key)}] = {
        R"({"category":"酒","goods":"白酒","listing":"listed","name":"江小白","name_en":"JXB","notes":"n"})",
        "cq-9f3c21d07be45a18:7"_vv};
    catalogue.plan({draft_of(key, {{"goods", "\"白酒\""}, {"name", "\"江小白酒\""}})});
    REQUIRE(catalogue.planned.size() == 1);
    const PlannedEntry& changed = catalogue.planned[0];
    CHECK(changed.kind == PlanKind::changed);
    CHECK(changed.fields == std::vector<std::string>{"name"});
    REQUIRE(changed.op.has_value());
    CHECK(changed.op->seen == "cq-9f3c21d07be45a18:7"_vv);
    CHECK(changed.op->set == std::vector<FieldValue>{{"name", "\"江小白酒\""}, {"name_en", "\"JXB\""}});
}

TEST_CASE("the same key twice in a file") {
    Catalogue catalogue;
    catalogue.plan({draft_of(key, {{"name", "\"甲\""}}, 2), draft_of(key, {{"name", "\"甲\""}}, 3),
                    draft_of(key, {{"name", "\"乙\""}}, 4)});
    CHECK(catalogue.counts.added == 1);
    CHECK(catalogue.counts.merged == 1);
    CHECK(catalogue.counts.refused == 1);
    REQUIRE(catalogue.planned.back().error.has_value());
    CHECK(catalogue.planned.back().error->code == ErrorCode::duplicate);
    CHECK(catalogue.planned.back().error->what.find("row 2") != std::string::npos);
    CHECK(catalogue.planned.back().error->where == "list.csv, row 4");
}

TEST_CASE("a removed entry comes back only by an explicit restore") {
    Catalogue catalogue;
    catalogue.entries[EntryKey{std::string(key)}] = {R"({"listing":"removed","name":"甲"})", {}};
    catalogue.plan({draft_of(key, {{"name", "\"甲\""}})});
    CHECK(catalogue.counts.refused == 1);
    CHECK(catalogue.planned[0].error->cure.find("restore") != std::string::npos);

    RowDraft removed = draft_of(key, {{"name", "\"甲\""}});
    removed.removed = true;
    catalogue.plan({removed});
    CHECK(catalogue.counts.unchanged == 1);
    catalogue.entries[removed.key].view = R"({"listing":"listed","name":"甲"})";
    catalogue.plan({removed});
    CHECK(catalogue.counts.refused == 1);
    catalogue.entries.clear();
    catalogue.plan({removed});
    CHECK(catalogue.counts.refused == 1);
}

TEST_CASE("an error of the taker ends the planning") {
    Planner planner{{},
                    [](const EntryKey&) { return std::optional<Current>(); },
                    [](PlannedEntry) -> Result<void> {
                        return fail({ErrorCode::io, "full", "", ""});
                    }};
    CHECK_FALSE(planner.add(draft_of(key, {})).has_value());
}
