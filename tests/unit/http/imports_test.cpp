#include "src/imports/import_jobs.hpp"

#include <doctest/doctest.h>

#include <exception>
#include <fstream>
#include <future>
#include <iterator>
#include <set>
#include <stdexcept>

#include "tests/unit/http/api_fixture.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

constexpr std::int64_t patience_ms = 60'000;

std::string table(int rows, int first = 1) {
    std::string csv = "商标,商标注册号,类别,权利人\n";
    for (int i = first; i < first + rows; ++i)
        csv += "品牌" + std::to_string(i) + "," + std::to_string(10'000'000 + i) + ",33,某某酒业有限公司\n";
    return csv;
}

ImportRequest request(bool dry_run = false, bool skip_invalid = false) {
    ImportRequest import;
    import.file_name = "list.csv";
    import.kind = Kind::trademark;
    import.actor = "li";
    import.reason = "年度名录";
    import.batch.title = "驰名商标名录";
    import.effective_on = parse_day("2025-01-01").value();
    import.dry_run = dry_run;
    import.skip_invalid = skip_invalid;
    return import;
}

ImportStatus run(ImportJobs& jobs, ImportRequest import, const std::string& csv) {
    const auto id = jobs.submit_bytes(std::move(import), csv);
    REQUIRE(id);
    const auto status = jobs.wait(*id, patience_ms);
    REQUIRE(status);
    return *status;
}

std::string text_of_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Signs a number of heads, then breaks: as if the process had ended there, or as a commit does.
class BreakingSigner : public Signer {
public:
    template <class Fault = std::runtime_error>
    BreakingSigner(const Signer& signer, int signatures, const Fault& fault = Fault("the process ends here"))
        : signer_(signer), left_(signatures), fault_(std::make_exception_ptr(fault)) {}
    [[nodiscard]] Suite suite() const override { return signer_.suite(); }
    [[nodiscard]] std::string public_key() const override { return signer_.public_key(); }
    [[nodiscard]] std::string sign(std::string_view message) const override {
        if (left_-- <= 0) std::rethrow_exception(fault_);
        return signer_.sign(message);
    }

private:
    const Signer& signer_;
    mutable int left_;
    std::exception_ptr fault_;
};

std::set<std::string> files_in(const std::filesystem::path& directory) {
    std::set<std::string> names;
    if (!std::filesystem::exists(directory)) return names;
    for (const auto& file : std::filesystem::directory_iterator(directory)) names.insert(file.path().filename());
    return names;
}

std::filesystem::path spool_beside(const TestNode& node) {
    return node.directory / "second";
}

}  // namespace

TEST_CASE("an import publishes what it says, and nothing the second time") {
    HandClock clock;
    TestNode node("cq", clock);
    const auto first = run(node.imports, request(), table(5));
    REQUIRE(first.state == ImportState::done);
    CHECK(first.added == 5);
    CHECK(first.rows_read == 5);
    CHECK(first.bytes_read == first.bytes_total);
    REQUIRE(first.batches.size() == 1);
    CHECK(first.batches[0].title == "驰名商标名录");
    CHECK(node.store->read()->counts().entries == 5);

    const auto vector = node.replica.standing().vector;
    const auto second = run(node.imports, request(), table(5));
    CHECK(second.state == ImportState::done);
    CHECK(second.unchanged == 5);
    CHECK(second.batches.empty());
    CHECK(node.replica.standing().vector == vector);

    const auto more = run(node.imports, request(), table(7, 3));
    CHECK(more.unchanged == 3);
    CHECK(more.added == 4);
}

TEST_CASE("a large import becomes several batches that say so") {
    HandClock clock;
    TestNode node("cq", clock);
    ImportJobs jobs(spool_beside(node), *node.store, node.replica, clock, node.random, {4, 1'000'000});
    const auto status = run(jobs, request(), table(10));
    REQUIRE(status.state == ImportState::done);
    REQUIRE(status.batches.size() == 3);
    CHECK(status.batches[0].title == "驰名商标名录（1/3）");
    CHECK(status.batches[2].title == "驰名商标名录（3/3）");
    CHECK(status.batches[2].ops == 2);
    ImportJobs by_bytes(spool_beside(node), *node.store, node.replica, clock, node.random, {100, 1});
    CHECK(run(by_bytes, request(), table(3, 100)).batches.size() == 3);
}

TEST_CASE("a dry run writes nothing, and is published as previewed although the file is gone") {
    HandClock clock;
    TestNode node("cq", clock);
    const auto before = node.replica.standing().vector;
    const auto file = node.directory / "table.csv";
    std::ofstream(file) << table(3);
    const auto id = node.imports.submit_file(request(true), file);
    REQUIRE(id);
    std::filesystem::remove(file);
    const auto planned = node.imports.wait(*id, patience_ms);
    REQUIRE(planned->state == ImportState::planned);
    CHECK(planned->plan.size() == 3);
    CHECK(node.replica.standing().vector == before);
    REQUIRE(node.imports.publish(*id, "wang"));
    const auto done = node.imports.wait(*id, patience_ms);
    CHECK(done->state == ImportState::done);
    CHECK(done->published_ops == 3);
    CHECK(node.imports.publish(*id, "wang").error().code == ErrorCode::already_exists);
    CHECK(node.store->read()->counts().entries == 3);
}

