/// From words to requests: what each command asks of the node.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "cli_support.hpp"
#include "tests/support/source_dir.hpp"

using namespace minglu;
using namespace minglu::clitest;
using Json = nlohmann::json;

TEST_CASE("each command sends its request") {
    struct Row {
        std::vector<std::string> words;
        std::string request;
        std::string body;  ///< JSON; empty = none
    };
    const std::string id(64, 'a');
    const std::vector<Row> rows{
        {{"entry", "show", "gi/AGI03244"}, "GET /v1/entries/gi/AGI03244", ""},
        {{"entry", "history", "trademark/1/33"}, "GET /v1/entries/trademark/1/33/history", ""},
        {{"query", "涪陵"}, "GET /v1/entries", ""},
        {{"export"}, "GET /v1/export", ""},
        {{"batch", "list"}, "GET /v1/batches", ""},
        {{"batch", "show", "cq-0000000000000001:7"}, "GET /v1/batches/cq-0000000000000001:7", ""},
        {{"conflict", "list"}, "GET /v1/conflicts", ""},
        {{"conflict", "show", id}, "GET /v1/conflicts/" + id, ""},
        {{"conflict", "claim", id}, "POST /v1/conflicts/" + id + "/claim", "{}"},
        {{"conflict", "release", id}, "POST /v1/conflicts/" + id + "/claim", R"({"release":true})"},
        {{"conflict", "resolve", id, "--take", "ours", "--reason", "r"},
         "POST /v1/conflicts/" + id + "/resolution",
         R"({"take":"ours","reason":"r"})"},
        {{"conflict", "resolve", id, "--group", "name=ours", "--group", "goods=theirs", "--reason", "r"},
         "POST /v1/conflicts/" + id + "/resolution",
         R"({"groups":{"name":"ours","goods":"theirs"},"reason":"r"})"},
        {{"sync", "status"}, "GET /v1/sync", ""},
        {{"sync", "now"}, "POST /v1/sync/now", "{}"},
        {{"sync", "now", "sc"}, "POST /v1/sync/now", R"({"peer":"sc"})"},
        {{"peer", "list"}, "GET /v1/peers", ""},
        {{"peer", "remove", "sc"}, "DELETE /v1/peers/sc", ""},
        {{"peer", "pause", "sc"}, "PATCH /v1/peers/sc", R"({"paused":true})"},
        {{"peer", "resume", "sc"}, "PATCH /v1/peers/sc", R"({"paused":false})"},
        {{"peer", "card"}, "GET /v1/card", ""},
        {{"peer", "show-card"}, "GET /v1/card", ""},
        {{"token", "create", "--name", "li.wei", "--role", "editor"},
         "POST /v1/tokens",
         R"({"name":"li.wei","role":"editor"})"},
        {{"token", "list"}, "GET /v1/tokens", ""},
        {{"token", "revoke", "3"}, "DELETE /v1/tokens/3", ""},
        {{"peer", "revoke", "cq", "--log", "cq-1", "--size", "2", "--reason", "r"},
         "POST /v1/peers/cq/revocation",
         R"({"reason":"r","upto":"cq-1:2"})"},
        {{"peer", "revocations", "cq"}, "GET /v1/revocations/cq", ""},
        {{"incident", "list"}, "GET /v1/incidents", ""},
        {{"incident", "list", "--open"}, "GET /v1/incidents", ""},
        {{"incident", "acknowledge", "3", "--note", "seen"},
         "POST /v1/incidents/3/acknowledgement",
         R"({"note":"seen"})"},
        {{"incident", "acknowledge", "--kind", "gap", "--peer", "sc", "--note", "seen"},
         "POST /v1/peers/sc/incidents/gap/acknowledgement",
         R"({"note":"seen","dry_run":false})"},
        {{"entry", "edit", "gi/1", "--set", "category=酱腌菜", "--unset", "notes", "--reason", "r", "--seen", "cq-1:2"},
         "PUT /v1/entries/gi/1",
         R"({"fields":{"category":"酱腌菜","notes":null},"reason":"r","seen":"cq-1:2"})"},
        {{"entry", "remove", "gi/1", "--ground", "误列入", "--reason", "r", "--seen", "e", "--effective-on",
          "2026-01-01"},
         "POST /v1/entries/gi/1/removal",
         R"({"ground":"mistake","reason":"r","seen":"e","effective_on":"2026-01-01"})"},
        {{"entry", "restore", "gi/1", "--reason", "r", "--seen", "e", "--title", "T", "--document-number", "D"},
         "POST /v1/entries/gi/1/restoration",
         R"({"reason":"r","seen":"e","batch":{"title":"T","document_number":"D"}})"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.request);
        CommandLine line;
        line.answer(row.request, std::string("{}"));
        const Run run = line.run(row.words);
        CAPTURE(run.err);
        CHECK(run.code == 0);
        REQUIRE(line.node.requests.size() == 1);
        const HttpRequest& sent = line.node.requests.front();
        CHECK(sent.method + " " + sent.path == row.request);
        CHECK(sent.path.find('?') == std::string::npos);
        CHECK(sent.local);
        if (row.body.empty()) {
            CHECK(sent.body.empty());
        } else {
            CHECK(Json::parse(sent.body) == Json::parse(row.body));
        }
    }
}

