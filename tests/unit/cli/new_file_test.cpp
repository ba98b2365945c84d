#include "src/cli/new_file.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace {
using namespace minglu;
using namespace minglu::cli;

TEST_CASE("what a killed command left of a file goes with the next one, what another is writing stays") {
    const test::TemporaryDirectory folder;
    const auto path = folder / "cq-1.minglu";
    for (const char* left : {".0.part", ".1.part", ".7.part"}) std::ofstream(path.string() + left) << "left";
    auto first = NewFile::begin(path, Existing::keep);
    REQUIRE(first);
    CHECK(folder.files() == 1);
    REQUIRE(first->write("first"));
    {
        auto second = NewFile::begin(path, Existing::keep);
        REQUIRE(second);
        CHECK(folder.files() == 2);
        REQUIRE(second->write("second"));
        REQUIRE(first->keep());
        CHECK(second->keep().error().code == ErrorCode::already_exists);
    }
    CHECK(folder.files() == 1);
    std::string text;
    std::getline(std::ifstream(path), text);
    CHECK(text == "first");
}

}  // namespace
