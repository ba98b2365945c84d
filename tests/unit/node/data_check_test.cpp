#include "src/node/data_check.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/support/lone_node.hpp"
#include "tests/support/temporary_directory.hpp"

namespace {
using namespace minglu;

void put(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

NodeConfig configured(const std::string& node, const test::TemporaryDirectory& data) {
    NodeConfig config;
    config.node = NodeId{node};
    config.data = data.path();
    return config;
}

TEST_CASE("a database that is missing or empty is not begun anew, and what is left is named") {
    const test::TemporaryDirectory data;
    const DataPaths paths(data.path());
    const auto missing = check_database_is_there(paths);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ErrorCode::not_found);
    CHECK(missing.error().what == "the database is gone");
    CHECK(missing.error().where == paths.database.string());
    CHECK(missing.error().cure.find("minglu restore") != std::string::npos);
    CHECK(missing.error().cure.find("minglu init --keys") != std::string::npos);

    for (const std::string left : {"-wal", ".restoring", ".before-restore-1766109600000"}) {
        CAPTURE(left);
        const std::filesystem::path file = paths.database.string() + left;
        put(file, "something");
        const auto broken_off = check_database_is_there(paths);
        REQUIRE_FALSE(broken_off);
        CHECK(broken_off.error().what.find(file.filename().string()) != std::string::npos);
        CHECK(broken_off.error().cure.starts_with("repeat minglu restore"));
        std::filesystem::remove(file);
    }

    put(paths.database, "");
    const auto empty = check_database_is_there(paths);
    REQUIRE_FALSE(empty);
    CHECK(empty.error().code == ErrorCode::not_found);
    CHECK(empty.error().what == "the database is empty");
    put(paths.database, "SQLite format 3");
    CHECK(check_database_is_there(paths));
}

TEST_CASE("database and card must be those of the node that the configuration names") {
    const test::TemporaryDirectory data;
    const DataPaths paths(data.path());
    const test::LoneNode cq("cq");
    const auto tx = cq.store->read();
    CHECK(check_belongs(configured("cq", data), *tx));

    const auto other_database = check_belongs(configured("zz", data), *tx);
    REQUIRE_FALSE(other_database);
    CHECK(other_database.error().code == ErrorCode::bad_value);
    CHECK(other_database.error().where == paths.database.string());
    CHECK(other_database.error().cure.find("node.id to cq") != std::string::npos);

    put(paths.card, test::fixed_card(NodeId{"zz"}, *cq.key));
    const auto other_card = check_belongs(configured("cq", data), *tx);
    REQUIRE_FALSE(other_card);
    CHECK(other_card.error().code == ErrorCode::bad_value);
    CHECK(other_card.error().where == paths.card.string());
    CHECK(other_card.error().what.find("node zz") != std::string::npos);

    put(paths.card, "no card");
    CHECK(check_belongs(configured("cq", data), *tx).error().where == paths.card.string());
    put(paths.card, test::fixed_card(NodeId{"cq"}, *cq.key));
    CHECK(check_belongs(configured("cq", data), *tx));
}

TEST_CASE("a database in which no log was ever begun is no node") {
    const test::TemporaryDirectory data;
    const auto store = make_memory_store();
    const auto checked = check_belongs(configured("cq", data), *store->read());
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ErrorCode::not_found);
    CHECK(checked.error().cure.find("minglu restore") != std::string::npos);
}

}  // namespace
