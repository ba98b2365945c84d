#include "src/store/postings/page.hpp"

#include "minglu/store.hpp"

namespace minglu::postings {
namespace {

constexpr std::size_t entries_per_offset = 16;
constexpr std::size_t offset_bytes = 2;
constexpr std::size_t entry_overhead_max = 3 + 3 + 3 + offset_bytes;
constexpr std::size_t doc_bytes_max = 10 + 4;

void append_u16(std::string& out, std::size_t value) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(value & 0xFFu)));
    out.push_back(static_cast<char>(static_cast<unsigned char>(value >> 8)));
}

std::size_t u16_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])) |
           static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + 1])) << 8;
}

std::string_view take_bytes(std::string_view& from, std::uint64_t size) {
    if (size > from.size()) damaged("an entry is cut short");
    const std::string_view bytes = from.substr(0, size);
    from.remove_prefix(size);
    return bytes;
}

}  // namespace

void damaged(const char* what) {
    throw StoreFault(ErrorCode::corrupt, std::string("search index: ") + what + " (run `minglu rebuild`)");
}

void PageWriter::term(std::string_view term) {
    close_entry();
    term_ = term;
}

std::size_t PageWriter::bytes_with_chunk(std::size_t more) const {
    return page_.size() + offsets_.size() + offset_bytes + entry_overhead_max + term_.size() + chunk_.size() + more;
}

void PageWriter::add(DocNo doc) {
    if (bytes_with_chunk(doc_bytes_max) > page_bytes_max) {
        close_entry();
        close_page();
    }
    if (chunk_.empty()) {
        chunk_first_ = doc;
        chunk_last_ = 0;
    }
    append_doc(chunk_, chunk_last_, doc);
    chunk_last_ = doc;
}

void PageWriter::add_list(std::string_view list) {
    DocReader docs{list};
    const bool whole = chunk_.empty() && bytes_with_chunk(list.size()) <= page_bytes_max && docs.next();
    if (!whole) {
        while (docs.next()) add(docs.doc());
        return;
    }
    chunk_first_ = docs.doc();
    while (docs.next()) {
    }
    chunk_last_ = docs.doc();
    chunk_ = list;
}

void PageWriter::close_entry() {
    if (chunk_.empty()) return;
    if (entries_ == 0) {
        start_term_ = term_;
        start_first_ = chunk_first_;
    }
    std::size_t shared = 0;
    if (entries_ % entries_per_offset == 0) {
        append_u16(offsets_, page_.size());
    } else {
        while (shared < term_before_.size() && shared < term_.size() && term_before_[shared] == term_[shared]) ++shared;
    }
    append_varint(page_, shared);
    append_varint(page_, term_.size() - shared);
    page_.append(term_, shared);
    append_varint(page_, chunk_.size());
    page_.append(chunk_);
    chunk_.clear();
    term_before_ = term_;
    ++entries_;
}

void PageWriter::close_page() {
    if (entries_ == 0) return;
    const std::size_t count = offsets_.size() / offset_bytes;
    page_.append(offsets_);
    append_u16(page_, count);
    out_({start_term_, start_first_}, page_);
    page_.clear();
    offsets_.clear();
    entries_ = 0;
}

void PageWriter::finish() {
    close_entry();
    close_page();
}

PageReader::PageReader(std::string_view page) {
    if (page.size() < offset_bytes) damaged("a page is cut short");
    const std::size_t tail = (u16_at(page, page.size() - offset_bytes) + 1) * offset_bytes;
    if (tail > page.size() || tail == offset_bytes) damaged("a page has a wrong length");
    entries_ = page.substr(0, page.size() - tail);
    offsets_ = page.substr(entries_.size(), tail - offset_bytes);
    left_ = entries_;
}

std::size_t PageReader::offset(std::size_t number) const {
    const std::size_t at = u16_at(offsets_, number * offset_bytes);
    if (at >= entries_.size()) damaged("an offset leads out of its page");
    return at;
}

bool PageReader::next() {
    if (left_.empty()) return false;
    const std::uint64_t shared = take_varint(left_);
    if (shared > term_.size()) damaged("an entry shares more than there is");
    term_.resize(shared);
    const std::uint64_t size = take_varint(left_);
    term_.append(take_bytes(left_, size));
    const std::uint64_t bytes = take_varint(left_);
    list_ = take_bytes(left_, bytes);
    return true;
}

void PageReader::go_near(std::string_view term) {
    const auto term_at = [&](std::size_t number) {
        std::string_view entry = entries_.substr(offset(number));
        if (take_varint(entry) != 0) damaged("an offset leads to no start");
        const std::uint64_t size = take_varint(entry);
        return take_bytes(entry, size);
    };
    std::size_t low = 0;
    std::size_t high = offsets_.size() / offset_bytes;
    while (high - low > 1) {
        const std::size_t middle = low + (high - low) / 2;
        (term_at(middle) < term ? low : high) = middle;
    }
    term_.clear();
    left_ = entries_.substr(offset(low));
}

std::optional<std::string_view> PageReader::find(std::string_view term) {
    go_near(term);
    while (next()) {
        if (term_ == term) return list_;
        if (term_ > term) break;
    }
    return std::nullopt;
}

}  // namespace minglu::postings
