#include "src/store/incident_bounds.hpp"
#include "tests/contract/stores.hpp"

using namespace minglu;
using namespace minglu::contract;

namespace {

const IncidentFilter only_open{"", "", true};
constexpr UnixMs noon{1'766'116'800'000};  // 2025-12-19 12:00 in UTC+8
constexpr UnixMs midnight{noon.value() + 12 * 3'600'000};

IncidentRow bad_record(int number, const std::string& peer, UnixMs at = noon) {
    return {0,          at,     "invalid_record", peer, peer + "-00000000000000bb:" + std::to_string(number),
            "no title", "kept", "tell it",        1};
}

void pin(WriteTx& tx, const std::string& peer) {
    tx.put_peer({NodeId{peer}, "card", "", false, UnixMs{1}});
}

std::size_t rows_of(const ReadTx& tx, const std::string& peer) {
    return tx.incidents(0, 10'000, {"", peer, false}).size();
}

}  // namespace

STORE_TEST("the same incident again is counted, not repeated") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    const IncidentRow first{0, UnixMs{1}, "gap", "sc", "sc.1", "3 records", "refused", "wait", 1};
    IncidentRow again = first;
    again.at = UnixMs{5};
    again.received = "4 records";
    IncidentRow other = first;
    other.peer = "gz";
    tx->add_incident(first);
    tx->add_incident(other);
    tx->add_incident(again);
    const auto rows = tx->incidents(0, 10);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].peer == "gz");
    CHECK(rows[0].count == 1);
    CHECK(rows[1].count == 2);
    CHECK(rows[1].at == UnixMs{5});
    CHECK(rows[1].received == "4 records");
    CHECK(rows[1].first == Occurrence{UnixMs{1}, "3 records", "refused", "wait"});
    CHECK_FALSE(rows[0].first);
    CHECK(tx->incidents(0, 1) == std::vector{rows[0]});
    CHECK(tx->incidents(rows[0].no, 10) == std::vector{rows[1]});
    CHECK(tx->counts().incidents == 2);
}

STORE_TEST("an incident is open until somebody acknowledges it, and again when it happens again") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    const IncidentRow incident{0, UnixMs{1}, "gap", "sc", "sc.1", "3 records", "refused", "wait", 1};
    IncidentRow other = incident;
    other.peer = "gz";
    tx->add_incident(incident);
    tx->add_incident(other);
    tx->add_incident(incident);
    CHECK_FALSE(tx->acknowledge(9, {"li.wei", UnixMs{5}, "seen", 0}));
    CHECK(tx->acknowledge(1, {"li.wei", UnixMs{5}, "seen", 0}));
    REQUIRE(tx->incidents(0, 10, only_open).size() == 1);
    CHECK(tx->incidents(0, 10, only_open)[0].peer == "gz");
    CHECK(tx->counts().incidents_open == 1);
    tx->add_incident(incident);
    CHECK(tx->counts().incidents_open == 2);
    CHECK(tx->acknowledge(1, {"chen", UnixMs{7}, "mended", 0}));
    const std::vector<Acknowledgement> both{{"li.wei", UnixMs{5}, "seen", 2}, {"chen", UnixMs{7}, "mended", 3}};
    CHECK(tx->incidents(0, 10)[1].acknowledgements == both);
    CHECK_FALSE(is_open(tx->incidents(0, 10)[1]));
    CHECK(tx->counts().incidents == 2);
}

