#include "src/http/server_body.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "src/http/compression.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr std::size_t read_bytes = 64 * 1'024;
constexpr std::size_t chunk_line_bytes_max = 256;
/// Framing a sender may spend beyond a fixed share of its payload: one-byte chunks are not a way to keep us busy.
constexpr std::uint64_t chunk_count_spare = 4'096;
constexpr std::uint64_t chunk_bytes_mean_min = 16;

tl::unexpected<Refusal> refuse(int status, ErrorCode code, std::string what, std::string cure) {
    return tl::unexpected<Refusal>(Refusal{status, {code, std::move(what), "body", std::move(cure)}});
}
tl::unexpected<Refusal> too_large(std::size_t bytes_max) {
    return refuse(413, ErrorCode::too_large, "body is above " + std::to_string(bytes_max) + " bytes", "split it");
}
tl::unexpected<Refusal> cut_short() {
    return refuse(408, ErrorCode::bad_request, "body was cut short, or came too slowly", "send it again");
}
tl::unexpected<Refusal> bad_chunk() {
    return refuse(400, ErrorCode::bad_request, "chunked framing is damaged", "correct the client");
}

/// Where decoded bytes go.
class BodySink {
public:
    BodySink(const BodyLimit& limit, const HttpLimits& limits, HttpRequest& request, SpoolFile& spool)
        : limit_(limit), limits_(limits), request_(request), spool_(spool) {}

    Result<void> take(std::string_view bytes) {
        const bool spooled = !spool_.path().empty();
        if (!spooled && request_.body.size() + bytes.size() <= limit_.memory_bytes_max) {
            request_.body += bytes;
            return {};
        }
        const auto dir = limits_.spool_dir.empty() ? std::filesystem::temp_directory_path() : limits_.spool_dir;
        if (!spooled && !request_.body.empty()) {
            if (auto moved = spool_.append(dir, request_.body); !moved) return moved;
            request_.body = std::string();
        }
        return spool_.append(dir, bytes);
    }

private:
    const BodyLimit& limit_;
    const HttpLimits& limits_;
    HttpRequest& request_;
    SpoolFile& spool_;
};

using Piece = std::function<tl::expected<void, Refusal>(std::string_view)>;

tl::expected<void, Refusal> read_exactly(Inflow& inflow, std::uint64_t size, const Piece& piece) {
    while (size > 0) {
        const std::string_view bytes = inflow.take(static_cast<std::size_t>(std::min<std::uint64_t>(size, read_bytes)));
        if (bytes.empty()) return cut_short();
        size -= bytes.size();
        if (auto taken = piece(bytes); !taken) return taken;
    }
    return {};
}

tl::expected<void, Refusal> read_chunks(Inflow& inflow, const Piece& piece) {
    std::uint64_t payload = 0;
    for (std::uint64_t count = 0;; ++count) {
        const auto line = inflow.take_line();
        if (!line) return cut_short();
        std::uint64_t size = 0;
        const std::string_view digits = std::string_view(*line).substr(0, line->find(';'));
        const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
        if (digits.empty() || digits.front() == '-' || code != std::errc{} || end != digits.data() + digits.size()) {
            return bad_chunk();
        }
        if (size > 0) {
            if (auto read = read_exactly(inflow, size, piece); !read) return read;
        }
        const auto after = inflow.take_line();
        if (!after) return cut_short();
        if (!after->empty()) return bad_chunk();  // also trailers: nothing here uses them
        if (size == 0) return {};
        payload += size;
        if (count > chunk_count_spare + payload / chunk_bytes_mean_min) return bad_chunk();
    }
}

}  // namespace

SpoolFile::~SpoolFile() {
    if (file_ >= 0) ::close(file_);
    if (!path_.empty()) ::unlink(path_.c_str());
}

