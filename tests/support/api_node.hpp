#pragma once
/// A node in memory with its programming interface, and a partner to exchange bundles with.
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "src/crypto/signing_key.hpp"
#include "src/http/api/routes.hpp"
#include "src/imports/import_jobs.hpp"
#include "src/lookalikes/lookalikes.hpp"
#include "src/store/memory/memory_store.hpp"
#include "tests/support/temporary_directory.hpp"

namespace minglu::test {

class HandClock : public Clock {
public:
    [[nodiscard]] UnixMs now() const override { return UnixMs{now_ms}; }
    [[nodiscard]] std::int64_t steady_ms() const override { return now_ms; }
    std::int64_t now_ms = 1'766'109'600'000;  ///< 2025-12-19 in UTC+8
};

class CountingRandom : public Random {
public:
    explicit CountingRandom(std::uint64_t seed) : next_(seed) {}
    [[nodiscard]] std::uint64_t next() override { return next_ += 0x9e3779b97f4a7c15ULL; }

private:
    std::uint64_t next_;
};

struct Write {
    std::string key;
    std::vector<std::pair<std::string, std::string>> fields;  ///< name, text
    std::string effective_on = "2020-01-01";
};

class TestNode {
public:
    TestNode(const std::string& id, HandClock& hand_clock);
    TestNode(const TestNode&) = delete;
    TestNode& operator=(const TestNode&) = delete;

    /// One record; each op has seen what stands here now. `draft` carries everything but the ops.
    Published write(const std::vector<Write>& writes, Draft draft = {});
    void know(const TestNode& other);
    /// Takes everything that the other node holds.
    void pull(const TestNode& other);

    NodeId node;
    HandClock& clock;
    CountingRandom random;
    std::unique_ptr<SigningKey> key;
    std::unique_ptr<Store> store;
    Replica replica;
    std::string card;
    Exchange exchange;
    TemporaryDirectory directory;  ///< for files
    std::filesystem::path spool;
    Lookalikes lookalikes;
    ImportJobs imports;
    Services services;
    Router router;  ///< the reading half
};

inline const std::string mark = "trademark/10325554/33";
inline const std::string pickle = "gi/涪陵榨菜";
inline const std::string invention = "patent/201710601862.3";
/// Those three entries.
void write_three(TestNode& node);

/// The body, also where it comes piece by piece.
[[nodiscard]] std::string whole_body(const HttpResponse& response);

}  // namespace minglu::test
