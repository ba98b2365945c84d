// Brings the bundles of files to the node, one by one; the node alone judges them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "src/cli/labels.hpp"
#include "src/cli/record_files.hpp"
#include "src/http/record_exchange.hpp"
#include "sync/bundle_reader.hpp"

namespace minglu::cli {

namespace {

struct Refusal {
    std::string code, detail, cure;
};

/// What became of one file.
struct Outcome {
    std::string file;
    std::string sender;
    Vector sender_vector;
    std::uint64_t bytes = 0;  ///< up to the end of the last bundle that was read
    std::uint64_t bundles = 0, records = 0, ops = 0;
    std::map<LogId, Refusal> refused;           ///< the first reason for each log
    std::map<LogId, std::pair<Seq, Seq>> gaps;  ///< records that have to come before
    std::set<LogId> unknown;
    std::optional<Error> stopped;  ///< the rest of the file was not looked at
};

class OpenFile {
public:
    OpenFile(Session& session, const std::string& path) : stream_(path, std::ios::binary), reader_(source()) {
        std::error_code unreadable;
        if (!stream_ || !std::filesystem::is_regular_file(path, unreadable))
            session.end({ErrorCode::not_found, "there is no such file, or it cannot be read", path, "check its name"});
        size_ = std::filesystem::file_size(path, unreadable);
    }
    [[nodiscard]] BundleReader& reader() { return reader_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] bool is_bad() const { return stream_.bad(); }

private:
    BundleReader::Source source() {
        return [this](char* to, std::size_t size) {
            stream_.read(to, static_cast<std::streamsize>(size));
            return static_cast<std::size_t>(stream_.gcount());
        };
    }
    std::ifstream stream_;
    BundleReader reader_;
    std::uint64_t size_ = 0;
};

class RecordImporter {
public:
    explicit RecordImporter(Session& session) : session_(session) {
        held_ = vector_in(session, session.fetch(request_of("GET", "/v1/sync")), "vector");
    }

    [[nodiscard]] const Vector& held() const { return held_; }

    /// Whether the file begins where this node has not come to yet.
    [[nodiscard]] bool is_too_early(const std::string& path) const {
        OpenFile file(session_, path);
        const auto first = file.reader().next();
        if (!first || !first->info) return false;
        const auto& segments = first->info->segments;
        return std::any_of(segments.begin(), segments.end(), [&](const Segment& segment) {
            return segment.from.value() > held_.at(segment.log).value() + 1;
        });
    }

    Outcome take(const std::string& path) {
        OpenFile file(session_, path);
        Outcome outcome;
        outcome.file = path;
        ProgressBar bar = session_.progress();
        while (auto bundle = file.reader().next()) {
            if (bundle->info) {
                outcome.sender = bundle->info->node.value();
                outcome.sender_vector = bundle->info->vector;
            }
            const HttpResponse answer = bring(bundle->bytes);
            note(outcome, *bundle, answer);
            if (outcome.stopped) return outcome;
            ++outcome.bundles;
            outcome.bytes = file.reader().given();
            bar.show("导入", outcome.bytes, file.size(), std::to_string(outcome.records) + " 条记录");
        }
        if (file.is_bad())
            outcome.stopped = Error{ErrorCode::io, "the file cannot be read to its end", path, "copy it again"};
        else if (outcome.bundles == 0)
            outcome.stopped = Error{ErrorCode::malformed, "the file is empty", path, "copy it again"};
        return outcome;
    }

private:
    HttpResponse bring(std::string& bytes) {
        HttpRequest request = request_of("POST", "/v1/sync/records");
        request.headers["content-type"] = bundle_type();
        request.body = std::move(bytes);
        return session_.call(std::move(request));
    }

    void note(Outcome& outcome, const FramedBundle& bundle, const HttpResponse& answer) {
        constexpr int ok = 200, malformed = 400, unproved = 422;
        const Json json = session_.parse(answer);
        const std::string where = outcome.file + ", byte " + std::to_string(bundle.at);
        if (answer.status == malformed) {
            const auto code =
                text(json, "code") == name(ErrorCode::malformed) ? ErrorCode::malformed : ErrorCode::bad_request;
            outcome.stopped = Error{code, text(json, "detail"), where,
                                    "copy the file again; what came before stays, and is passed over then"};
            return;
        }
        if (answer.status == 406) {
            outcome.stopped = Error{ErrorCode::unsupported_version, text(json, "detail"), where, text(json, "cure")};
            return;
        }
        if (answer.status != ok && answer.status != unproved) session_.end(answer);
        held_ = vector_in(session_, json, "vector");
        outcome.records += static_cast<std::uint64_t>(number(json, "taken"));
        outcome.ops += static_cast<std::uint64_t>(number(json, "ops"));
        for (const Json& item : elements(json, "refused")) note_refusal(outcome, bundle, item);
        for (const Json& item : elements(json, "unknown"))
            if (auto log = parse_log_id(item.is_string() ? item.get<std::string>() : "")) outcome.unknown.insert(*log);
    }

    void note_refusal(Outcome& outcome, const FramedBundle& bundle, const Json& item) const {
        const auto log = parse_log_id(text(item, "log"));
        if (!log || !bundle.info) return;
        const bool first =
            outcome.refused.try_emplace(*log, Refusal{text(item, "code"), text(item, "detail"), text(item, "cure")})
                .second;
        if (!first || text(item, "code") != name(ErrorCode::gap)) return;
        for (const Segment& segment : bundle.info->segments)
            if (segment.log == *log)
                outcome.gaps[*log] = {Seq{held_.at(*log).value() + 1}, Seq{segment.from.value() - 1}};
    }

