#include "src/store/sqlite/reindex.hpp"

#include "catalog/area_filter.hpp"
#include "catalog/text/terms.hpp"

namespace minglu {
namespace {

constexpr std::int64_t slice_periods = 20'000;
constexpr std::string_view version_setting = "text_analysis";

class Slice {
public:
    explicit Slice(Database& database) : database_(database) { database_.run("BEGIN IMMEDIATE"); }
    ~Slice() {
        try {
            if (database_.in_transaction()) database_.run("ROLLBACK");
        } catch (...) {  // BEGIN of the next transaction will tell
        }
    }
    Slice(const Slice&) = delete;
    Slice& operator=(const Slice&) = delete;
    void commit() { database_.run("COMMIT"); }

private:
    Database& database_;
};

std::int64_t count_of_periods(Database& database) {
    Query query = database.query("SELECT count(*) FROM period");
    query.next();
    return query->integer(0);
}

}  // namespace

void reindex_if_outdated(Connection& connection,
                         const std::function<void(std::int64_t done, std::int64_t total)>& progress) {
    const std::string version = text_analysis_version() + "-" + area_table_version();
    if (connection.local.setting(version_setting) == version) return;
    const std::int64_t total = count_of_periods(connection.database);
    {
        Slice slice{connection.database};
        if (total > 0) connection.search.clear();
        slice.commit();
    }
    std::int64_t done = 0;
    for (std::int64_t after = -1; done < total;) {
        Slice slice{connection.database};
        done += connection.views.file_again(after, slice_periods);
        connection.search.flush();
        slice.commit();
        connection.search.end();
        if (progress) progress(done, total);
    }
    Slice slice{connection.database};
    connection.local.put_setting(version_setting, version);
    slice.commit();
}

}  // namespace minglu