STORE_TEST("what a peer causes on one day is kept one by one up to a number, and counted beyond it") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    pin(*tx, "sc");
    pin(*tx, "gz");
    constexpr int many = 1'000;
    constexpr int max = incidents_per_day_max;
    for (int i = 0; i < many; ++i) {
        tx->add_incident(bad_record(i, "sc", UnixMs{noon.value() + i}));
        if (i % 300 == 0) tx->add_incident(bad_record(i, "gz"));
    }
    CHECK(rows_of(*tx, "sc") == max + 1);
    CHECK(rows_of(*tx, "gz") == 4);
    const IncidentRow beyond = tx->incidents(0, 1, {"", "sc", false}).at(0);
    CHECK(beyond.kind == "invalid_record");
    CHECK(beyond.subject == "further ones on 2025-12-19");
    CHECK(beyond.count == many - max);
    CHECK(beyond.at == UnixMs{noon.value() + many - 1});
    CHECK(beyond.received ==
          "more on 2025-12-19 than the 100 that are kept one by one; how many more is counted here. "
          "The last: sc-00000000000000bb:999: no title");
    CHECK(beyond.advice.find("tell it") != std::string::npos);
    REQUIRE(beyond.first);
    CHECK(beyond.first->received.find("sc-00000000000000bb:100: no title") != std::string::npos);

    // What is kept already, another kind, and what is about nobody, are not held up by it.
    tx->add_incident(bad_record(7, "sc"));
    IncidentRow other = bad_record(many, "sc");
    other.kind = "gap";
    tx->add_incident(other);
    CHECK(rows_of(*tx, "sc") == max + 2);
    CHECK(tx->incidents(0, 1'000, {"invalid_record", "sc", false}).at(max - 7).count == 2);
    for (int i = 0; i < 2 * max; ++i) tx->add_incident(bad_record(i, ""));
    CHECK(tx->counts().incidents == max + 2 + 4 + 2 * max);
}

STORE_TEST("nodes that are no peers share the room of one: a file names whomever it likes as its sender") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    pin(*tx, "sc");
    constexpr int max = incidents_per_day_max;
    for (int i = 0; i < max + 7; ++i) tx->add_incident(bad_record(i, "x" + std::to_string(i)));
    CHECK(tx->counts().incidents == max + 1);
    const IncidentRow beyond = tx->incidents(0, 1).at(0);
    CHECK(beyond.peer.empty());
    CHECK(beyond.subject == "further ones of nodes that are no peers, on 2025-12-19");
    CHECK(beyond.count == 7);
    CHECK(beyond.received.ends_with("The last: from x106, x106-00000000000000bb:106: no title"));

    // One that is known already is counted there; peers, other kinds and other days have room of their own.
    tx->add_incident(bad_record(0, "x0"));
    CHECK(tx->counts().incidents == max + 1);
    tx->add_incident(bad_record(0, "sc"));
    IncidentRow other = bad_record(0, "y");
    other.kind = "gap";
    tx->add_incident(other);
    tx->add_incident(bad_record(1, "y", midnight));
    CHECK(tx->counts().incidents == max + 4);

    // What this node says of itself is no stranger's.
    LogRow own;
    own.id = LogId{"cq-9f3c21d07be45a18"};
    own.own = true;
    tx->add_log(own);
    tx->add_incident(bad_record(0, "cq"));
    CHECK(rows_of(*tx, "cq") == 1);
    CHECK(tx->counts().incidents == max + 5);
}

STORE_TEST("each day in UTC+8 has room of its own, also after a clock was put back") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    pin(*tx, "sc");
    constexpr int max = incidents_per_day_max;
    for (int i = 0; i < max + 3; ++i) tx->add_incident(bad_record(i, "sc", UnixMs{midnight.value() - 1}));
    for (int i = max; i < 2 * max + 3; ++i) tx->add_incident(bad_record(i, "sc", midnight));
    CHECK(rows_of(*tx, "sc") == 2 * (max + 1));
    const auto newest = tx->incidents(0, 1, {"", "sc", false}).at(0);
    CHECK(newest.subject == "further ones on 2025-12-20");
    CHECK(newest.count == 3);
    tx->add_incident(bad_record(9'999, "sc", noon));
    CHECK(rows_of(*tx, "sc") == 2 * (max + 1));
    CHECK(tx->incidents(newest.no - max, 1, {"", "sc", false}).at(0).count == 4);
}

STORE_TEST("a text of an incident that is too long is cut between two characters, and says so") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    std::string received = "x";
    while (received.size() < 4 * incident_text_bytes_max) received += "涪";
    IncidentRow incident = bad_record(1, "sc");
    incident.received = received;
    tx->add_incident(incident);
    tx->add_incident(incident);
    const IncidentRow kept = tx->incidents(0, 1).at(0);
    CHECK(kept.count == 2);
    CHECK(kept.received ==
          received.substr(0, incident_text_bytes_max) + "… (" + std::to_string(received.size()) + " bytes in all)");
}

