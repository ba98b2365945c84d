/// Reads vectors and real rows kept beside the project, where they are; the tables in the other tests stand alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "catalog/identifiers/document_number.hpp"
#include "catalog/identifiers/gi.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/identifiers/uscc.hpp"
#include "catalog/regions.hpp"
#include "tests/support/source_dir.hpp"

using namespace minglu;

namespace {

std::string read_shared(const std::string& path) {
    std::ifstream file(test::source_dir() / "../shared" / path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.empty()) MESSAGE("skipped: ../shared/" << path << " is not here");
    return text;
}

}  // namespace

TEST_CASE("verified vectors beside the project") {
    const auto text = read_shared("domain/identifier_rules.json");
    if (text.empty()) return;
    const auto rules = nlohmann::json::parse(text);
    int checked = 0;
    for (const auto& vector : rules.at("patent_application_number").at("verified_vectors")) {
        const auto number = vector.get<std::string>();
        CAPTURE(number);
        REQUIRE(parse_patent_number(number));
        CHECK(parse_patent_number(number)->number == number);
        ++checked;
    }
    for (const auto& vector : rules.at("uscc").at("verified_vectors")) {
        const auto code = vector.get<std::string>().substr(0, 18);  // a remark may follow
        CAPTURE(code);
        CHECK(parse_uscc(code) == code);
        ++checked;
    }
    for (const auto& example : rules.at("document_number").at("examples")) {
        CHECK(parse_document_number(example.get<std::string>()) == example.get<std::string>());
        ++checked;
    }
    for (const auto& example : rules.at("gi").at("examples")) {
        CAPTURE(example.get<std::string>());
        CHECK(parse_announcement_number(example.get<std::string>()).has_value());
        ++checked;
    }
    CHECK(checked >= 20);
}

TEST_CASE("every patent number of the real list is read") {
    const auto text = read_shared("data/patent_cq_sc.csv");
    if (text.empty()) return;
    int read = 0;
    for (std::size_t at = text.find('\n') + 1; at != 0 && at < text.size(); at = text.find('\n', at) + 1) {
        const auto cell = text.substr(at, text.find(',', at) - at);
        if (cell.starts_with("CN")) {
            CAPTURE(cell);
            CHECK(parse_patent_number(cell).has_value());
            ++read;
        }
        if (text.find('\n', at) == std::string::npos) break;
    }
    CHECK(read >= 100);
}

TEST_CASE("every area of the real GI list is found, once") {
    const auto text = read_shared("data/gi_cq_sc.csv");
    if (text.empty()) return;
    int read = 0;
    for (std::size_t at = text.find('\n') + 1; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        auto line = text.substr(at, end - at);
        at = end + 1;
        if (line.find('"') != std::string::npos) continue;  // quoted cells are the importer's concern
        for (int column = 0; column < 3; ++column) line.erase(0, line.find(',') + 1);
        const auto cell = line.substr(0, line.find(','));
        if (cell.empty()) continue;
        CAPTURE(cell);
        CHECK(regions_named(cell, *parse_day("2025-01-01")).size() == 1);
        ++read;
    }
    CHECK(read >= 150);
}
