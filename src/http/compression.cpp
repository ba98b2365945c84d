#include "src/http/compression.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <new>
#include <stdexcept>

namespace minglu {

namespace {

constexpr std::size_t step_bytes = 64 * 1'024;
constexpr int gzip_window = 15 + 16;  ///< zlib: largest window, gzip framing only
constexpr int zstd_level = 3;
constexpr int zstd_window_log_max = 23;  ///< 8 MiB, what RFC 8878 §3.1.1.1.2 asks decoders to take; bounds memory

std::string lower_trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    std::string out(text);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

/// "gzip;q=0.0": the coding, and whether its quality is above zero.
std::pair<std::string, bool> parse_accepted(std::string_view item) {
    const std::size_t semicolon = item.find(';');
    const std::string coding = lower_trimmed(item.substr(0, semicolon));
    if (semicolon == std::string_view::npos) return {coding, true};
    const std::string quality = lower_trimmed(item.substr(semicolon + 1));
    if (!quality.starts_with("q=")) return {coding, true};
    return {coding, quality.find_first_of("123456789") != std::string::npos};
}

Error damaged() {
    return {ErrorCode::bad_encoding, "compressed body is damaged or cut short", "body", "send it again"};
}

struct ZstdDecoderFree {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
struct ZstdEncoderFree {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

/// zlib takes its input through a pointer that is not const, and does not write to it.
Bytef* input_of(std::string_view bytes) {
    return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

}  // namespace

std::string_view name(Coding coding) {
    switch (coding) {
        case Coding::identity:
            return "identity";
        case Coding::gzip:
            return "gzip";
        case Coding::zstd:
            return "zstd";
    }
    return "identity";
}

Result<Coding> parse_coding(std::string_view content_encoding) {
    const std::string text = lower_trimmed(content_encoding);
    if (text.empty() || text == "identity") return Coding::identity;
    if (text == "gzip" || text == "x-gzip") return Coding::gzip;
    if (text == "zstd") return Coding::zstd;
    return fail({ErrorCode::unsupported_version, "content coding not understood: " + text, "header content-encoding",
                 "send gzip, zstd or no coding"});
}

Coding choose_coding(std::string_view accept_encoding) {
    bool gzip = false;
    bool zstd = false;
    while (!accept_encoding.empty()) {
        const std::size_t comma = std::min(accept_encoding.find(','), accept_encoding.size());
        const auto item = parse_accepted(accept_encoding.substr(0, comma));
        if (item.first == "gzip") gzip = item.second;
        if (item.first == "zstd") zstd = item.second;
        accept_encoding.remove_prefix(std::min(comma + 1, accept_encoding.size()));
    }
    return zstd ? Coding::zstd : gzip ? Coding::gzip : Coding::identity;
}

struct BodyDecoder::State {
    Coding coding = Coding::identity;
    std::size_t left = 0;  ///< output bytes still allowed
    bool ended = true;     ///< at the end of a whole stream
    z_stream gzip{};
    std::unique_ptr<ZSTD_DCtx, ZstdDecoderFree> zstd;
    std::array<char, step_bytes> out{};

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (coding == Coding::gzip) inflateEnd(&gzip);
    }

    Result<void> emit(std::string_view bytes, const Sink& sink) {
        if (bytes.size() > left) {
            return fail({ErrorCode::too_large, "body is above the limit after decompression", "body", "split it"});
        }
        left -= bytes.size();
        return bytes.empty() ? Result<void>{} : sink(bytes);
    }

    Result<void> inflate_all(std::string_view bytes, const Sink& sink) {
        gzip.next_in = input_of(bytes);
        gzip.avail_in = static_cast<uInt>(bytes.size());
        do {
            if (ended) return fail(damaged());  // something after the end
            gzip.next_out = reinterpret_cast<Bytef*>(out.data());
            gzip.avail_out = static_cast<uInt>(out.size());
            const int code = inflate(&gzip, Z_NO_FLUSH);
            if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return fail(damaged());
            ended = code == Z_STREAM_END;
            if (auto taken = emit({out.data(), out.size() - gzip.avail_out}, sink); !taken) return taken;
        } while (gzip.avail_in > 0 || (gzip.avail_out == 0 && !ended));
        return {};
    }