STORE_TEST("open incidents are counted by kind and peer, found by them, and acknowledged together") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    for (int i = 0; i < 3; ++i) tx->add_incident(bad_record(i, "sc"));
    tx->add_incident(bad_record(0, "gz"));
    IncidentRow other = bad_record(0, "sc");
    other.kind = "gap";
    tx->add_incident(other);
    CHECK(tx->acknowledge(2, {"li.wei", UnixMs{5}, "seen", 0}));
    CHECK(tx->open_incidents() ==
          OpenIncidents{{{"gap", "sc"}, 1}, {{"invalid_record", "gz"}, 1}, {{"invalid_record", "sc"}, 2}});
    CHECK(tx->incidents(0, 10, {"invalid_record", "sc", false}).size() == 3);
    CHECK(tx->incidents(0, 10, {"invalid_record", "sc", true}).size() == 2);

    CHECK(tx->acknowledge_all("invalid_record", "sc", {"chen", UnixMs{6}, "their program was mended", 0}) == 2);
    CHECK(tx->acknowledge_all("invalid_record", "sc", {"chen", UnixMs{7}, "again", 0}) == 0);
    CHECK(tx->acknowledge_all("invalid_record", "", {"chen", UnixMs{7}, "about nobody", 0}) == 0);
    CHECK(tx->open_incidents() == OpenIncidents{{{"gap", "sc"}, 1}, {{"invalid_record", "gz"}, 1}});
    const auto rows = tx->incidents(0, 10, {"invalid_record", "sc", false});
    const Acknowledgement together{"chen", UnixMs{6}, "their program was mended", 1};
    CHECK(rows[0].acknowledgements == std::vector{together});
    CHECK(rows[1].acknowledgements == std::vector{Acknowledgement{"li.wei", UnixMs{5}, "seen", 1}});
    CHECK(rows[2].acknowledgements == std::vector{together});
    tx->add_incident(bad_record(0, "sc"));
    CHECK(tx->open_incidents().at({"invalid_record", "sc"}) == 1);
}

STORE_TEST("incidents and their acknowledgements outlive the peer and the views") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    pin(*tx, "sc");
    tx->add_incident(bad_record(1, "sc"));
    CHECK(tx->acknowledge(1, {"li.wei", UnixMs{5}, "seen", 0}));
    const auto before = tx->incidents(0, 10);
    CHECK(tx->remove_peer(NodeId{"sc"}));
    tx->clear_views();
    CHECK(tx->incidents(0, 10) == before);
}

TEST_CASE("SQLite refuses to remove incidents, and to change what was recorded of them") {
    test::TemporaryDirectory dir;
    const auto store = open_sqlite_store(dir / "minglu.db");
    {
        const auto tx = store->write();
        for (int i = 0; i < 2; ++i) tx->add_incident(bad_record(1, "sc"));
        CHECK(tx->acknowledge(1, {"li.wei", UnixMs{5}, "seen", 0}));
        tx->commit();
    }
    const auto before = store->read()->incidents(0, 10);
    for (const char* sql : {
             "DELETE FROM incident",
             "DELETE FROM acknowledgement",
             "UPDATE incident SET at = 0",
             "UPDATE incident SET kind = 'gap'",
             "UPDATE incident SET peer = ''",
             "UPDATE incident SET subject = ''",
             "UPDATE incident SET received = 'nothing'",
             "UPDATE incident SET done = 'nothing'",
             "UPDATE incident SET advice = 'nothing'",
             "UPDATE incident SET incident_no = 9",
             "UPDATE incident SET count = 1",
             "UPDATE incident SET acknowledged = 0",
             "UPDATE acknowledgement SET note = ''",
             "PRAGMA recursive_triggers = ON; INSERT OR REPLACE INTO incident SELECT * FROM incident",
         }) {
        CAPTURE(sql);
        CHECK(run_sql(dir / "minglu.db", sql).find("only added to") != std::string::npos);
    }
    CHECK(store->read()->incidents(0, 10) == before);
}
