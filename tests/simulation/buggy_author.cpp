#include "tests/simulation/buggy_author.hpp"

namespace minglu::simulation {

namespace {

constexpr std::uint32_t nobody_reads = newer_program.version + 1;

LogId any_log(const NodeId& id, test::SeededRandom& random) {
    return LogId{id.value() + "-" + to_hex(bytes_of(sha256({std::to_string(random.next())}))).substr(0, 16)};
}

}  // namespace

BuggyAuthor::BuggyAuthor(test::SeededRandom& random, Ledger& ledger, UnixMs now, Versions versions)
    : key_(test::fixed_key("bug")),
      random_(random),
      ledger_(ledger),
      forge_(any_log(NodeId{"bug"}, random), *key_, {now.value(), 0}),
      versions_(versions) {
    note({forge_.log(), Seq{1}}, true);
}

void BuggyAuthor::note(const Dot& dot, bool valid) {
    ledger_.leaves.emplace(dot, forge_.leaf(dot.seq));
    if (!valid) ledger_.invalid.insert(dot);
}

void BuggyAuthor::write(SimNode& reader) {
    const EntryKey key{random_.one_in(2) ? "gi/AGI00053" : "gi/AGI00175"};
    const auto entry = reader.store().read()->entry(key);
    const Vector etag = entry ? entry->etag : Vector{};
    Header header;
    header.actor = "bug";
    const Vector grown = beyond(etag, seen_);
    for (const Vector::Item& item : grown.items())
        if (item.first != forge_.log()) header.seen.raise(item.first, item.second);
    const auto good = serialise(test::write_op(key.value(), "notes", std::to_string(random_.below(3)), etag));
    Vector everything = join(seen_, header.seen);
    bool valid = true;
    std::vector<std::string> lines{good};
    std::string_view more;
    switch (random_.below(10)) {
        case 0:  // two ops on one key
            lines.push_back(good);
            valid = false;
            break;
        case 1:  // one good op, one that is no op
            lines.emplace_back(R"({"key":"nothing","seen":{},"effective_on":"2026-01-01","set":{"notes":"x"}})");
            valid = false;
            break;
        case 2:  // claims to have seen what its author had not
            lines.push_back(serialise(test::write_op("gi/谎言", "name", "x", Vector{})));
            lines.back().replace(lines.back().find("{}"), 2, R"({"cq-ffffffffffffffff":7})");
            valid = false;
            break;
        case 3:  // a kind of a later version
            header.kind = RecordKind::unknown;
            header.kind_text = "survey";
            break;
        case 4:  // a later version of a known kind
            header.version = nobody_reads;
            break;
        case 5:  // its seen does not grow
            if (!seen_.empty()) {
                header.seen = seen_;
                everything = seen_;
                valid = false;
            }
            break;
        case 6:  // a member of the header that this version does not know
            more = R"(,"survey":{"sheet":[1,{"深":"度"}]})";
            break;
        case 7:  // one of the op, and a field of the entry
            lines.back().insert(lines.back().size() - 1, R"(,"survey":[7])");
            lines.back().replace(lines.back().find(R"("set":{)"), 7, R"("set":{"geodata":"x",)");
            break;
        default:
            break;
    }
    if (versions_ == Versions::mixed && header.version == record_version && random_.one_in(2))
        header.version = newer_program.version;
    if (header.version > record_version) ledger_.newer.insert(forge_.log());
    seen_ = everything;
    note(forge_.append(header, lines, more), valid);
    // It folds by a newer rule, so its state is another one for what `reader` holds.
    forge_.stated = {reader.replica().standing().vector, nobody_reads, sha256({std::to_string(random_.next())})};
}

Findings BuggyAuthor::feed(SimNode& node) {
    const Seq have = node.replica().standing().vector.at(forge_.log());
    if (have == forge_.size()) return {};
    const Seq to{have.value() + 1 + random_.below(forge_.size().value() - have.value())};
    const auto log = node.store().read()->log(forge_.log());
    const bool ahead = log && log->head_size > to && log->head_size < forge_.size();
    const auto report = node.replica().ingest(
        forge_.bundle(Seq{have.value() + 1}, to, forge_.size(), ahead ? log->head_size : Seq{}), id_);
    if (!report) return {"a bundle with invalid records is refused: " + describe(report.error())};
    if (!report->refused.empty()) return {"a log is refused: " + describe(report->refused.front().second)};
    return {};
}

}  // namespace minglu::simulation
