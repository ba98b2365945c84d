#pragma once
/// Directories and pages of committed runs in memory, for all readers of a store. A run never changes and its number is
/// never used again, so that what is kept here is right for every snapshot that has the run.
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "src/store/postings/run.hpp"

namespace minglu {

class RunCache {
public:
    using Directory = std::shared_ptr<const postings::RunDirectory>;
    /// Pages are kept up to about `page_bytes_max`; directories all.
    explicit RunCache(std::size_t page_bytes_max) : page_bytes_max_(page_bytes_max) {}

    /// Null when it is not here.
    [[nodiscard]] Directory directory(std::int64_t run_no);
    void keep(std::int64_t run_no, Directory directory);
    /// Forgets every directory that is not of these runs.
    void keep_only(const std::vector<std::int64_t>& run_numbers);

    /// By number in the table; null when it is not here.
    [[nodiscard]] postings::PageBytes page(std::int64_t page_no);
    void keep(std::int64_t page_no, const postings::PageBytes& page);
    void clear();

private:
    using Pages = std::unordered_map<std::int64_t, postings::PageBytes>;
    void add(std::int64_t page_no, const postings::PageBytes& page);

    std::mutex mutex_;
    std::map<std::int64_t, Directory> directories_;
    /// Two generations: what is read moves to the young one, and when that has half of the room the old one goes. So
    /// pages that are read often stay, without a list of who was read last.
    std::size_t page_bytes_max_;
    std::size_t young_bytes_ = 0;
    Pages young_;
    Pages old_;
};

}  // namespace minglu
