#pragma once
/// Several runs into one.
#include "src/store/postings/run.hpp"

namespace minglu::postings {

/// Which of the runs, by their sizes in bytes, should become one: the smallest ones that are at least `merge_fan_in`
/// of about the same size. Empty when there are none. So every document is copied once per power of `merge_fan_in`.
constexpr std::size_t merge_fan_in = 8;
[[nodiscard]] std::vector<std::size_t> runs_to_merge(const std::vector<std::uint64_t>& sizes);

/// Reads runs side by side and writes them as one, in steps.
class Merge {
public:
    Merge(std::vector<Run> runs, PageWriter::Out out);

    /// Goes on until at least `bytes` were read. False when all is written.
    bool step(std::size_t bytes);

private:
    /// One run, read front to back.
    class Input {
    public:
        explicit Input(Run run) : run_(std::move(run)) { next_page(); }
        Input(Input&&) = delete;
        [[nodiscard]] bool ended() const { return ended_; }
        [[nodiscard]] const std::string& term() const { return term_; }
        [[nodiscard]] std::string_view list() const { return list_; }
        /// To the next entry, which may go on with the same term. Returns the bytes read for it.
        std::size_t next();

    private:
        std::size_t next_page();

        Run run_;
        std::uint32_t page_ = 0;
        PageBytes bytes_;
        std::unique_ptr<PageReader> entries_;
        std::string term_;
        std::string_view list_;
        bool ended_ = false;
    };
    std::size_t merge_term();
    /// All documents of `term` in these inputs, which each have it.
    std::size_t merge_lists(const std::string& term, const std::vector<Input*>& inputs);

    std::vector<std::unique_ptr<Input>> inputs_;
    PageWriter writer_;
};

}  // namespace minglu::postings