    Result<void> unzstd_all(std::string_view bytes, const Sink& sink) {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        bool filled = false;
        while (in.pos < in.size || filled) {
            ZSTD_outBuffer step{out.data(), out.size(), 0};
            const std::size_t code = ZSTD_decompressStream(zstd.get(), &step, &in);
            if (ZSTD_isError(code) != 0U) return fail(damaged());
            ended = code == 0;
            filled = step.pos == step.size && !ended;
            if (auto taken = emit({out.data(), step.pos}, sink); !taken) return taken;
        }
        return {};
    }
};

BodyDecoder::BodyDecoder(Coding coding, std::size_t bytes_max) : state_(std::make_unique<State>()) {
    state_->left = bytes_max;
    state_->ended = coding == Coding::identity;
    if (coding == Coding::gzip && inflateInit2(&state_->gzip, gzip_window) != Z_OK) throw std::bad_alloc();
    if (coding == Coding::zstd) {
        state_->zstd.reset(ZSTD_createDCtx());
        if (!state_->zstd) throw std::bad_alloc();
        ZSTD_DCtx_setParameter(state_->zstd.get(), ZSTD_d_windowLogMax, zstd_window_log_max);
    }
    state_->coding = coding;
}

BodyDecoder::~BodyDecoder() = default;

Result<void> BodyDecoder::feed(std::string_view bytes, const Sink& sink) {
    if (bytes.empty()) return {};
    switch (state_->coding) {
        case Coding::identity:
            return state_->emit(bytes, sink);
        case Coding::gzip:
            return state_->inflate_all(bytes, sink);
        case Coding::zstd:
            return state_->unzstd_all(bytes, sink);
    }
    return {};
}

Result<void> BodyDecoder::finish() const {
    if (!state_->ended) return fail(damaged());
    return {};
}

struct Encoder::State {
    Coding coding = Coding::identity;
    z_stream gzip{};
    std::unique_ptr<ZSTD_CCtx, ZstdEncoderFree> zstd;
    std::array<char, step_bytes> out{};

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (coding == Coding::gzip) deflateEnd(&gzip);
    }
};

Encoder::Encoder(Coding coding) : state_(std::make_unique<State>()) {
    constexpr int memory_level = 8;
    if (coding == Coding::gzip && deflateInit2(&state_->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window,
                                               memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc();
    }
    if (coding == Coding::zstd) {
        state_->zstd.reset(ZSTD_createCCtx());
        if (!state_->zstd) throw std::bad_alloc();
        ZSTD_CCtx_setParameter(state_->zstd.get(), ZSTD_c_compressionLevel, zstd_level);
    }
    state_->coding = coding;
}

Encoder::~Encoder() = default;

void Encoder::run(std::string_view bytes, bool last, std::string& out) {
    State& state = *state_;
    if (state.coding == Coding::identity) {
        out += bytes;
    } else if (state.coding == Coding::gzip) {
        state.gzip.next_in = input_of(bytes);
        state.gzip.avail_in = static_cast<uInt>(bytes.size());
        do {
            state.gzip.next_out = reinterpret_cast<Bytef*>(state.out.data());
            state.gzip.avail_out = static_cast<uInt>(state.out.size());
            deflate(&state.gzip, last ? Z_FINISH : Z_NO_FLUSH);
            out.append(state.out.data(), state.out.size() - state.gzip.avail_out);
        } while (state.gzip.avail_out == 0);
    } else {
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        std::size_t left = 0;
        do {
            ZSTD_outBuffer step{state.out.data(), state.out.size(), 0};
            left = ZSTD_compressStream2(state.zstd.get(), &step, &in, last ? ZSTD_e_end : ZSTD_e_continue);
            if (ZSTD_isError(left) != 0U) throw std::runtime_error(ZSTD_getErrorName(left));
            out.append(state.out.data(), step.pos);
        } while (last ? left != 0 : in.pos < in.size);
    }
}

void Encoder::feed(std::string_view bytes, std::string& out) {
    for (; bytes.size() > step_bytes; bytes.remove_prefix(step_bytes)) run(bytes.substr(0, step_bytes), false, out);
    run(bytes, false, out);
}

void Encoder::finish(std::string& out) {
    run({}, true, out);
}

std::string encode(Coding coding, std::string_view bytes) {
    std::string out;
    Encoder encoder(coding);
    encoder.feed(bytes, out);
    encoder.finish(out);
    return out;
}

}  // namespace minglu
