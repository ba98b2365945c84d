// Fuzz target: header and op lines, written again, read the same.
#include "minglu/record.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {
namespace {

void check_header(const Header& header) {
    const auto again = parse_header(serialise(header));
    require(again.has_value(), "a header that is written again is a header");
    require(*again == header, "a header reads the same");
}

}  // namespace

bool fuzz_record(std::string_view bytes) {
    const auto header = parse_header(bytes);
    // Of a kind that is not known here only the common fields are read.
    if (header && header->version == record_version && header->fault.empty()) check_header(*header);
    const auto op = parse_op(bytes);
    if (op) {
        const auto again = parse_op(serialise(*op));
        require(again && *again == *op, "an op reads the same");
    }
    return header || op;
}

}  // namespace minglu::test