    Session& session_;
    Vector held_;
};

Json summary_of(const Outcome& outcome, const Vector& held) {
    Json json{{"file", outcome.file},       {"sender", outcome.sender},
              {"bundles", outcome.bundles}, {"bytes", outcome.bytes},
              {"records", outcome.records}, {"ops", outcome.ops},
              {"vector", to_string(held)},  {"beyond", to_string(beyond(outcome.sender_vector, held))},
              {"refused", Json::array()},   {"unknown", Json::array()},
              {"missing", Json::array()}};
    for (const auto& [log, refusal] : outcome.refused)
        json["refused"].push_back(
            {{"log", log.value()}, {"code", refusal.code}, {"detail", refusal.detail}, {"cure", refusal.cure}});
    for (const LogId& log : outcome.unknown) json["unknown"].push_back(log.value());
    for (const auto& [log, range] : outcome.gaps)
        json["missing"].push_back({{"log", log.value()}, {"from", range.first.value()}, {"to", range.second.value()}});
    if (outcome.stopped)
        json["error"] = {{"code", name(outcome.stopped->code)},
                         {"what", outcome.stopped->what},
                         {"where", outcome.stopped->where},
                         {"cure", outcome.stopped->cure}};
    return json;
}

/// What a key signs that was given up is no question of roles here: the file does not verify.
ExitCode exit_code_of_log(const std::string& code) {
    return code == name(ErrorCode::not_allowed) ? ExitCode::unsound : exit_code_of(422, code);
}

ExitCode worst_of(const Outcome& outcome) {
    ExitCode worst = outcome.unknown.empty() ? ExitCode::ok : ExitCode::refused;
    if (outcome.stopped) worst = exit_code_of(outcome.stopped->code);
    for (const auto& [log, refusal] : outcome.refused) worst = std::max(worst, exit_code_of_log(refusal.code));
    return worst;
}

void print_trouble(Session& session, const Outcome& outcome, const Vector& held) {
    const auto say = [&](const std::string& line) { session.err() << "minglu: " << Cell(line).text << '\n'; };
    for (const auto& [log, refusal] : outcome.refused) {
        const auto gap = outcome.gaps.find(log);
        if (gap == outcome.gaps.end())
            say(describe({ErrorCode::internal, refusal.detail, outcome.file + ", log " + log.value(), refusal.cure}));
        else
            say(outcome.file + "：缺少 " + log.value() + " 的第 " + std::to_string(gap->second.first.value()) + " 至 " +
                std::to_string(gap->second.second.value()) + " 条记录；先导入含这些记录的文件，或请对方执行 " +
                "minglu sync export 文件 --have " + to_string(held));
    }
    for (const LogId& log : outcome.unknown)
        say(outcome.file + "：未收 " + log.value() + "，没有 " + node_of(log).value() +
            " 的节点卡；先 minglu peer add 节点卡文件，再导入一次");
    if (outcome.stopped) say(describe(*outcome.stopped));
}

void print_outcome(Session& session, const Outcome& outcome, const Vector& held) {
    session.out() << Cell(outcome.file).text << "：新收 " << outcome.records << " 条记录（" << outcome.ops
                  << " 项），来自 " << Cell(outcome.sender).text << '\n';
    print_trouble(session, outcome, held);
    const std::uint64_t more = records_between(held, outcome.sender_vector);
    if (more > 0)
        session.out() << "发送方导出时另有 " << more << " 条记录未到此；请对方继续导出：--have " << to_string(held)
                      << '\n';
}

}  // namespace

std::uint64_t records_between(const Vector& have, const Vector& wanted) {
    std::uint64_t records = 0;
    const Vector missing = beyond(wanted, have);
    for (const Vector::Item& item : missing.items()) records += item.second.value() - have.at(item.first).value();
    return records;
}

Vector vector_in(Session& session, const Json& object, const char* name) {
    const Error unreadable{ErrorCode::internal, "the node's answer has no vector that reads", name,
                           "are the program and the node of one version?"};
    const Json& value = member(object, name);
    if (value.is_string()) {
        auto vector = parse_vector(value.get<std::string>());
        if (!vector) session.end(unreadable);
        return *std::move(vector);
    }
    if (!value.is_object()) session.end(unreadable);
    Vector vector;
    for (const auto& [log_text, seq] : value.items()) {
        const auto log = parse_log_id(log_text);
        if (!log || !seq.is_number_unsigned()) session.end(unreadable);
        vector.raise(*log, Seq{seq.get<std::uint64_t>()});
    }
    return vector;
}

/// Files are taken in the order that brings each where the node has come to, whatever the order they are named in.
ExitCode import_records(Session& session, const RecordImport& options) {
    RecordImporter importer(session);
    ExitCode worst = ExitCode::ok;
    std::vector<std::string> waiting = options.files;
    while (!waiting.empty()) {
        const auto ready = std::find_if(waiting.begin(), waiting.end(),
                                        [&](const std::string& file) { return !importer.is_too_early(file); });
        const auto chosen = ready == waiting.end() ? waiting.begin() : ready;
        const Outcome outcome = importer.take(*chosen);
        waiting.erase(chosen);
        if (session.json())
            session.print_json(summary_of(outcome, importer.held()).dump());
        else
            print_outcome(session, outcome, importer.held());
        worst = std::max(worst, worst_of(outcome));
    }
    return worst;
}

}  // namespace minglu::cli
