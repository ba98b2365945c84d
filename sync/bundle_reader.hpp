#pragma once
/// Takes bundles off a stream of bytes, such as a file, that holds one after the other. docs/PROTOCOL.md §4.
///
/// Only frames: what a bundle's bytes are worth is the business of `Replica::ingest`. Holds one bundle at a time.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "sync/bundle.hpp"

namespace minglu {

struct FramedBundle {
    std::string bytes;               ///< at most `bundle_bytes_limit`
    std::optional<BundleInfo> info;  ///< none when its first line is not one
    std::uint64_t at = 0;            ///< where it begins in the stream
    /// False: the stream ended inside, or went on with something else; `bytes` are those up to there, what is wrong
    /// included, for the receiver to refuse, and nothing can be read after them.
    bool whole = false;
};

class BundleReader {
public:
    /// Writes the next bytes to `to` and returns their number; 0 = the end.
    using Source = std::function<std::size_t(char* to, std::size_t size)>;
    explicit BundleReader(Source source) : source_(std::move(source)) {}

    /// None after the last.
    [[nodiscard]] std::optional<FramedBundle> next();
    /// Bytes of the stream in what `next` has given.
    [[nodiscard]] std::uint64_t given() const { return at_; }

private:
    bool fill();
    std::optional<std::string_view> line(std::size_t line_max);
    bool frame(FramedBundle& bundle);
    bool frame_records(std::uint64_t records);

    Source source_;
    std::string ahead_;       ///< the bundle that is being framed, and what was read beyond it
    std::size_t framed_ = 0;  ///< bytes of it up to the end of the last line
    std::uint64_t at_ = 0;    ///< where `ahead_` begins in the stream
    bool ended_ = false;
};

}  // namespace minglu
