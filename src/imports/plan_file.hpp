#pragma once
/// A plan on disk: the ops to publish, one line each, and where one record ends and the next begins. Memory is bounded
/// by the largest record, whatever the size of the file.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "minglu/record.hpp"

namespace minglu {

struct PlanLimits {
    std::size_t ops_per_record = 10'000;
    /// Below the limit of a record by what its header may need.
    std::size_t bytes_per_record = record_bytes_max - 1024 * 1024;
};

class PlanWriter {
public:
    /// Throws StoreFault (io).
    PlanWriter(const std::filesystem::path& file, PlanLimits limits);
    /// Throws StoreFault (disk_full).
    void add(const Op& op);
    /// Number of ops of each record. Throws StoreFault (disk_full).
    [[nodiscard]] std::vector<std::size_t> finish();

private:
    std::ofstream out_;
    PlanLimits limits_;
    std::vector<std::size_t> records_;
    std::size_t ops_ = 0;
    std::size_t bytes_ = 0;
};

class PlanReader {
public:
    /// Throws StoreFault (io).
    explicit PlanReader(const std::filesystem::path& file);
    /// The next `count` ops. Throws StoreFault (corrupt) when they are not there.
    [[nodiscard]] std::vector<Op> next(std::size_t count);

private:
    std::ifstream in_;
};

}  // namespace minglu
