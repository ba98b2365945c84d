// Writes the records that a receiver lacks into a file: bundles, one after the other.
#include <algorithm>

#include "src/cli/labels.hpp"
#include "src/cli/record_files.hpp"
#include "src/http/record_exchange.hpp"

namespace minglu::cli {

namespace {

/// A bundle is taken as a whole: of a file cut short this much is lost at most, beside a single larger record.
constexpr std::uint64_t piece_bytes = 1024 * 1024;

struct Piece {
    std::string bytes;
    BundleInfo info;
    std::size_t first_line_bytes = 0;
};

std::optional<Piece> fetch(Session& session, const Vector& have, std::uint64_t limit_bytes) {
    HttpRequest request = request_of("GET", "/v1/sync/records");
    request.headers["accept"] = bundle_type();
    add_query(request, "have", to_string(have));
    add_query(request, "cosigned", std::string(cosigned_all));
    add_query(request, "limit_bytes", std::to_string(limit_bytes));
    HttpResponse answer = session.send(std::move(request));
    if (answer.status == 204) return std::nullopt;
    const std::size_t end = answer.body.find('\n');
    auto info = parse_bundle_info(std::string_view(answer.body).substr(0, end));
    if (!info) session.end(info.error());
    return Piece{std::move(answer.body), *std::move(info), end + 1};
}

/// What a file holds so far.
class RecordFile {
public:
    RecordFile(Session& session, const RecordExport& options, Vector have)
        : session_(session), options_(options), from_(have), reached_(std::move(have)) {}

    /// False when there was nothing to write.
    bool write() {
        auto file = NewFile::begin(options_.file, options_.existing);
        if (!file) session_.end(file.error());
        {
            ProgressBar bar = session_.progress();
            while (auto piece = next()) {
                if (const auto written = file->write(piece->bytes); !written) session_.end(written.error());
                note(*piece);
                bar.show("导出", records_, records_between(from_, target_),
                         bytes_text(static_cast<std::int64_t>(bytes_)));
                if (records_of(piece->info) == 0 || reached_.covers(target_)) break;
            }
        }
        if (bundles_ == 0) return false;
        if (const auto kept = file->keep(); !kept) session_.end(kept.error());
        return true;
    }

    [[nodiscard]] Json summary() const {
        return Json{{"file", options_.file},
                    {"bytes", bytes_},
                    {"bundles", bundles_},
                    {"records", records_},
                    {"from", to_string(from_)},
                    {"reached", to_string(reached_)},
                    {"more", !reached_.covers(target_)}};
    }

private:
    /// None when the file is full or there is nothing.
    std::optional<Piece> next() {
        if (options_.limit_bytes == 0) return fetch(session_, reached_, piece_bytes);
        const std::uint64_t room = options_.limit_bytes - std::min(options_.limit_bytes, bytes_);
        if (room == 0) return std::nullopt;
        const auto fits = [&](const std::optional<Piece>& piece) { return !piece || piece->bytes.size() <= room; };
        auto piece = fetch(session_, reached_, std::min(piece_bytes, room));
        if (fits(piece)) return piece;
        piece = fetch(session_, reached_, room > piece->first_line_bytes ? room - piece->first_line_bytes : 1);
        if (fits(piece)) return piece;
        if (bundles_ > 0) return std::nullopt;
        return fetch(session_, reached_, 1);  // one record at least
    }

    void note(const Piece& piece) {
        if (bundles_ == 0) target_ = piece.info.vector;
        ++bundles_;
        bytes_ += piece.bytes.size();
        records_ += records_of(piece.info);
        for (const Segment& segment : piece.info.segments) reached_.raise(segment.log, segment.to);
    }

    Session& session_;
    const RecordExport& options_;
    Vector from_;
    Vector reached_;  ///< what a receiver that had `from_` has after the file
    Vector target_;   ///< what this node held when the file was begun
    std::uint64_t bytes_ = 0, bundles_ = 0, records_ = 0;
};

/// A peer that holds another history of a log needs all that is held of it, to find where the two part.
Vector without_disputed(Session& session, const Json& sync, Vector have) {
    for (const Json& log : elements(sync, "disputed")) {
        const auto id = parse_log_id(log.get<std::string>());
        if (!id || have.at(*id) == Seq{}) continue;
        have.set(*id, Seq{});
        if (!session.json())
            session.err() << "日志 " << Cell(id->value()).text << " 出现两种历史，从头导出，供对方查明\n";
    }
    return have;
}

Vector known_vector_of(Session& session, const std::string& node) {
    const Json sync = session.fetch(request_of("GET", "/v1/sync"));
    for (const Json& peer : elements(sync, "peers"))
        if (text(peer, "node") == node)
            return without_disputed(session, sync, vector_in(session, peer, "known_vector"));
    session.end({ErrorCode::not_found, "no peer " + node, "--for",
                 "minglu peer list shows those that are known; or give its vector with --have"});
}

Vector have_of(Session& session, const RecordExport& options) {
    if (!options.peer.empty()) {
        Vector known = known_vector_of(session, options.peer);
        if (known.empty() && !session.json())
            session.err() << "不知道 " << Cell(options.peer).text << " 已有哪些记录，导出全部；也可用 --have 指定\n";
        return known;
    }
    auto have = parse_vector(options.have);
    if (!have) session.usage("--have: " + describe(have.error()));
    return *std::move(have);
}

}  // namespace

ExitCode export_records(Session& session, const RecordExport& options) {
    RecordFile file(session, options, have_of(session, options));
    const bool written = file.write();
    Json summary = file.summary();
    if (!written) summary["file"] = "";
    if (session.json()) {
        session.print_json(summary.dump());
        return ExitCode::ok;
    }
    if (!written) {
        session.out() << "没有可导出的记录，未生成文件\n";
        return ExitCode::ok;
    }
    Facts facts;
    facts.add("文件", options.file, Tone::bold);
    facts.add("大小", bytes_text(number(summary, "bytes")));
    facts.add("记录", text(summary, "records"));
    facts.add("导入后持有", text(summary, "reached"));
    facts.print(session.screen());
    if (flag(summary, "more"))
        session.out() << "尚有未导出的记录，下一个文件：minglu sync export 文件 --have " << text(summary, "reached")
                      << '\n';
    return ExitCode::ok;
}

}  // namespace minglu::cli
