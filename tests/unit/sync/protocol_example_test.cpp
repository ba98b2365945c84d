// The worked example of docs/PROTOCOL.md, made again from its keys: the page quotes these bytes.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "sync/refold.hpp"
#include "tests/support/lone_node.hpp"
#include "tests/support/source_dir.hpp"

using namespace minglu;
using namespace minglu::test;

namespace {

std::string page() {
    std::ostringstream text;
    text << std::ifstream(source_dir() / "docs/PROTOCOL.md").rdbuf();
    return text.str();
}

TEST_CASE("the protocol's example is what the program makes, and takes") {
    const auto key = fixed_key("cq");
    LogForge log(LogId{"cq-9f3c21d07be45a18"}, *key, {1'766'109'600'000, 0});
    Header header;
    header.actor = "li.wei";
    log.append(header, {serialise(write_op("gi/AGI01459", "name", "涪陵榨菜"))});
    const std::string bundle = log.rest();

    LoneNode reader("sc");
    reader.pin(NodeId{"cq"}, *key);
    REQUIRE(reader.replica->ingest(bundle, NodeId{"cq"}).value().records == 2);
    const std::string state = views_of(*reader.store->read(), EntryKey{"gi/AGI01459"}).state;

    const std::string text = page();
    std::string quoted = bundle + log.signed_head(Seq{2}, log.time()) + state + "\n" +
                         "leaf of record 1: " + to_hex(bytes_of(log.leaf(Seq{1}))) + "\n" +
                         "leaf of record 2: " + to_hex(bytes_of(log.leaf(Seq{2}))) + "\n" +
                         "public key: " + to_hex(key->public_key()) + "\n" +
                         "state root: " + to_hex(bytes_of(reader.replica->standing().state_root)) + "\n";
    std::istringstream lines(quoted);
    for (std::string line; std::getline(lines, line);) CHECK_MESSAGE(text.find(line) != std::string::npos, line);
}

}  // namespace
