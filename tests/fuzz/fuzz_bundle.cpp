// Fuzz target: a bundle's first line, written again, reads the same.
#include "sync/bundle.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace minglu;

void fuzz(std::string_view bytes) {
    const auto bundle = parse_bundle(bytes);
    if (!bundle) return;
    const std::string line = serialise(bundle->info);
    const auto again = parse_bundle(line + std::string(bytes.substr(bytes.find('\n') + 1)));
    check(again && again->info == bundle->info);
}
