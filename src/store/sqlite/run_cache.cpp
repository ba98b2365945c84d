#include "src/store/sqlite/run_cache.hpp"

#include <algorithm>

namespace minglu {

RunCache::Directory RunCache::directory(std::int64_t run_no) {
    const std::lock_guard lock{mutex_};
    const auto found = directories_.find(run_no);
    return found == directories_.end() ? nullptr : found->second;
}

void RunCache::keep(std::int64_t run_no, Directory directory) {
    const std::lock_guard lock{mutex_};
    directories_.insert_or_assign(run_no, std::move(directory));
}

void RunCache::keep_only(const std::vector<std::int64_t>& run_numbers) {
    const std::lock_guard lock{mutex_};
    std::erase_if(directories_, [&](const auto& item) {
        return std::find(run_numbers.begin(), run_numbers.end(), item.first) == run_numbers.end();
    });
}

postings::PageBytes RunCache::page(std::int64_t page_no) {
    const std::lock_guard lock{mutex_};
    if (const auto found = young_.find(page_no); found != young_.end()) return found->second;
    const auto found = old_.find(page_no);
    if (found == old_.end()) return nullptr;
    postings::PageBytes page = std::move(found->second);
    old_.erase(found);
    add(page_no, page);
    return page;
}

void RunCache::keep(std::int64_t page_no, const postings::PageBytes& page) {
    if (page_bytes_max_ == 0) return;
    const std::lock_guard lock{mutex_};
    add(page_no, page);
}

void RunCache::add(std::int64_t page_no, const postings::PageBytes& page) {
    if (!young_.emplace(page_no, page).second) return;
    young_bytes_ += page->size();
    if (young_bytes_ < page_bytes_max_ / 2) return;
    old_ = std::move(young_);
    young_.clear();
    young_bytes_ = 0;
}

void RunCache::clear() {
    const std::lock_guard lock{mutex_};
    directories_.clear();
    young_.clear();
    old_.clear();
    young_bytes_ = 0;
}

}  // namespace minglu
