#pragma once
/// Bytes of files that officers bring, as UTF-8.
///
/// Spoken: UTF-8 (RFC 3629, with or without byte order mark) and GB 18030 with the mappings of GB 18030-2022, whose
/// supersets cover GBK and GB 2312. Nothing is ever replaced by a substitute character: a wrong byte is an error that
/// names its line and byte.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

enum class Encoding {
    detect,  ///< byte order mark, else UTF-8 where the first 64 KiB from the first non-ASCII byte are UTF-8, else GB
             ///< 18030
    utf8,
    gb18030,
};
[[nodiscard]] std::string_view name(Encoding encoding);  ///< "auto", "utf-8", "gb18030"
/// Accepts also "gbk" and "gb2312", in either case. Errors: bad_request.
[[nodiscard]] Result<Encoding> parse_encoding(std::string_view text);

/// Bytes looked at before `Encoding::detect` decides.
constexpr std::size_t encoding_sample_bytes = 64u * 1024;

/// Decodes chunk by chunk in bounded memory; how the bytes are cut into chunks changes nothing.
class Decoder {
public:
    explicit Decoder(Encoding encoding = Encoding::detect);
    ~Decoder();
    Decoder(Decoder&&) noexcept;
    Decoder& operator=(Decoder&&) noexcept;

    /// Appends the text of `bytes` to `out`, as far as it is complete. Errors: bad_encoding; the decoder is of no use
    /// after one.
    [[nodiscard]] Result<void> feed(std::string_view bytes, std::string& out);
    /// Ends the input: appends what was held back. Errors: bad_encoding, also when the last character is cut short.
    [[nodiscard]] Result<void> finish(std::string& out);
    /// What the bytes are; `detect` while undecided, which is also what pure ASCII stays.
    [[nodiscard]] Encoding encoding() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The whole of `bytes` as UTF-8. Errors: bad_encoding.
[[nodiscard]] Result<std::string> to_utf8(std::string_view bytes, Encoding encoding = Encoding::detect);
/// UTF-8 text as GB 18030 bytes, for programs that read nothing else. Errors: bad_encoding (`text` is not UTF-8).
[[nodiscard]] Result<std::string> to_gb18030(std::string_view text);

/// Length of the longest prefix of `text` that is whole, valid UTF-8 (no overlong forms, no surrogates).
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text);

}  // namespace minglu
