// The C++ merge against its executable reference, tests/model/fold.py, on random histories: through the store, as in
// the product, so that effectiveness, cuts, periods, conflicts and ETags are compared and not only the merge.
#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "minglu/json_text.hpp"
#include "src/store/memory/memory_store.hpp"
#include "sync/merkle.hpp"
#include "sync/refold.hpp"
#include "tests/support/source_dir.hpp"

using namespace minglu;
using Json = nlohmann::json;

namespace {

Vector vector_of(const Json& json) {
    Vector vector;
    for (const auto& item : json.items()) vector.set(LogId{item.key()}, Seq{item.value().get<std::uint64_t>()});
    return vector;
}

Op op_of(const Json& json) {
    Op op;
    op.key = EntryKey{json.at("key").get<std::string>()};
    op.seen = vector_of(json.at("seen"));
    op.effective_on = parse_day(json.at("effective_on").get<std::string>()).value();
    for (const auto& field : json.at("set").items())
        op.set.push_back({field.key(), json_string(field.value().get<std::string>())});
    return op;
}

/// Plays a history into a store without judging the records: the reference does not judge either.
class Player {
public:
    explicit Player(const Json& records) : store_(make_memory_store()), tx_(store_->write()) {
        std::set<std::string> names;
        for (const Json& record : records) names.insert(record.at("log").get<std::string>());
        for (const Json& record : records)
            if (record.contains("cut")) names.insert(record.at("cut").at(0).get<std::string>());
        for (const std::string& name : names) {
            LogRow log;
            log.id = LogId{name};
            log.no = tx_->add_log(log);
            logs_.emplace(log.id, log);
        }
        for (const Json& record : records) play(record);
        for (const auto& [id, log] : logs_) tx_->update_log(log);
        StateTrie trie;
        AtOnce at_once;
        refold(*tx_, keys_, trie, UnixMs{1}, at_once);
        root = trie.root();
        tx_->commit();
    }

    Hash root{};
    [[nodiscard]] std::unique_ptr<ReadTx> read() { return store_->read(); }
    [[nodiscard]] const std::set<EntryKey>& keys() const { return keys_; }

private:
    void play(const Json& json) {
        const Dot dot{LogId{json.at("log").get<std::string>()}, Seq{json.at("seq").get<std::uint64_t>()}};
        Header header;
        header.log = dot.log;
        header.seq = dot.seq;
        header.time = {json.at("time").at(0).get<std::int64_t>(), json.at("time").at(1).get<std::uint32_t>()};
        header.kind = parse_record_kind(json.at("kind").get<std::string>());
        header.label = json.value("label", "");
        for (const Json& node : json.value("needs", Json::array())) header.needs.emplace_back(node.get<std::string>());
        if (json.contains("of"))
            header.of =
                RecordRef{{LogId{json["of"][0].get<std::string>()}, Seq{json["of"][1].get<std::uint64_t>()}}, {}};
        if (json.contains("cut")) cut(dot, json.at("cut"));
        std::vector<std::string> lines;
        std::vector<EntryKey> keys;
        for (const Json& op : json.at("ops")) {
            lines.push_back(serialise(op_of(op)));
            keys.push_back(op_of(op).key);
        }
        header.ops = static_cast<std::uint32_t>(lines.size());
        const std::vector<std::string_view> views(lines.begin(), lines.end());
        RecordRow row;
        row.dot = dot;
        row.kind = header.kind;
        row.time = header.time;
        row.resolves = header.label == "resolve";
        row.leaf = leaf_of(dot);
        row.ops = header.ops;
        if (header.kind == RecordKind::open) header.open = OpenInfo{node_of(dot.log), {}, "key", {}, {}};
        row.header = serialise(header);
        tx_->add_record({row, views, keys});
        if (header.of)
            tx_->add_mark({header.of->dot, leaf_of(header.of->dot), header.kind, dot, header.time, row.leaf, true});
        keys_.insert(keys.begin(), keys.end());
        LogRow& log = logs_.at(dot.log);
        log.size = std::max(log.size, dot.seq);
    }

    void cut(const Dot& by, const Json& cut) {
        LogRow& log = logs_.at(LogId{cut.at(0).get<std::string>()});
        const Seq at{cut.at(1).get<std::uint64_t>()};
        if (node_of(log.id) == node_of(by.log) && (!log.cut || at < log.cut->at)) log.cut = Cut{log.id, at, {}};
    }

    /// Stands for the leaf hash of a record that need not be here yet.
    static Hash leaf_of(const Dot& dot) { return sha256({to_string(dot)}); }

    std::unique_ptr<Store> store_;
    std::unique_ptr<WriteTx> tx_;
    std::map<LogId, LogRow> logs_;
    std::set<EntryKey> keys_;
};

/// Our state with each group's one field unwrapped, as the reference writes it.
Json as_reference(const std::string& state) {
    Json json = Json::parse(state);
    for (auto& group : json["groups"].items()) group.value()["value"] = group.value()["value"].at(group.key());
    return json;
}

std::string run(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output;
    std::array<char, 65536> part{};
    while (const auto count = std::fread(part.data(), 1, part.size(), pipe)) output.append(part.data(), count);
    REQUIRE(::pclose(pipe) == 0);
    return output;
}

void check_view(const ReadTx& tx, const EntryKey& key, const std::string& day, const Json& expected) {
    const auto entry = tx.entry(key);
    const Day on = parse_day(day).value();
    std::optional<Period> shown;
    if (entry)
        for (const Period& period : tx.periods(entry->no))
            if (period.from <= on && (!period.until || on < *period.until)) shown = period;
    REQUIRE(shown.has_value() == expected.contains(key.value()));
    if (!shown) return;
    Json values = Json::object();
    for (const auto& group : expected[key.value()]["groups"].items()) values[group.key()] = group.value()["value"];
    CHECK(Json::parse(shown->view) == values);
}

}  // namespace

TEST_CASE("the merge agrees with its reference on random histories") {
    const char* seed = std::getenv("MINGLU_SEED");
    const char* count = std::getenv("MINGLU_HISTORIES");
    const std::string command = "python3 " + (test::source_dir() / "tests/model/histories.py").string() + " --seed " +
                                (seed != nullptr ? seed : "7") + " --count " + (count != nullptr ? count : "4000");
    const std::string lines = run(command);
    std::size_t histories = 0;
    std::map<std::string, std::size_t> conflicts;
    for (std::size_t at = 0; at < lines.size();) {
        const std::size_t end = lines.find('\n', at);
        const Json line = Json::parse(lines.substr(at, end - at));
        at = end + 1;
        ++histories;
        INFO("records: " << line["records"].dump());
        Player player(line["records"]);
        const auto tx = player.read();
        for (const EntryKey& key : player.keys()) {
            const auto entry = tx->entry(key);
            REQUIRE(entry.has_value() == line["folded"].contains(key.value()));
            if (entry) REQUIRE(as_reference(views_of(*tx, key).state) == line["folded"][key.value()]);
            for (const auto& view : line["views"].items()) check_view(*tx, key, view.key(), view.value());
        }
        for (const auto& entry : line["folded"].items())
            for (const Json& conflict : entry.value()["conflicts"]) ++conflicts[conflict["state"].get<std::string>()];
        // The order of arrival must not matter.
        Json backwards = line["records"];
        std::reverse(backwards.begin(), backwards.end());
        REQUIRE(Player(backwards).root == player.root);
    }
    CHECK(histories >= 1);
    for (const char* state : {"open", "resolved", "superseded"}) CHECK(conflicts[state] > histories / 100);
}
