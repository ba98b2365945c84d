#include <sqlite3.h>

#include "tests/contract/stores.hpp"

using namespace minglu;
using namespace minglu::contract;

namespace {

AuditRow row_of(std::int64_t no, std::int64_t at, const std::string& actor, const std::string& kind,
                const std::string& case_number = {}) {
    return {no, UnixMs{at}, actor, kind, case_number, "line " + std::to_string(no), hash_of_text(std::to_string(no))};
}

/// The clock was put back between the third and the fourth.
const std::vector<AuditRow> all_rows{row_of(1, 10, "li.wei", "search"), row_of(2, 20, "wang", "entry", "案1"),
                                     row_of(3, 30, "li.wei", "search", "案1"), row_of(4, 15, "li.wei", "export", "案2"),
                                     row_of(5, 30, "", "refused")};

std::vector<std::int64_t> numbers(const std::vector<AuditRow>& rows) {
    std::vector<std::int64_t> numbers;
    for (const AuditRow& row : rows) numbers.push_back(row.no);
    return numbers;
}

}  // namespace

STORE_TEST("the audit trail is found by person, case, kind and time, newest first") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    CHECK_FALSE(tx->last_audit());
    CHECK(tx->last_audit_no() == 0);
    for (const AuditRow& row : all_rows) tx->add_audit(row);
    CHECK(tx->last_audit() == all_rows[4]);
    CHECK(tx->last_audit_no() == 5);
    struct Case {
        AuditQuery query;
        std::vector<std::int64_t> found;
    };
    const UnixMs end{INT64_MAX};
    const std::vector<Case> cases{
        {{}, {5, 3, 2, 4, 1}},
        {{"li.wei", "", "", UnixMs{}, end}, {3, 4, 1}},
        {{"", "search", "", UnixMs{}, end}, {3, 1}},
        {{"", "", "案1", UnixMs{}, end}, {3, 2}},
        {{"li.wei", "", "案1", UnixMs{}, end}, {3}},
        {{"li.wei", "export", "案2", UnixMs{}, end}, {4}},
        {{"", "", "案3", UnixMs{}, end}, {}},
        {{"", "", "", UnixMs{15}, UnixMs{30}}, {2, 4}},
        {{"li.wei", "", "", UnixMs{11}, UnixMs{30}}, {4}},
        {{"", "", "", UnixMs{}, end, {UnixMs{30}, 5}}, {3, 2, 4, 1}},
        {{"li.wei", "", "", UnixMs{}, end, {UnixMs{30}, 3}}, {4, 1}},
        {{"", "", "案1", UnixMs{}, end, {UnixMs{30}, 3}}, {2}},
        {{"", "", "", UnixMs{}, end, {}, 2}, {5, 3}},
    };
    for (const Case& c : cases) CHECK(numbers(tx->audit(c.query)) == c.found);
    CHECK(tx->audit({"wang", "", "", UnixMs{}, end}) == std::vector{all_rows[1]});
}

STORE_TEST("the audit trail is walked in the order in which it was written") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    for (const AuditRow& row : all_rows) tx->add_audit(row);
    std::vector<AuditRow> walked;
    tx->visit_audit(0, [&](const AuditRow& row) {
        walked.push_back(row);
        return true;
    });
    CHECK(walked == all_rows);
    std::vector<std::int64_t> some;
    tx->visit_audit(2, [&](const AuditRow& row) {
        some.push_back(row.no);
        return some.size() < 2;
    });
    CHECK(some == std::vector<std::int64_t>{3, 4});
}

TEST_CASE("the file itself refuses to change or trim the audit trail, and a lost end is noticed") {
    test::TemporaryDirectory dir;
    {
        const auto store = open_sqlite_store(dir / "minglu.db");
        const auto tx = store->write();
        for (const AuditRow& row : all_rows) tx->add_audit(row);
        tx->commit();
        CHECK(store->check().empty());
    }
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((dir / "minglu.db").c_str(), &database) == SQLITE_OK);
    const auto outcome = [&](const char* sql) { return sqlite3_exec(database, sql, nullptr, nullptr, nullptr); };
    CHECK(outcome("UPDATE audit SET actor = 'x' WHERE audit_no = 1") == SQLITE_CONSTRAINT);
    CHECK(outcome("DELETE FROM audit WHERE audit_no = 5") == SQLITE_CONSTRAINT);
    CHECK(outcome("DROP TRIGGER audit_is_not_trimmed; DELETE FROM audit WHERE audit_no = 5") == SQLITE_OK);
    sqlite3_close(database);
    const std::vector<std::string> found{
        "audit trail: 5 rows were written, the last that is here is 4 (bring back a backup; see the operations guide, "
        "damaged database)"};
    const auto store = open_sqlite_store(dir / "minglu.db");
    CHECK(store->check() == found);
    CHECK(store->read()->last_audit_no() == 5);
}
