#include "sync/bundle_reader.hpp"

#include <algorithm>

namespace minglu {

namespace {

constexpr std::size_t read_bytes = 64u * 1024;

}  // namespace

bool BundleReader::fill() {
    const std::size_t old = ahead_.size();
    ahead_.resize(old + read_bytes);
    const std::size_t got = source_(ahead_.data() + old, read_bytes);
    ahead_.resize(old + got);
    return got > 0;
}

/// The next line without its LF; none when the stream ends before it does, or it is longer than `line_max`: what was to
/// be looked at for that counts as framed.
std::optional<std::string_view> BundleReader::line(std::size_t line_max) {
    std::size_t looked = framed_;
    while (true) {
        const std::size_t end = ahead_.find('\n', looked);
        if (end != std::string::npos && end - framed_ <= line_max) {
            const std::string_view found = std::string_view(ahead_).substr(framed_, end - framed_);
            framed_ = end + 1;
            return found;
        }
        looked = ahead_.size();
        if (looked - framed_ > line_max || !fill()) break;
    }
    framed_ = std::min(ahead_.size(), framed_ + line_max + 1);
    return std::nullopt;
}

bool BundleReader::frame_records(std::uint64_t records) {
    const auto room = [&] { return bundle_bytes_limit - std::min(framed_, bundle_bytes_limit); };
    for (; records > 0; --records) {
        const auto header_line = line(room());
        if (!header_line) return false;
        const auto header = parse_header(*header_line);
        if (!header) return false;
        for (std::uint32_t op = 0; op < header->ops; ++op)
            if (!line(room())) return false;
    }
    return framed_ <= bundle_bytes_limit;
}

bool BundleReader::frame(FramedBundle& bundle) {
    const auto first = line(bundle_first_line_max);
    if (!first) return false;
    auto info = parse_bundle_info(*first);
    if (!info) return false;
    bundle.info = *std::move(info);
    return frame_records(records_of(*bundle.info));
}

std::optional<FramedBundle> BundleReader::next() {
    if (ended_ || (ahead_.empty() && !fill())) return std::nullopt;
    FramedBundle bundle;
    bundle.at = at_;
    framed_ = 0;
    bundle.whole = frame(bundle);
    ended_ = !bundle.whole;
    const std::size_t size = std::min(framed_, bundle_bytes_limit);
    bundle.bytes = ahead_.substr(0, size);
    ahead_.erase(0, size);
    at_ += size;
    return bundle;
}

}  // namespace minglu