TEST_CASE("open incidents alone are a filter of the list") {
    CommandLine line;
    line.answer("GET /v1/incidents", std::string(R"({"items":[]})"));
    CHECK(line.run({"incident", "list", "--open", "--kind", "gap", "--peer", "sc"}).code == 0);
    CHECK(line.query("state") == "open");
    CHECK(line.query("kind") == "gap");
    CHECK(line.query("peer") == "sc");
}

TEST_CASE("incidents are acknowledged by their number, or by kind and peer together") {
    CommandLine line;
    const std::string answer = R"({"peer":"sc","kind":"gap","dry_run":true,"incidents":101})";
    line.answer("POST /v1/peers/sc/incidents/gap/acknowledgement", answer);
    const Run planned =
        line.run({"incident", "acknowledge", "--kind", "gap", "--peer", "sc", "--note", "x", "--dry-run"});
    CHECK(planned.code == 0);
    CHECK(has(planned.out, "将记录处理情况的事件 101 个"));
    CHECK(Json::parse(line.node.requests.back().body).at("dry_run") == true);
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"incident", "acknowledge", "--note", "x"},
             {"incident", "acknowledge", "--kind", "gap", "--note", "x"},
             {"incident", "acknowledge", "--peer", "sc", "--note", "x"},
             {"incident", "acknowledge", "3", "--kind", "gap", "--peer", "sc", "--note", "x"},
             {"incident", "acknowledge", "3", "--note", "x", "--dry-run"},
             {"incident", "acknowledge", "--kind", "gap", "--peer", "sc"},
         })
        CHECK(line.run(words).code == 2);
    CHECK(line.node.requests.size() == 1);
}

TEST_CASE("filters become query parameters, and only those given") {
    CommandLine line;
    line.answer("GET /v1/entries", std::string(R"({"items":[]})"));
    CHECK(line.run({"query", "花椒", "--kind", "gi", "--region", "50", "--as-of", "2026-01-01", "--conflict", "--limit",
                    "5", "--cursor", "abc"})
              .code == 0);
    CHECK(line.query("q") == "花椒");
    CHECK(line.query("kind") == "gi");
    CHECK(line.query("region") == "50");
    CHECK(line.query("as_of") == "2026-01-01");
    CHECK(line.query("conflict") == "open");
    CHECK(line.query("limit") == "5");
    CHECK(line.query("cursor") == "abc");
    CHECK(line.query("home") == "(none)");
    CHECK(line.query("listing") == "(none)");
}

TEST_CASE("a label of a closed list goes out as its code") {
    CommandLine line;
    line.answer("GET /v1/entries", std::string(R"({"items":[]})"));
    CHECK(line.run({"query", "--kind", "商标", "--listing", "移出", "--verdict", "protected"}).code == 0);
    CHECK(line.query("kind") == "trademark");
    CHECK(line.query("listing") == "removed");
    CHECK(line.query("verdict") == "protected");
    CHECK(line.run({"lookalike", "某", "--kind", "专利"}).code == 2);
}

TEST_CASE("several words are one text, also names of commands") {
    struct Row {
        std::vector<std::string> words;
        const char* request;
        const char* parameter;
        const char* text;
    };
    for (const Row& row :
         {Row{{"query", "康师傅", "老干妈"}, "GET /v1/entries", "q", "康师傅 老干妈"},
          Row{{"query", "康师傅", "--kind", "trademark", "老干妈"}, "GET /v1/entries", "q", "康师傅 老干妈"},
          Row{{"query", "康师傅 老干妈"}, "GET /v1/entries", "q", "康师傅 老干妈"},
          Row{{"query", "export", "verify", "show"}, "GET /v1/entries", "q", "export verify show"},
          Row{{"export", "涪陵", "榨菜"}, "GET /v1/export", "q", "涪陵 榨菜"},
          Row{{"lookalike", "康", "帅傅"}, "GET /v1/lookalikes", "sign", "康 帅傅"}}) {
        CommandLine line;
        line.answer(row.request, std::string("{}"));
        const Run run = line.run(row.words);
        CAPTURE(run.err);
        CHECK(run.code == 0);
        REQUIRE_FALSE(line.node.requests.empty());
        CHECK(line.query(row.parameter) == row.text);
    }
}

