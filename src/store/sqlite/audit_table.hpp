#pragma once
/// The audit trail: rows are added and read, nothing else (triggers refuse it).
#include "minglu/store.hpp"
#include "src/store/sqlite/database.hpp"

namespace minglu {

class AuditTable {
public:
    explicit AuditTable(Database& database) : database_(database) {}

    [[nodiscard]] std::vector<AuditRow> rows(const AuditQuery& query) const;  ///< newest first
    void visit(std::int64_t after, const std::function<bool(const AuditRow&)>& visit) const;
    [[nodiscard]] std::optional<AuditRow> last() const;
    [[nodiscard]] std::int64_t last_no() const;  ///< ever given
    void add(const AuditRow& row);

private:
    Database& database_;
};

}  // namespace minglu
