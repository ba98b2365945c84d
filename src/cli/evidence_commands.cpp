// A file that proves an answer, and its check without any node.
#include "src/cli/evidence_commands.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "catalog/fields.hpp"
#include "catalog/protection.hpp"
#include "catalog/readable.hpp"
#include "src/cli/force_option.hpp"
#include "src/cli/labels.hpp"
#include "src/http/message.hpp"
#include "src/sheet/remarks.hpp"
#include "src/sheet/sheet.hpp"
#include "sync/evidence_check.hpp"

namespace minglu::cli {

namespace {

struct EvidenceOptions {
    std::string key;
    std::string as_of;
    std::string known_at;
    std::string file;
    std::string sheet;
    Existing existing = Existing::keep;
};

/// None for an empty path.
std::optional<NewFile> begin_file(Session& session, const std::string& path, Existing existing) {
    if (path.empty()) return std::nullopt;
    auto file = NewFile::begin(path, existing);
    if (!file) session.end(file.error());
    return std::move(*file);
}

void write_file(Session& session, NewFile& file, std::string_view bytes) {
    if (const auto written = file.write(bytes); !written) session.end(written.error());
    if (const auto kept = file.keep(); !kept) session.end(kept.error());
}

/// The page of this evidence; `path` is the file that it is written to.
std::string sheet_of(Session& session, const std::string& evidence, const std::string& path,
                     const std::vector<EntryKey>& similar) {
    const std::string name = path.empty() ? "evidence.json" : std::filesystem::path(path).filename().string();
    auto sheet = evidence_sheet(evidence, name, similar);
    if (!sheet) session.end(sheet.error());
    return *std::move(sheet);
}

bool is_same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// Entries that may have been meant by a key that is not listed. Names of headers come in any case (RFC 9110 §5.1).
std::vector<EntryKey> similar_in(const HttpResponse& response) {
    std::vector<EntryKey> similar;
    for (const auto& [name, value] : response.headers) {
        if (!is_same_name(name, "Minglu-Similar")) continue;
        std::istringstream keys(value);
        for (std::string encoded; std::getline(keys, encoded, ',');)
            if (const auto key = percent_decoded(encoded, false)) similar.emplace_back(*key);
    }
    return similar;
}

void warn_of(Session& session, const std::vector<EntryKey>& similar) {
    if (similar.empty()) return;
    session.err() << "注意：该写法的条目未列入；名录另有名称或号码相同而写法、类别或公布号不同者：\n";
    for (const EntryKey& key : similar) session.err() << "  " << key.value() << '\n';
}

ExitCode run_evidence(Session& session, const EvidenceOptions& options) {
    const bool to_stdout = options.file.empty() || options.file == "-";
    const std::string path = to_stdout ? "" : options.file;
    if (!path.empty() && options.sheet == path) session.usage("--out and --sheet name the same file");
    auto file = begin_file(session, path, options.existing);
    auto sheet = begin_file(session, options.sheet, options.existing);
    HttpRequest request = request_of("GET", "/v1/entries/" + options.key + "/evidence");
    add_query(request, "as_of", options.as_of);
    add_query(request, "known_at", options.known_at);
    const HttpResponse response = session.send(std::move(request));
    const std::string& evidence = response.body;
    const std::vector<EntryKey> similar = similar_in(response);
    const std::string page = sheet ? sheet_of(session, evidence, path, similar) : "";
    warn_of(session, similar);
    if (file)
        write_file(session, *file, evidence);
    else
        session.out() << evidence;
    // Last: no sheet without the file that it speaks of.
    if (sheet) write_file(session, *sheet, page);
    const std::string hash = to_hex(bytes_of(sha256({evidence})));
    if (to_stdout) return ExitCode::ok;
    if (session.json()) {
        Json said{{"file", options.file}, {"bytes", evidence.size()}, {"sha256", hash}};
        if (!options.sheet.empty()) said["sheet"] = options.sheet;
        for (const EntryKey& key : similar) said["similar"].push_back(key.value());
        session.print_json(said.dump());
        return ExitCode::ok;
    }
    session.out() << "已出具证据 " << options.file << "（" << bytes_text(static_cast<std::int64_t>(evidence.size()))
                  << "）\nSHA-256 " << hash << '\n';
    if (!options.sheet.empty()) session.out() << "查询证明 " << options.sheet << '\n';
    return ExitCode::ok;
}

struct VerifyOptions {
    std::string file;
    std::vector<std::string> trusted;
};

std::string read_whole(Session& session, const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    if (!stream.is_open() || stream.bad())
        session.end({ErrorCode::not_found, "cannot be read", file, "check the name of the file"});
    return bytes;
}

std::vector<Card> trusted_cards(Session& session, const std::vector<std::string>& files) {
    std::vector<Card> cards;
    for (const std::string& file : files) {
        auto card = parse_card(read_whole(session, file));
        if (!card) {
            Error error = card.error();
            error.where = file + (error.where.empty() ? "" : ", " + error.where);
            session.end(error);
        }
        cards.push_back(*std::move(card));
    }
    return cards;
}

std::string moment_text(UnixMs moment) {
    return time_text(to_string(moment));
}

std::string cosigners_text(const CheckedHead& head) {
    std::string out;
    for (const NodeId& node : head.cosigners) out += (out.empty() ? "；联署 " : "、") + node.value();
    return out;
}

void say_protection(Facts& facts, const char* label, const Evidence& evidence, const Json& said) {
    const std::string verdict = text(said, "verdict");
    facts.add(label, verdict_text(evidence, verdict) + "（" + verdict + "）", verdict_cell(verdict).tone);
    if (verdict == name(Verdict::never_listed)) return;
    const Kind kind = parts_of(evidence.key).kind;
    facts.add(std::string(label) + "：名录",
              readable_listing(member(said, "listing").dump(), verdict_text(evidence, verdict)));
    facts.add(std::string(label) + "：权利", readable_right(kind, member(said, "right").dump()));
}

/// What it is that the answer is about.
void say_entry(Facts& facts, const Evidence& evidence, const Json& fields) {
    for (const char* const field : {"name", "name_en", "holders", "goods", "region_name"})
        if (const auto found = fields.find(field); found != fields.end())
            facts.add(std::string(find_field(field)->label_zh),
                      readable_value(parts_of(evidence.key).kind, field, found->dump()));
}

void say_head(Facts& facts, const std::string& label, const CheckedHead& checked) {
    const Head& head = checked.head;
    facts.add(label + " " + node_of(head.log).value(), moment_text(UnixMs{head.time.ms}) + "，" + head.log.value() +
                                                           " " + std::to_string(head.size.value()) + " 条" +
                                                           cosigners_text(checked));
}

/// In plain words, and where each of them comes from.
void say(Session& session, const CheckedEvidence& checked, const std::vector<Card>& trusted) {
    const Evidence& evidence = checked.evidence;
    const Json answer = Json::parse(evidence.answer);
    session.out() << session.screen().toned(Tone::good, "证据成立") << '\n';
    Facts facts;
    facts.add("条目", evidence.key.value(), Tone::bold);
    facts.add("查询日", to_string(evidence.as_of));
    if (evidence.known_at) facts.add("按此刻所知", moment_text(*evidence.known_at));
    say_entry(facts, evidence, member(answer, "fields"));
    say_protection(facts, "结论", evidence, answer);
    if (const Json& then = member(answer, "as_known_then"); then.is_object())
        say_protection(facts, "按当日所知", evidence, then);
    for (const std::string& remark : remarks_on(evidence)) facts.add("请注意", remark, Tone::warn);
    facts.add("出具", evidence.node.value() + "，" + moment_text(evidence.made));
    facts.add("依据", evidence.ops.empty()
                          ? "名录状态中没有该条目的有效记录（已证明）"
                          : std::to_string(evidence.ops.size()) + " 条签名记录，且为全部有效记录（已证明）");
    say_head(facts, "数据截至", checked.state);
    for (const CheckedHead& head : checked.newest) say_head(facts, "数据截至", head);
    for (const CheckedHead& head : checked.heads) say_head(facts, "记录所在", head);
    for (const Card& card : trusted) facts.add("信任 " + card.node.value(), card.name + "，指纹 " + fingerprint(card));
    facts.print(session.screen());
    session.out() << "记录何时到达出具节点，由出具节点陈述。\n";
    if (checked.law_differs) session.out() << "注意：本程序所载法律规则与出具时不同；结论按证据所载规则作出。\n";
}

Json head_json(const CheckedHead& checked) {
    Json cosigners = Json::array();
    for (const NodeId& node : checked.cosigners) cosigners.push_back(node.value());
    return {{"log", checked.head.log.value()},
            {"size", checked.head.size.value()},
            {"time", to_string(UnixMs{checked.head.time.ms})},
            {"cosigners", std::move(cosigners)}};
}

Json heads_json(const std::vector<CheckedHead>& heads) {
    Json list = Json::array();
    for (const CheckedHead& head : heads) list.push_back(head_json(head));
    return list;
}

Json said_json(const CheckedEvidence& checked) {
    const Evidence& evidence = checked.evidence;
    Json said{{"valid", true},
              {"key", evidence.key.value()},
              {"as_of", to_string(evidence.as_of)},
              {"node", evidence.node.value()},
              {"made", to_string(evidence.made)},
              {"answer", Json::parse(evidence.answer)},
              {"ops", evidence.ops.size()},
              {"law_differs", checked.law_differs},
              {"state", head_json(checked.state)},
              {"logs", heads_json(checked.heads)},
              {"newest", heads_json(checked.newest)}};
    if (evidence.known_at) said["known_at"] = to_string(*evidence.known_at);
    return said;
}

ExitCode run_verify(Session& session, const VerifyOptions& options) {
    const std::vector<Card> trusted = trusted_cards(session, options.trusted);
    const auto checked = check_evidence(read_whole(session, options.file), trusted);
    if (!checked) {
        const bool lacks_card = checked.error().code == ErrorCode::unknown_log;
        if (!session.json())
            session.err() << (lacks_card ? "未能核验：缺少签名节点的名片\n" : "证据不成立，不可采信\n");
        session.end(checked.error());
    }
    if (session.json())
        session.print_json(said_json(*checked).dump());
    else
        say(session, *checked, trusted);
    return ExitCode::ok;
}

}  // namespace

void add_evidence_commands(CLI::App& app, Chosen& chosen) {
    add_command<EvidenceOptions>(
        app, chosen, "evidence", "A file that proves what is known of an entry 出具证据",
        [](CLI::App& command, EvidenceOptions& options) {
            command.add_option("key", options.key, "Entry key; also of one that is not listed 条目键")->required();
            command.add_option("--as-of", options.as_of, "Day to look at, YYYY-MM-DD; today when not given 查询日");
            command.add_option("--known-at", options.known_at,
                               "As this node knew it then: a day (to its end) or a time with offset 按当时所知");
            command.add_option("-o,--out", options.file, "File to write; standard output when not given 输出文件");
            command.add_option("--sheet", options.sheet, "Also a sheet to print, HTML with a QR code 查询证明");
            add_force_option(command, options.existing);
        },
        run_evidence);
    add_command<VerifyOptions>(
        app, chosen, "verify-evidence", "Check evidence without any node 核验证据",
        [](CLI::App& command, VerifyOptions& options) {
            command.add_option("file", options.file, "File made by minglu evidence 证据文件")->required();
            command.add_option("--trust", options.trusted, "Card of a node that is trusted, repeatable 信任的节点名片")
                ->required();
        },
        run_verify);
}

}  // namespace minglu::cli
