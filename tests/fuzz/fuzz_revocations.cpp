// Fuzz target: files of revoked keys, as one node hands them to another.
#include "sync/revocations.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_revocations(std::string_view bytes) {
    const auto file = parse_revocation_file(bytes);
    if (!file) return false;
    const std::string text = serialise(*file);
    const auto again = parse_revocation_file(text);
    require(again.has_value(), "a file that is written again is one");
    require(again->node == file->node && again->revoked == file->revoked, "a file that is written again says the same");
    require(serialise(*again) == text, "a file is written in one way");
    require(fingerprint(*again) == fingerprint(*file), "a file has one fingerprint");
    return true;
}

}  // namespace minglu::test
