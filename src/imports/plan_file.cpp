#include "src/imports/plan_file.hpp"

#include "minglu/store.hpp"

namespace minglu {

PlanWriter::PlanWriter(const std::filesystem::path& file, PlanLimits limits)
    : out_(file, std::ios::binary | std::ios::trunc), limits_(limits) {
    if (!out_) throw StoreFault(ErrorCode::io, "cannot write " + file.string());
}

void PlanWriter::add(const Op& op) {
    const std::string line = serialise(op) + '\n';
    if (ops_ > 0 && (ops_ == limits_.ops_per_record || bytes_ + line.size() > limits_.bytes_per_record)) {
        records_.push_back(ops_);
        ops_ = 0;
        bytes_ = 0;
    }
    ++ops_;
    bytes_ += line.size();
    if (!out_.write(line.data(), static_cast<std::streamsize>(line.size())))
        throw StoreFault(ErrorCode::disk_full, "no space for the plan of an import");
}

std::vector<std::size_t> PlanWriter::finish() {
    out_.close();
    if (!out_) throw StoreFault(ErrorCode::disk_full, "no space for the plan of an import");
    if (ops_ > 0) records_.push_back(ops_);
    ops_ = 0;
    return std::move(records_);
}

PlanReader::PlanReader(const std::filesystem::path& file) : in_(file, std::ios::binary) {
    if (!in_) throw StoreFault(ErrorCode::io, "cannot read " + file.string());
}

std::vector<Op> PlanReader::next(std::size_t count) {
    std::vector<Op> ops;
    ops.reserve(count);
    std::string line;
    while (ops.size() < count) {
        if (!std::getline(in_, line)) throw StoreFault(ErrorCode::corrupt, "the plan of an import is cut short");
        auto op = parse_op(line);
        if (!op) throw StoreFault(ErrorCode::corrupt, "the plan of an import does not parse: " + op.error().what);
        ops.push_back(*std::move(op));
    }
    return ops;
}

}  // namespace minglu
