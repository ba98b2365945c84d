#pragma once
/// Numbers of documents, and lists of them as bytes.
///
/// A document is one period of one entry: `entry_no << 24 | number`. A list is ascending and stored as differences: per
/// document a varint (LEB128) of the step between entry numbers, doubled, plus one when the number is not zero, which
/// then follows as a varint. The first document of a list is a step from entry 0. Entries near each other so take one
/// byte, and nearly every period has the number zero.
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace minglu::postings {

using DocNo = std::int64_t;
constexpr int doc_number_bits = 24;
constexpr DocNo end_of_docs = std::numeric_limits<DocNo>::max();

/// Throws StoreFault(corrupt).
[[noreturn]] void damaged(const char* what);

void append_varint(std::string& out, std::uint64_t value);
/// Takes a varint off the front of `bytes`. Throws StoreFault(corrupt) when there is none.
[[nodiscard]] std::uint64_t take_varint(std::string_view& bytes);

/// Appends `doc` to a list that ends with `before` (0 = the list is empty).
inline void append_doc(std::string& list, DocNo before, DocNo doc) {
    constexpr DocNo number_mask = (DocNo{1} << doc_number_bits) - 1;
    const auto step = static_cast<std::uint64_t>((doc >> doc_number_bits) - (before >> doc_number_bits));
    const auto number = static_cast<std::uint64_t>(doc & number_mask);
    append_varint(list, step << 1 | (number != 0 ? 1u : 0u));
    if (number != 0) append_varint(list, number);
}

/// Reads a list front to back.
class DocReader {
public:
    DocReader() = default;
    explicit DocReader(std::string_view list) : left_(list) {}

    /// False at the end.
    bool next() {
        if (left_.empty()) return false;
        const std::uint64_t value = take_varint(left_);
        const DocNo entry = (doc_ >> doc_number_bits) + static_cast<DocNo>(value >> 1);
        doc_ = entry << doc_number_bits;
        if ((value & 1u) != 0) doc_ |= static_cast<DocNo>(take_varint(left_));
        return true;
    }
    /// Moves on to the first document from `least` on; false where there is none.
    bool seek(DocNo least) {
        while (skip_plain(least) || next())
            if (doc_ >= least) return true;
        return false;
    }
    [[nodiscard]] DocNo doc() const { return doc_; }

private:
    /// Takes steps of one octet and two, of documents with the number zero, up to one from `least` on; false where
    /// another step comes first. Nearly all of a search goes by here.
    bool skip_plain(DocNo least) {
        const auto* const begin = reinterpret_cast<const unsigned char*>(left_.data());
        const auto* const end = begin + left_.size();
        const auto* at = begin;
        DocNo doc = doc_ >> doc_number_bits << doc_number_bits;
        bool reached = false;
        while (!reached && at != end) {
            unsigned step = *at;
            if ((step & 1u) != 0) break;
            if (step < 0x80u) {
                ++at;
            } else {
                if (end - at < 2 || at[1] >= 0x80u) break;
                step = (step & 0x7Fu) | static_cast<unsigned>(at[1]) << 7;
                at += 2;
            }
            doc += static_cast<DocNo>(step >> 1) << doc_number_bits;
            reached = doc >= least;
        }
        if (at == begin) return false;
        left_.remove_prefix(static_cast<std::size_t>(at - begin));
        doc_ = doc;
        return reached;
    }

    std::string_view left_;
    DocNo doc_ = 0;
};

inline void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(value | 0x80u)));
        value >>= 7;
    }
    out.push_back(static_cast<char>(static_cast<unsigned char>(value)));
}

inline std::uint64_t take_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        value |= static_cast<std::uint64_t>(byte & 0x7Fu) << (7 * i);
        if (byte < 0x80) {
            bytes.remove_prefix(i + 1);
            return value;
        }
    }
    damaged("a number is cut short");
}

}  // namespace minglu::postings
