// sync export, sync import: what is asked of the node, what becomes of files and of answers.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "src/cli/new_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/cli/cli_support.hpp"

using namespace minglu;
using namespace minglu::clitest;

namespace {

class Folder : public test::TemporaryDirectory {
public:
    [[nodiscard]] std::string file(const std::string& name) const { return (*this / name).string(); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(file(name), std::ios::binary) << text;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream stream(file(name), std::ios::binary);
        std::stringstream text;
        text << stream.rdbuf();
        return text.str();
    }
};

constexpr const char* log = "cq-9f3c21d07be45a18";

/// The first line of a bundle without records; what its head is worth is the node's business.
std::string bundle(const std::string& vector) {
    return R"({"minglu_bundle":1,"node":"cq","vector":)" + vector + R"(,"logs":[]})" + "\n";
}

TEST_CASE("a new file has its name only when it is whole, and replaces another only when told to") {
    const Folder folder;
    {
        auto file = cli::NewFile::begin(folder.file("a"), cli::Existing::keep);
        REQUIRE(file);
        REQUIRE(file->write("one"));
        CHECK_FALSE(std::filesystem::exists(folder.file("a")));
        REQUIRE(file->keep());
    }
    CHECK(folder.read("a") == "one");
    CHECK(cli::NewFile::begin(folder.file("a"), cli::Existing::keep).error().code == ErrorCode::already_exists);
    {
        auto late = cli::NewFile::begin(folder.file("b"), cli::Existing::keep);
        REQUIRE(late->write("mine"));
        folder.write("b", "somebody else's, meanwhile");
        CHECK(late->keep().error().code == ErrorCode::already_exists);
    }
    CHECK(folder.read("b").starts_with("somebody"));
    {
        auto dropped = cli::NewFile::begin(folder.file("a"), cli::Existing::replace);
        REQUIRE(dropped->write("two"));
    }
    CHECK(folder.read("a") == "one");
    folder.write("a.0.part", "left by a command that was killed");
    auto other = cli::NewFile::begin(folder.file("a"), cli::Existing::replace);
    REQUIRE(other->write("two"));
    REQUIRE(other->keep());
    CHECK(folder.read("a") == "two");
    CHECK_FALSE(std::filesystem::exists(folder / "a.0.part"));
    CHECK(cli::NewFile::begin(folder.file("none/a"), cli::Existing::keep).error().code == ErrorCode::io);
}

TEST_CASE("export asks for what the receiver lacks") {
    const Folder folder;
    const std::string vector = std::string(log) + ":3";
    struct Case {
        std::vector<std::string> words;
        std::string have;
    };
    const std::vector<Case> cases{
        {{}, ""}, {{"--all"}, ""}, {{"--have", vector}, vector}, {{"--for", "sc"}, std::string(log) + ":7"}};
    for (const Case& c : cases) {
        CommandLine line;
        line.answer("GET /v1/sync", R"({"peers":[{"node":"sc","known_vector":")" + std::string(log) + R"(:7"}]})");
        line.answer("GET /v1/sync/records", bundle(R"({"cq-9f3c21d07be45a18":7})"));
        std::vector<std::string> words{"--json", "sync", "export", folder.file("x"), "--force"};
        words.insert(words.end(), c.words.begin(), c.words.end());
        const Run run = line.run(words);
        CHECK(run.code == 0);
        CHECK(line.query("have") == (c.have.empty() ? "(none)" : c.have));
        CHECK(folder.read("x") == bundle(R"({"cq-9f3c21d07be45a18":7})"));
        CHECK(has(run.out, "\"from\":\"" + c.have + "\""));
    }
    CHECK(folder.files() == 1);
}

TEST_CASE("a file for a peer brings a log in dispute from its first record on") {
    const Folder folder;
    CommandLine line;
    line.answer("GET /v1/sync", std::string(R"({"disputed":["cq-9f3c21d07be45a18","gz-0000000000000001"],"peers":[)") +
                                    R"({"node":"sc","known_vector":"cq-9f3c21d07be45a18:7,sc-0000000000000001:2"}]})");
    line.answer("GET /v1/sync/records", Answer{200, bundle(R"({"cq-9f3c21d07be45a18":7})")});
    const auto run = line.run({"sync", "export", folder.file("x"), "--for", "sc"});
    CHECK(run.code == 0);
    CHECK(line.query("have") == "sc-0000000000000001:2");
    CHECK(has(run.err, "cq-9f3c21d07be45a18"));
    CHECK_FALSE(has(run.err, "gz-0000000000000001"));
}

TEST_CASE("an export that fails leaves no file") {
    const Folder folder;
    const auto code = [&](const std::vector<std::string>& more, const Answer& answer) {
        CommandLine line;
        line.answer("GET /v1/sync", std::string(R"({"peers":[{"node":"sc","known_vector":""}]})"));
        line.answer("GET /v1/sync/records", answer);
        std::vector<std::string> words{"sync", "export", folder.file("x")};
        words.insert(words.end(), more.begin(), more.end());
        return line.run(words).code;
    };
    const Answer good{200, bundle("{}")};
    CHECK(code({"--for", "gz"}, good) == 4);
    CHECK(code({"--have", "cq"}, good) == 2);
    CHECK(code({"--all", "--have", ""}, good) == 2);
    CHECK(code({"--limit-bytes", "0"}, good) == 2);
    CHECK(code({}, {503, R"({"code":"busy"})"}) == 6);
    CHECK(code({}, {200, "no bundle\n"}) == 3);
    CHECK(code({}, {204, ""}) == 0);  // nothing to write
    CHECK(folder.files() == 0);
    folder.write("x", "there");
    CHECK(code({}, good) == 5);
    CHECK(folder.read("x") == "there");
}

TEST_CASE("import brings every byte to the node, and ends as the node judges") {
    const Folder folder;
    const std::string held = R"("vector":{"cq-9f3c21d07be45a18":5})";
    const std::string nothing = "{" + held + R"(,"taken":0,"ops":0,"refused":[],"unknown":[]})";
    const auto refused = [&](const std::string& code) {
        return "{" + held + R"(,"taken":0,"refused":[{"log":"cq-9f3c21d07be45a18","code":")" + code +
               R"(","detail":"what is wrong"}],"unknown":[]})";
    };
    struct Case {
        Answer answer;
        int code;
        std::string said;
    };
    const std::vector<Case> cases{
        {{200, nothing}, 0, ""},
        {{422, refused("bad_proof")}, 7, "what is wrong"},
        {{200, refused("bad_signature")}, 7, "what is wrong"},
        {{422, refused("fork")}, 7, "what is wrong"},
        {{422, refused("not_allowed")}, 7, "what is wrong"},  // signed with a key that was given up
        {{422, refused("too_large")}, 3, "what is wrong"},
        {{200, "{" + held + R"(,"taken":0,"refused":[],"unknown":["gz-0000000000000001"]})"}, 3, "gz"},
        {{400, R"({"code":"malformed","detail":"it is cut off"})"}, 3, "it is cut off"},
        {{406, R"({"code":"unsupported_version","detail":"bundle version 2"})"}, 3, "bundle version 2"},
        {{503, R"({"code":"busy","detail":"later"})"}, 6, "later"},
        {{507, R"({"code":"disk_full","detail":"no space"})"}, 1, "no space"},
        {{200, "[]"}, 1, "vector"}};
    folder.write("x", bundle("{}"));
    for (const Case& c : cases) {
        CommandLine line;
        line.answer("GET /v1/sync", std::string(R"({"vector":""})"));
        line.answer("POST /v1/sync/records", c.answer);
        const Run run = line.run({"sync", "import", folder.file("x")});
        CAPTURE(c.answer.body);
        CHECK(run.code == c.code);
        CHECK(has(run.err, c.said));
        CHECK(line.body() == bundle("{}"));
        CHECK(line.node.requests.back().headers.at("content-type") == "application/vnd.minglu.bundle; v=1");
    }
    CommandLine line;
    line.answer("GET /v1/sync", std::string(R"({"vector":""})"));
    line.answer("POST /v1/sync/records", {400, R"({"code":"malformed","detail":"no bundle"})"});
    folder.write("y", "garbage");
    CHECK(line.run({"sync", "import", folder.file("y")}).code == 3);
    CHECK(line.body() == "garbage");  // so that the node can keep an incident of it
    folder.write("empty", "");
    CHECK(line.run({"sync", "import", folder.file("empty")}).code == 3);
    CHECK(line.run({"sync", "import", folder.file("none")}).code == 4);
    CHECK(line.run({"sync", "import"}).code == 2);
}

}  // namespace