TEST_CASE("with a wrong row nothing is written; the good rows are on request, and the others come back to be mended") {
    HandClock clock;
    TestNode node("cq", clock);
    std::string csv = table(3);
    csv += "错的,一二三,33,某某酒业有限公司\n";
    csv += "品牌1改,10000001,33,某某酒业有限公司\n";  // row 2 again, with other values
    const auto before = node.replica.standing().vector;
    const auto refused = run(node.imports, request(), csv);
    CHECK(refused.state == ImportState::refused);
    CHECK(refused.refused == 2);
    REQUIRE(refused.errors.size() == 2);
    CHECK(refused.errors[0].row == 5);
    CHECK(refused.errors[1].error.what.find("row 2") != std::string::npos);
    CHECK(node.replica.standing().vector == before);

    const auto skipped = run(node.imports, request(false, true), csv);
    REQUIRE(skipped.state == ImportState::done);
    CHECK(skipped.added == 3);
    const auto file = node.imports.refused_rows(skipped.id);
    REQUIRE(file);
    std::string rows = text_of_file(*file);
    CHECK(rows.starts_with("\xEF\xBB\xBF商标,商标注册号,类别,权利人,错误\r\n错的,一二三,33,"));
    // Mended, with the column of reasons still there.
    rows.replace(rows.find("一二三"), std::string("一二三").size(), "10000009");
    rows.resize(rows.find("品牌1改"));
    const auto mended = run(node.imports, request(), rows);
    CHECK(mended.state == ImportState::done);
    CHECK(mended.added == 1);
    const auto entry = node.store->read()->entry(EntryKey{"trademark/10000009/33"});
    REQUIRE(entry);
    CHECK(node.store->read()->periods(entry->no).at(0).view.find("错误") == std::string::npos);
}

TEST_CASE("a process that ends in the middle leaves whole records; the same file again publishes the rest") {
    HandClock clock;
    TestNode node("cq", clock);
    const auto store = make_memory_store();
    {
        // One head opens the log, two more records are signed, then it breaks.
        const BreakingSigner signer(*node.key, 3);
        Replica replica(node.node, *store, signer, clock, node.random);
        ImportJobs jobs(spool_beside(node), *store, replica, clock, node.random, {4, 1'000'000});
        const auto broken = run(jobs, request(), table(20));
        CHECK(broken.state == ImportState::failed);
        REQUIRE(broken.error);
        CHECK(broken.published_ops == store->read()->counts().entries);
    }
    const auto published = store->read()->counts().entries;
    CHECK(published % 4 == 0);
    CHECK(published > 0);
    CHECK(published < 20);
    Replica replica(node.node, *store, *node.key, clock, node.random);
    ImportJobs jobs(spool_beside(node), *store, replica, clock, node.random, {4, 1'000'000});
    const auto rest = run(jobs, request(), table(20));
    CHECK(rest.state == ImportState::done);
    CHECK(rest.unchanged == published);
    CHECK(rest.added == 20 - published);
    CHECK(store->read()->counts().entries == 20);
    CHECK(store->read()->counts().conflicts == 0);
}

TEST_CASE("a commit whose outcome is unknown ends the process, and nobody is told how the import ended") {
    HandClock clock;
    TestNode node("cq", clock);
    const auto store = make_memory_store();
    const BreakingSigner signer(*node.key, 1, CommitUnknown(ErrorCode::io, "commit"));
    Replica replica(node.node, *store, signer, clock, node.random);
    std::promise<std::string> told;
    ImportJobs jobs(spool_beside(node), *store, replica, clock, node.random, {}, nullptr,
                    [&](const StoreFault& fault) { told.set_value(fault.what()); });
    const auto id = jobs.submit_bytes(request(), table(3));
    REQUIRE(id);
    CHECK(told.get_future().get() == "commit");
    const auto status = jobs.status(*id);
    REQUIRE(status);
    CHECK_FALSE(is_resting(status->state));
}

/// A commit that finds no room.
class FullSigner : public BreakingSigner {
public:
    explicit FullSigner(const Signer& signer)
        : BreakingSigner(signer, 1, StoreFault(ErrorCode::disk_full, "no space")) {}
};

