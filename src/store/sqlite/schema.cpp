#include "src/store/sqlite/schema.hpp"

#include <array>
#include <string>

#include "embedded/store_0001_initial_sql.hpp"
#include "embedded/store_0002_forks_sql.hpp"
#include "embedded/store_0003_acknowledgements_sql.hpp"
#include "embedded/store_0004_cosignatures_sql.hpp"
#include "embedded/store_0005_audit_sql.hpp"
#include "embedded/store_0006_op_subtrees_sql.hpp"
#include "embedded/store_0007_unread_sql.hpp"
#include "embedded/store_0008_incidents_sql.hpp"
#include "src/store/sqlite/sqlite_store.hpp"

namespace minglu {
namespace {

/// In order; the first one makes version 1. A file that has been released is never changed.
std::array<std::string_view, 8> migrations() {
    return {embedded::store_0001_initial_sql,
            embedded::store_0002_forks_sql,
            embedded::store_0003_acknowledgements_sql,
            embedded::store_0004_cosignatures_sql,
            embedded::store_0005_audit_sql,
            embedded::store_0006_op_subtrees_sql,
            embedded::store_0007_unread_sql,
            embedded::store_0008_incidents_sql};
}

std::int64_t version_of(Database& database) {
    Query query = database.query("PRAGMA user_version");
    query.next();
    return query->integer(0);
}

}  // namespace

std::int64_t newest_schema() {
    return static_cast<std::int64_t>(migrations().size());
}

void migrate(Database& database) {
    const auto known = migrations();
    const auto newest = newest_schema();
    const std::int64_t version = version_of(database);
    if (version == newest) return;
    if (version > newest) {
        throw StoreFault(ErrorCode::unsupported_version,
                         "the database has schema version " + std::to_string(version) + ", this program knows up to " +
                             std::to_string(newest) + " (start the newer program, or restore a backup made before it)");
    }
    std::string script = "BEGIN IMMEDIATE;\n";
    for (auto next = known.begin() + version; next != known.end(); ++next) script.append(*next).append("\n");
    script.append("PRAGMA user_version = " + std::to_string(newest) + ";\nCOMMIT;");
    try {
        database.run_script(script);
    } catch (...) {
        if (database.in_transaction()) database.run("ROLLBACK");
        throw;
    }
}

}  // namespace minglu
