#include "src/store/postings/run.hpp"

#include <algorithm>

namespace minglu::postings {

RunDirectory::RunDirectory(std::string_view stored) {
    while (!stored.empty()) {
        const auto first = static_cast<DocNo>(take_varint(stored));
        const std::uint64_t size = take_varint(stored);
        if (size > stored.size()) damaged("a directory is cut short");
        add({stored.substr(0, size), first});
        stored.remove_prefix(size);
    }
}

void RunDirectory::add(const PageStart& start) {
    starts_.push_back(
        {static_cast<std::uint32_t>(terms_.size()), static_cast<std::uint32_t>(start.term.size()), start.first});
    terms_.append(start.term);
}

std::string RunDirectory::stored() const {
    std::string out;
    out.reserve(terms_.size() + starts_.size() * 8);
    for (std::uint32_t page = 0; page < pages(); ++page) {
        const PageStart at = start(page);
        append_varint(out, static_cast<std::uint64_t>(at.first));
        append_varint(out, at.term.size());
        out.append(at.term);
    }
    return out;
}

PageStart RunDirectory::start(std::uint32_t page) const {
    const Start& start = starts_[page];
    return {std::string_view(terms_).substr(start.at, start.size), start.first};
}

std::uint32_t RunDirectory::page_for(std::string_view term, DocNo doc) const {
    const PageStart wanted{term, doc};
    std::uint32_t low = 0;
    std::uint32_t high = pages();
    while (high - low > 1) {
        const std::uint32_t middle = low + (high - low) / 2;
        (start(middle) <= wanted ? low : high) = middle;
    }
    return low;
}

}  // namespace minglu::postings
