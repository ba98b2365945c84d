// Fuzz target: a bundle's first line, written again, reads the same.
#include "sync/bundle.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_bundle(std::string_view bytes) {
    const auto bundle = parse_bundle(bytes);
    if (!bundle) return false;
    const std::string written = serialise(bundle->info) + std::string(bytes.substr(bytes.find('\n') + 1));
    const auto again = parse_bundle(written);
    require(again.has_value(), "a bundle that is written again is a bundle");
    require(again->info == bundle->info, "the first line reads the same");
    require(again->records.size() == bundle->records.size(), "it brings the same records");
    return true;
}

}  // namespace minglu::test