TEST_CASE("a command that there is not is named, with those that are near") {
    struct Row {
        std::vector<std::string> words;
        const char* said;
    };
    for (const Row& row :
         {Row{{"quer"}, "there is no command minglu quer; did you mean minglu query?\n"},
          Row{{"quary", "涪陵"}, "there is no command minglu quary; did you mean minglu query?\n"},
          Row{{"--data", "/d", "impotr", "x.csv", "--kind", "gi"},
              "there is no command minglu impotr; did you mean minglu import?\n"},
          Row{{"ver"}, "did you mean minglu version or minglu verify-evidence or minglu verify?\n"},
          Row{{"entry", "shwo", "gi/1"}, "there is no command minglu entry shwo; did you mean minglu entry show?\n"},
          Row{{"涪陵"}, "there is no command minglu 涪陵\n"}, Row{{"x\x1b[2J"}, "there is no command minglu x [2J\n"},
          Row{{"entry"}, "A subcommand is required"}}) {
        CommandLine line;
        const Run run = line.run(row.words);
        CAPTURE(run.err);
        CHECK(run.code == 2);
        CHECK(has(run.err, row.said));
        CHECK(has(run.err, "see minglu --help\n"));
    }
}

TEST_CASE("options for every command stand before or after it") {
    const std::vector<std::vector<std::string>> spellings{
        {"--data", "/d", "--config", "/c.toml", "--actor", "li.wei", "--json", "sync", "status"},
        {"sync", "status", "--data", "/d", "--config", "/c.toml", "--actor", "li.wei", "--json"},
        {"sync", "--actor=li.wei", "--json", "--data=/d", "status", "--config=/c.toml"},
    };
    for (const auto& words : spellings) {
        CommandLine line;
        line.answer("GET /v1/sync", std::string(R"({"node": "cq"})"));
        const Run run = line.run(words);
        CHECK(run.code == 0);
        CHECK(run.out == "{\"node\": \"cq\"}\n");
        REQUIRE(line.node.places.size() == 1);
        CHECK(line.node.places[0].data == "/d");
        CHECK(line.node.places[0].config == std::filesystem::path("/c.toml"));
        CHECK(line.node.requests[0].headers.at("minglu-actor") == "li.wei");
    }
}

TEST_CASE("the data directory: option, variable, configuration, default") {
    struct Row {
        std::vector<std::string> words;
        std::string variable;
        std::string data;
    };
    for (const Row& row :
         {Row{{"sync", "status", "--data", "/o"}, "/v", "/o"}, Row{{"sync", "status"}, "/v", "/v"},
          Row{{"sync", "status"}, "", "./minglu-data"}, Row{{"sync", "status", "--config", "/c"}, "", ""},
          Row{{"sync", "status", "--config", "/c"}, "/v", "/v"}}) {
        CommandLine line;
        line.variables["MINGLU_DATA"] = row.variable;
        line.answer("GET /v1/sync", std::string("{}"));
        (void)line.run(row.words);
        CHECK(line.node.places.at(0).data == row.data);
    }
}

TEST_CASE("a wrong command line is answered 2, and nothing is sent") {
    const std::string id(64, 'a');
    const std::vector<std::vector<std::string>> wrong{
        {},
        {"nonsense"},
        {"entry"},
        {"entry", "show"},
        {"entry", "edit", "gi/1", "--set", "a=b"},
        {"entry", "remove", "gi/1", "--reason", "r"},
        {"query", "--kind", "poem"},
        {"query", "--limit", "0"},
        {"query", "--limit", "201"},
        {"query", "--no-such-option"},
        {"conflict", "resolve", id, "--reason", "r"},
        {"conflict", "resolve", id, "--take", "mine", "--reason", "r"},
        {"conflict", "resolve", id, "--group", "name", "--reason", "r"},
        {"conflict", "resolve", id, "--group", "name=mine", "--reason", "r"},
        {"conflict", "resolve", id, "--group", "name=ours", "--group", "name=theirs", "--reason", "r"},
        {"conflict", "resolve", id, "--take", "ours", "--group", "name=ours", "--reason", "r"},
        {"conflict", "resolve", id, "--take", "ours"},
        {"token", "create", "--name", "x", "--role", "king"},
        {"token", "revoke", "three"},
        {"peer", "revoke", "cq"},
        {"peer", "revoke", "cq", "--log", "cq-1", "--reason", "r"},
        {"peer", "revoke", "cq", "--size", "2"},
        {"peer", "revoke", "cq", "--log", "cq-1", "--size", "2", "--reason", "r", "--file", "/f"},
        {"peer", "revoke", "cq", "--file", "/f"},
    };
    for (const auto& words : wrong) {
        CAPTURE(words.size());
        CommandLine line;
        const Run run = line.run(words);
        CHECK(run.code == 2);
        CHECK(run.out.empty());
        CHECK_FALSE(run.err.empty());
        CHECK(line.node.requests.empty());
    }
}