TEST_CASE("an import at rest leaves no files but those that somebody may ask for") {
    HandClock clock;
    TestNode node("cq", clock);
    const std::string with_wrong_row = table(3) + "错的,一二三,33,某某酒业有限公司\n";
    struct Case {
        std::string csv;
        ImportRequest import;
        ImportState state;
        std::set<std::string> left;
    };
    const std::vector<Case> cases{{table(5), request(), ImportState::done, {}},
                                  {"a,b\n\"open\n", request(), ImportState::failed, {}},
                                  {table(6), request(true), ImportState::planned, {"plan"}},
                                  {with_wrong_row, request(), ImportState::refused, {"refused.csv"}},
                                  {with_wrong_row, request(false, true), ImportState::done, {"refused.csv"}}};
    for (const Case& one : cases) {
        const auto status = run(node.imports, one.import, one.csv);
        CHECK(status.state == one.state);
        CHECK(files_in(node.spool / status.id) == one.left);
    }
    const auto store = make_memory_store();
    const FullSigner signer(*node.key);
    Replica replica(node.node, *store, signer, clock, node.random);
    ImportJobs jobs(spool_beside(node), *store, replica, clock, node.random);
    const auto full = run(jobs, request(), table(20));
    CHECK(full.state == ImportState::failed);
    CHECK(full.error->code == ErrorCode::disk_full);
    CHECK(std::filesystem::is_empty(spool_beside(node)));
}

TEST_CASE("files that cannot be read as a table fail and say why") {
    HandClock clock;
    TestNode node("cq", clock);
    for (const std::string& csv : {std::string(), std::string("a,b\n\"open\n"), std::string("\xff\xff\xff,\xff\n")}) {
        const auto status = run(node.imports, request(), csv);
        CHECK(status.state == ImportState::failed);
        REQUIRE(status.error);
        CHECK(status.error->where.starts_with("list.csv"));
        CHECK_FALSE(status.error->cure.empty());
    }
    // What stands before a wrong byte is read first: the same error is named wherever the file is cut into pieces.
    const auto both = run(node.imports, request(), "\xEF\xBB\xBF甲,乙\nx,\xff\xff\xff\n");
    REQUIRE(both.error);
    CHECK(both.error->what.find("no column identifies") != std::string::npos);
    CHECK_FALSE(node.imports.submit_file(request(), "/nowhere/at/all.csv"));
}

TEST_CASE("jobs are forgotten when they are deleted, and after a day; the spool is emptied at the start") {
    HandClock clock;
    TestNode node("cq", clock);
    const auto kept = run(node.imports, request(), table(1)).id;
    const auto deleted = run(node.imports, request(), table(1)).id;
    REQUIRE(node.imports.remove(deleted));
    CHECK_FALSE(node.imports.status(deleted));
    CHECK_FALSE(node.imports.remove(deleted));
    clock.now_ms += import_kept_ms;
    CHECK(node.imports.status(kept));
    clock.now_ms += 1;
    CHECK_FALSE(node.imports.status(kept));
    CHECK(std::filesystem::is_empty(node.spool));

    const auto spool = spool_beside(node);
    std::filesystem::create_directories(spool / "left");
    const ImportJobs jobs(spool, *node.store, node.replica, clock, node.random);
    CHECK(std::filesystem::is_empty(spool));
}

TEST_CASE("imports over HTTP") {
    HandClock clock;
    TestNode node("cq", clock);
    add_write_routes(node.router);
    const auto send = [&](const char* method, std::string to, std::multimap<std::string, std::string> query = {},
                          std::string body = {}, std::map<std::string, std::string> headers = {}) {
        HttpRequest call;
        call.method = method;
        call.path = std::move(to);
        call.query = std::move(query);
        call.body = std::move(body);
        call.headers = std::move(headers);
        call.local = true;
        return node.router.handle(call);
    };
    const std::multimap<std::string, std::string> query{
        {"kind", "trademark"}, {"dry_run", "1"}, {"file_name", "x.csv"}};
    const std::map<std::string, std::string> key{{"idempotency-key", "once"}};
    const auto accepted = send("POST", "/v1/imports", query, table(2), key);
    REQUIRE(accepted.status == 202);
    const std::string at = json_of(accepted).at("location");
    CHECK(send("POST", "/v1/imports", query, table(2), key).body == accepted.body);
    CHECK(send("POST", "/v1/imports", query, table(3), key).status == 422);
    (void)node.imports.wait(std::string(json_of(accepted).at("id")), patience_ms);
    const Json planned = json_of(send("GET", at));
    CHECK(planned.at("state") == "planned");
    CHECK(planned.at("plan").at(0).at("action") == "added");
    CHECK(send("GET", at + "/refused").status == 404);
    CHECK(send("POST", at + "/publication").status == 202);
    (void)node.imports.wait(std::string(json_of(accepted).at("id")), patience_ms);
    CHECK(json_of(send("GET", at)).at("state") == "done");
    CHECK(send("POST", at + "/publication").status == 409);
    CHECK(send("DELETE", at).status == 204);
    CHECK(send("GET", at).status == 404);
    CHECK(send("POST", "/v1/imports", {{"kind", "song"}}, table(1)).status == 400);
    CHECK(send("POST", "/v1/imports", {{"effective_on", "2025-13-01"}}, table(1)).status == 400);
    CHECK(send("POST", "/v1/imports", {{"home", "X"}}, table(1)).status == 400);
}
