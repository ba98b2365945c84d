// Fuzz target: header and op lines, written again, read the same.
#include "minglu/record.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace minglu;

void fuzz(std::string_view bytes) {
    if (const auto header = parse_header(bytes); header && header->version == record_version && header->fault.empty()) {
        const auto again = parse_header(serialise(*header));
        check(again.has_value());
        if (header->kind != RecordKind::unknown) check(serialise(*again) == serialise(*header));
    }
    if (const auto op = parse_op(bytes)) {
        const auto again = parse_op(serialise(*op));
        check(again && *again == *op);
    }
}