TEST_CASE("a passphrase comes from one place, and reaches whatever opens keys") {
    CommandLine line;
    line.variables["CREDENTIALS_DIRECTORY"] = "/run/credentials/minglu";
    CHECK(line.run({"serve", "--passphrase-file", "/etc/p"}).code == 0);
    CHECK(line.node.places.back().passphrase.file == "/etc/p");
    CHECK(line.node.places.back().passphrase.credential == "/run/credentials/minglu/passphrase");
    CHECK(line.run({"--passphrase-fd", "3", "serve"}).code == 0);
    CHECK(line.node.places.back().passphrase.descriptor == 3);
    CHECK(line.run({"init", "--node", "cq", "--name", "x", "--data", "/d", "--passphrase"}).code == 0);
    CHECK(line.node.made->passphrase.ask);
    CHECK(line.run({"key", "passphrase", "--passphrase-file", "/old", "--new-passphrase-file", "/new"}).code == 0);
    CHECK(line.node.places.back().passphrase.file == "/old");
    CHECK(line.node.new_passphrase->file == "/new");
    CHECK(line.run({"key", "passphrase", "--remove"}).code == 0);
    CHECK_FALSE(line.node.new_passphrase);
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"serve", "--passphrase-file", "/p", "--passphrase-fd", "3"},
             {"serve", "--passphrase", "--passphrase-fd", "3"},
             {"serve", "--passphrase-fd", "-1"},
             {"key", "passphrase"},
             {"key", "passphrase", "--remove", "--new-passphrase"},
             {"key", "passphrase", "--new-passphrase", "--new-passphrase-fd", "3"},
         })
        CHECK(line.run(words).code == 2);
    line.node.fault = Error{ErrorCode::unauthenticated, "the passphrase does not open this key", "sign.pem", "x"};
    CHECK(line.run({"serve"}).code == 9);
}

TEST_CASE("help of every command names its options and the exit codes") {
    CommandLine line;
    const Run all = line.run({"--help"});
    CHECK(all.code == 0);
    for (const char* part :
         {"init",   "serve",   "import",  "entry",  "query",    "batch",   "conflict",
          "sync",   "peer",    "token",   "export", "incident", "rebuild", "verify",
          "backup", "restore", "version", "--data", "--actor",  "--json",  "7  verification found something"}) {
        CAPTURE(part);
        CHECK(has(all.out, part));
    }
    const Run one = line.run({"conflict", "resolve", "--help"});
    CHECK(one.code == 0);
    CHECK(has(one.out, "--take"));
    CHECK(has(one.out, "--reason"));
    CHECK(line.node.requests.empty());
}

TEST_CASE("the reference in docs/CLI.md is that of the program") {
    std::ifstream file(test::source_dir() / "docs/CLI.md");
    std::stringstream content;
    content << file.rdbuf();
    CHECK(has(content.str(), cli::reference()));
}

TEST_CASE("init, restore and version reach the node itself") {
    CommandLine line;
    const Run made = line.run({"--data", "/d", "init", "--node", "cq", "--name", "重庆", "--suite", "sm2-sm3",
                               "--sync-url", "https://x:1", "--open-reads"});
    CHECK(made.code == 0);
    CHECK(has(made.out, "9f3c 21d0"));
    REQUIRE(line.node.made);
    CHECK(line.node.made->node == NodeId("cq"));
    CHECK(line.node.made->suite == Suite::sm2_sm3);
    CHECK(line.node.made->sync_url == "https://x:1");
    CHECK(line.node.made->open_reads);
    CHECK(line.node.made->data == "/d");
    CHECK(line.node.made->keys.empty());
    CHECK(line.run({"init", "--node", "CQ!", "--name", "x"}).code == 3);
    CHECK(line.run({"--data", "/d", "init", "--node", "cq", "--name", "重庆", "--keys", "/old/keys"}).code == 0);
    CHECK(line.node.made->keys == "/old/keys");
    CHECK(line.run({"restore", "/b.db"}).code == 0);
    CHECK(line.node.restored == std::filesystem::path("/b.db"));
    CHECK_FALSE(line.node.restored_damaged);
    CHECK(line.run({"restore", "/b.db", "--damaged"}).code == 0);
    CHECK(line.node.restored_damaged);
    for (const char* word : {"version", "--version"}) CHECK(line.run({word}).out == "minglu 1.2.3\n");
    CHECK(has(line.run({"serve"}).out, "127.0.0.1:8080"));
    line.node.fault = Error{ErrorCode::busy, "in use", "/d", "stop it"};
    const Run busy = line.run({"serve"});
    CHECK(busy.code == 6);
    CHECK(has(busy.err, "in use"));
}
