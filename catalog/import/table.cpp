#include "catalog/import/table.hpp"

namespace minglu {

Result<void> TableReader::feed(std::string_view bytes) {
    text_.clear();
    auto decoded = decoder_.feed(bytes, text_);
    // What stands before a wrong byte is read first.
    if (auto read = rows_.feed(text_); !read) return read;
    return decoded;
}

Result<void> TableReader::finish() {
    text_.clear();
    auto decoded = decoder_.finish(text_);
    if (auto read = rows_.feed(text_); !read) return read;
    return decoded ? rows_.finish() : decoded;
}

}  // namespace minglu
