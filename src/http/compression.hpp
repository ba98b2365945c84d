#pragma once
/// Content codings (RFC 9110 §8.4): gzip (RFC 1952) and zstd (RFC 8878), streaming and bounded. No brotli.
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

enum class Coding { identity, gzip, zstd };
[[nodiscard]] std::string_view name(Coding coding);

/// Of a Content-Encoding header; empty is identity. Errors: unsupported_version for any other coding or a chain.
[[nodiscard]] Result<Coding> parse_coding(std::string_view content_encoding);
/// Best of what an Accept-Encoding header takes: zstd, then gzip, then identity. A quality of 0 refuses.
[[nodiscard]] Coding choose_coding(std::string_view accept_encoding);

/// Bodies up to this size are sent as they are: a packet is a packet.
constexpr std::size_t compress_above_bytes = 1'024;

/// Decodes a body piece by piece and stops at `bytes_max` of output, so that a bomb costs its cap and no more.
class BodyDecoder {
public:
    using Sink = std::function<Result<void>(std::string_view)>;

    BodyDecoder(Coding coding, std::size_t bytes_max);
    ~BodyDecoder();
    BodyDecoder(const BodyDecoder&) = delete;
    BodyDecoder& operator=(const BodyDecoder&) = delete;

    /// Errors: too_large, bad_encoding (damaged, or something after the end), and what `sink` returns.
    [[nodiscard]] Result<void> feed(std::string_view bytes, const Sink& sink);
    /// Errors: bad_encoding when the compressed stream is cut short.
    [[nodiscard]] Result<void> finish() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Encodes piece by piece (zstd level 3, gzip level 6), appending to `out`.
class Encoder {
public:
    explicit Encoder(Coding coding);
    ~Encoder();
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    void feed(std::string_view bytes, std::string& out);
    void finish(std::string& out);

private:
    void run(std::string_view bytes, bool last, std::string& out);
    struct State;
    std::unique_ptr<State> state_;
};

/// The whole of `bytes` in one go.
[[nodiscard]] std::string encode(Coding coding, std::string_view bytes);

}  // namespace minglu
