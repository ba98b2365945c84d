#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <vector>

#include "tests/bench/search/rival.hpp"

namespace minglu::bench {
namespace {

constexpr std::size_t copy_bytes = 1u << 20;

class Postgres final : public Rival {
public:
    explicit Postgres(const std::string& connection) : connection_(PQconnectdb(connection.c_str()), PQfinish) {
        if (PQstatus(connection_.get()) != CONNECTION_OK) fail();
        run("CREATE EXTENSION IF NOT EXISTS pg_trgm");
        run("CREATE UNLOGGED TABLE t (number text, name text, text text)");
        run("COPY t FROM STDIN");
    }

    [[nodiscard]] std::string name() const override { return "PostgreSQL pg_trgm"; }
    void add(const RivalRow& row) override {
        lines_.append(row.number).append("\t").append(row.name).append("\t").append(row.text).append("\n");
        if (lines_.size() > copy_bytes) send();
    }
    void finish() override {
        send();
        if (PQputCopyEnd(connection_.get(), nullptr) != 1) fail();
        while (const Answer answer{PQgetResult(connection_.get()), PQclear})
            if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) fail();
        run("CREATE INDEX ON t USING gin (text gin_trgm_ops)");
        run("CREATE INDEX ON t (number text_pattern_ops)");
        run("CREATE INDEX ON t (name text_pattern_ops)");
        run("VACUUM ANALYZE t");
        // A plan for the words at hand, as an application gets that sends them in its query.
        run("SET plan_cache_mode = force_custom_plan");
        run("PREPARE number AS SELECT * FROM t WHERE number = $1 LIMIT 20");
        run("PREPARE number_start AS SELECT * FROM t WHERE number LIKE $1 LIMIT 20");
        run("PREPARE name_start AS SELECT * FROM t WHERE name LIKE $1 LIMIT 20");
        run("PREPARE one AS SELECT * FROM t WHERE text LIKE $1 LIMIT 20");
        run("PREPARE two AS SELECT * FROM t WHERE text LIKE $1 AND text LIKE $2 LIMIT 20");
    }
    [[nodiscard]] double bytes() override {
        const Answer answer = run("SELECT pg_total_relation_size('t')");
        return std::stod(PQgetvalue(answer.get(), 0, 0));
    }
    std::size_t find(Ask ask, std::string_view text) override {
        const std::string all(text);
        if (ask == Ask::number) return rows("number", {all});
        if (ask == Ask::number_start) return rows("number_start", {all + "%"});
        if (ask == Ask::name_start) return rows("name_start", {all + "%"});
        std::vector<std::string> patterns;
        for_each_word(text, [&](std::string_view word) { patterns.push_back("%" + std::string(word) + "%"); });
        return rows(patterns.size() == 1 ? "one" : "two", patterns);
    }

private:
    using Answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;

    [[noreturn]] void fail() {
        throw std::runtime_error(std::string("PostgreSQL: ") + PQerrorMessage(connection_.get()));
    }
    Answer run(const char* sql) {
        Answer answer{PQexec(connection_.get(), sql), PQclear};
        const auto status = PQresultStatus(answer.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN) fail();
        return answer;
    }
    void send() {
        if (PQputCopyData(connection_.get(), lines_.data(), static_cast<int>(lines_.size())) != 1) fail();
        lines_.clear();
    }
    std::size_t rows(const char* statement, const std::vector<std::string>& arguments) {
        std::vector<const char*> values;
        for (const std::string& argument : arguments) values.push_back(argument.c_str());
        const Answer answer{PQexecPrepared(connection_.get(), statement, static_cast<int>(values.size()), values.data(),
                                           nullptr, nullptr, 0),
                            PQclear};
        if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) fail();
        return static_cast<std::size_t>(PQntuples(answer.get()));
    }

    std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
    std::string lines_;
};

}  // namespace

std::unique_ptr<Rival> open_postgres(const std::string& connection) {
    return std::make_unique<Postgres>(connection);
}

}  // namespace minglu::bench