Result<void> SpoolFile::append(const std::filesystem::path& dir, std::string_view bytes) {
    if (file_ < 0) {
        std::string name = (dir / "minglu-upload-XXXXXX").string();
        file_ = ::mkostemp(name.data(), O_CLOEXEC);
        if (file_ < 0) return fail({ErrorCode::io, "cannot create a file for the upload", dir.string(), "check it"});
        path_ = name;
    }
    while (!bytes.empty()) {
        const ssize_t count = ::write(file_, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            const ErrorCode code = errno == ENOSPC || errno == EDQUOT ? ErrorCode::disk_full : ErrorCode::io;
            return fail({code, "cannot store the upload", dir.string(), "free some space there"});
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

bool Inflow::fill() {
    const std::size_t old = ahead_.size();
    ahead_.resize(old + read_bytes);
    std::size_t got = 0;
    for (;;) {
        const Io io = channel_.read(ahead_.data() + old, read_bytes, got);
        if (io == Io::done || io == Io::closed) break;
        const auto earned_ms = static_cast<std::int64_t>(received_) * 1'000 / limits_.body_bytes_per_s_min;
        const std::int64_t left_ms = began_ms_ + limits_.read_deadline_ms + earned_ms - clock_.steady_ms();
        if (left_ms <= 0 || !client_.wait(io, std::min(left_ms, limits_.read_deadline_ms))) break;
    }
    ahead_.resize(old + got);
    received_ += got;
    return got > 0;
}

std::string_view Inflow::take(std::size_t max) {
    if (used_ == ahead_.size()) {
        ahead_.clear();
        used_ = 0;
        if (!fill()) return {};
    }
    const std::string_view bytes = std::string_view(ahead_).substr(used_, max);
    used_ += bytes.size();
    return bytes;
}

std::optional<std::string> Inflow::take_line() {
    std::string line;
    while (line.size() <= chunk_line_bytes_max) {
        const std::string_view byte = take(1);
        if (byte.empty()) return std::nullopt;
        line += byte;
        if (line.ends_with("\r\n")) return line.substr(0, line.size() - 2);
        const auto last = static_cast<unsigned char>(line.back());
        const bool is_after_return = line.size() > 1 && line[line.size() - 2] == '\r';
        if (is_after_return || (last < 0x20 && last != '\t' && last != '\r') || last == 0x7F) break;
    }
    return std::string(damaged_line);
}

tl::expected<void, Refusal> check_body(const RequestHead& head, const HttpLimits& limits) {
    if (!head.has_body()) return {};
    const BodyLimit& limit = body_limit_of(limits, head.request.path);
    if (head.content_length > limit.bytes_max) return too_large(limit.bytes_max);
    const auto coding = parse_coding(header(head.request, "content-encoding"));
    if (!coding) return tl::unexpected<Refusal>(Refusal{415, coding.error()});
    return {};
}

tl::expected<void, Refusal> read_body(const RequestHead& head, Inflow& inflow, const HttpLimits& limits,
                                      HttpRequest& request, SpoolFile& spool) {
    const BodyLimit& limit = body_limit_of(limits, head.request.path);
    const auto coding = parse_coding(header(head.request, "content-encoding"));
    if (!coding) return tl::unexpected<Refusal>(Refusal{415, coding.error()});
    BodyDecoder decoder(*coding, limit.bytes_max);
    BodySink sink(limit, limits, request, spool);
    const BodyDecoder::Sink store = [&sink](std::string_view bytes) { return sink.take(bytes); };
    std::uint64_t received = 0;
    const Piece piece = [&](std::string_view bytes) -> tl::expected<void, Refusal> {
        received += bytes.size();
        if (received > limit.bytes_max) return too_large(limit.bytes_max);
        if (auto fed = decoder.feed(bytes, store); !fed) {
            return tl::unexpected<Refusal>(Refusal{status_of(fed.error().code), std::move(fed.error())});
        }
        return {};
    };
    auto read = head.chunked ? read_chunks(inflow, piece) : read_exactly(inflow, head.content_length, piece);
    if (!read) return read;
    if (auto finished = decoder.finish(); !finished) {
        return tl::unexpected<Refusal>(Refusal{400, std::move(finished.error())});
    }
    request.body_file = spool.path().string();
    return {};
}

}  // namespace minglu
