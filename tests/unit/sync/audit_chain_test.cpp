#include <doctest/doctest.h>

#include "minglu/json_text.hpp"
#include "src/store/memory/memory_store.hpp"
#include "sync/audit_chain.hpp"

using namespace minglu;

namespace {

AuditEntry entry_of(const std::string& actor) {
    AuditEntry entry;
    entry.at = UnixMs{1'766'109'600'000};
    entry.actor = actor;
    entry.role = "reader";
    entry.kind = "search";
    entry.method = "GET";
    entry.path = "/v1/entries";
    entry.parameters = {"kind=gi", "q=涪陵"};
    entry.case_number = "渝知法〔2026〕12号";
    entry.status = 200;
    entry.hits = 3;
    return entry;
}

/// Five rows in a store, in two groups.
std::unique_ptr<Store> five_rows() {
    auto store = make_memory_store();
    for (const std::vector<AuditEntry>& group :
         {std::vector{entry_of("a"), entry_of("b")}, std::vector{entry_of("c"), entry_of("d"), entry_of("e")}}) {
        const auto tx = store->write();
        append_audit(*tx, group);
        tx->commit();
    }
    return store;
}

std::vector<AuditRow> rows_of(Store& store) {
    std::vector<AuditRow> rows;
    store.read()->visit_audit(0, [&](const AuditRow& row) {
        rows.push_back(row);
        return true;
    });
    return rows;
}

/// What is found in a store that holds these rows.
std::vector<std::string> findings_of(const std::vector<AuditRow>& rows) {
    const auto store = make_memory_store();
    const auto tx = store->write();
    for (const AuditRow& row : rows) tx->add_audit(row);
    AuditCheck chain;
    std::vector<std::string> findings;
    tx->visit_audit(0, [&](const AuditRow& row) {
        for (std::string& fault : faults_of(chain, row)) findings.push_back(std::move(fault));
        return true;
    });
    return findings;
}

}  // namespace

TEST_CASE("a row is one line of canonical JSON, and what has nothing to say is left out") {
    AuditEntry entry = entry_of("li.wei");
    CHECK(
        audit_line(entry, 7) ==
        R"({"actor":"li.wei","at":"2025-12-19T10:00:00.000+08:00","case":"渝知法〔2026〕12号","hits":3,"kind":"search",)"
        R"("method":"GET","no":7,"parameters":["kind=gi","q=涪陵"],"path":"/v1/entries","role":"reader","status":200})");
    entry.answer = "00";
    entry.body = "11";
    entry.count = 4;
    entry.end = "cut";
    entry.forwarded = "10.1.2.3";
    entry.note = "a \"note\"\n";
    entry.of = 6;
    entry.remote = "127.0.0.1";
    entry.vector = "cq-9f3c21d07be45a18:1";
    entry.parameters.emplace_back("q=\xff\x80");
    const std::string line = audit_line(entry, 8);
    CHECK(canonical_json(line) == line);
}

TEST_CASE("rows are numbered without gaps and chained from one group to the next") {
    const auto store = five_rows();
    const auto rows = rows_of(*store);
    REQUIRE(rows.size() == 5);
    Hash before{};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(rows[i].no == static_cast<std::int64_t>(i) + 1);
        CHECK(rows[i].hash == sha256({bytes_of(before), rows[i].line}));
        before = rows[i].hash;
    }
    CHECK(findings_of(rows).empty());
}

TEST_CASE("a row that was changed, moved or taken out is named") {
    using Change = std::function<void(std::vector<AuditRow>&)>;
    struct Case {
        const char* name;
        Change change;
        std::vector<std::string> findings;
    };
    const std::string follows = ": its hash does not follow; this row was changed, or the one before it";
    const std::vector<Case> cases{
        {"first missing", [](auto& rows) { rows.erase(rows.begin()); }, {"audit row 1: it is missing"}},
        {"two missing",
         [](auto& rows) { rows.erase(rows.begin() + 1, rows.begin() + 3); },
         {"audit rows 2 to 3: they are missing"}},
        {"line changed",
         [](auto& rows) { rows[2].line.replace(rows[2].line.find("涪陵"), 6, "合川"); },
         {"audit row 3" + follows}},
        {"line and hash changed",
         [](auto& rows) {
             rows[2].line.replace(rows[2].line.find("涪陵"), 6, "合川");
             rows[2].hash = audit_hash(rows[1].hash, rows[2].line);
         },
         {"audit row 4" + follows}},
        {"given another number", [](auto& rows) { rows[4].no = 6; }, {"audit row 5: it is missing"}},
        {"filed under somebody else",
         [](auto& rows) { rows[3].actor = "x"; },
         {"audit row 4: it is filed under what it does not say"}},
        {"filed under another time",
         [](auto& rows) { rows[3].at = UnixMs{1}; },
         {"audit row 4: it is filed under what it does not say"}},
        {"filed under no case",
         [](auto& rows) { rows[0].case_number.clear(); },
         {"audit row 1: it is filed under what it does not say"}},
    };
    const auto store = five_rows();
    for (const Case& c : cases) {
        CAPTURE(c.name);
        auto rows = rows_of(*store);
        c.change(rows);
        CHECK(findings_of(rows) == c.findings);
    }
}

TEST_CASE("a walk may start behind a row that is known") {
    const auto store = five_rows();
    const auto rows = rows_of(*store);
    AuditCheck from_known(2, rows[1].hash);
    CHECK_FALSE(from_known.next(3, rows[2].line, rows[2].hash));
    AuditCheck from_another(2, rows[0].hash);
    CHECK(from_another.next(3, rows[2].line, rows[2].hash));
}
