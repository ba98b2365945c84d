// The corpus of the fuzz targets, in every build: its files are seeds, and inputs that once broke something.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "tests/fuzz/targets.hpp"
#include "tests/support/source_dir.hpp"

using namespace minglu::test;
namespace fs = std::filesystem;

namespace {

struct Target {
    const char* name;
    bool (*run)(std::string_view bytes);
};
constexpr Target targets[] = {
    {"answers", fuzz_answers},
    {"bundle", fuzz_bundle},
    {"bundle_reader", fuzz_bundle_reader},
    {"card", fuzz_card},
    {"configuration", fuzz_configuration},
    {"csv", fuzz_csv},
    {"evidence", fuzz_evidence},
    {"head", fuzz_head},
    {"json", fuzz_json},
    {"numbers", fuzz_numbers},
    {"op", fuzz_op},
    {"proof", fuzz_proof},
    {"query", fuzz_query},
    {"record", fuzz_record},
    {"request", fuzz_request},
    {"revocations", fuzz_revocations},
    {"sheet", fuzz_sheet},
    {"vector", fuzz_vector},
    {"xlsx", fuzz_xlsx},
};
const fs::path here = source_dir() / "tests/fuzz";

std::set<std::string> names_in(const fs::path& folder, const std::string& prefix) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().stem().string();
        if (name.starts_with(prefix)) names.insert(name.substr(prefix.size()));
    }
    return names;
}

std::string bytes_of_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_CASE("every target is replayed, and has a corpus") {
    std::set<std::string> names;
    for (const Target& target : targets) names.insert(target.name);
    CHECK(names == names_in(here, "fuzz_"));
    CHECK(names == names_in(here / "corpus", ""));
}

TEST_CASE("no file of the corpus breaks a property") {
    for (const Target& target : targets) {
        std::size_t accepted = 0;
        for (const auto& entry : fs::directory_iterator(here / "corpus" / target.name)) {
            INFO(entry.path().string());
            bool taken = false;
            CHECK_NOTHROW(taken = target.run(bytes_of_file(entry.path())));
            if (taken) ++accepted;
        }
        // A corpus that the parser refuses as a whole would show nothing of what lies behind its first check.
        CHECK_MESSAGE(accepted > 0, target.name);
    }
}

TEST_CASE("a property that does not hold is a finding") {
    CHECK_NOTHROW(require(true, "holds"));
    CHECK_THROWS_WITH_AS(require(false, "does not hold"), "does not hold", Finding);
}

}  // namespace
