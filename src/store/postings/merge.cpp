#include "src/store/postings/merge.hpp"

#include <algorithm>
#include <bit>

namespace minglu::postings {

std::vector<std::size_t> runs_to_merge(const std::vector<std::uint64_t>& sizes) {
    constexpr std::size_t tiers = 22;
    std::vector<std::vector<std::size_t>> by_tier(tiers);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const auto tier = static_cast<std::size_t>(std::bit_width(sizes[i])) / 3;  // each tier holds 8 times the size
        by_tier[std::min(tier, tiers - 1)].push_back(i);
    }
    for (auto& tier : by_tier) {
        if (tier.size() >= merge_fan_in) return std::move(tier);
    }
    return {};
}

std::size_t Merge::Input::next_page() {
    if (page_ == run_.directory->pages()) {
        ended_ = true;
        return 0;
    }
    bytes_ = run_.pages->read_page(run_.no, page_++);
    entries_ = std::make_unique<PageReader>(*bytes_);
    return bytes_->size() + next();
}

std::size_t Merge::Input::next() {
    if (!entries_->next()) return next_page();
    term_ = entries_->term();
    list_ = entries_->list();
    return 0;
}

Merge::Merge(std::vector<Run> runs, PageWriter::Out out) : writer_(std::move(out)) {
    for (Run& run : runs) inputs_.push_back(std::make_unique<Input>(std::move(run)));
}

std::size_t Merge::merge_lists(const std::string& term, const std::vector<Input*>& inputs) {
    struct Source {
        Input* input;
        DocReader docs;
        DocNo doc;
    };
    std::size_t bytes = 0;
    // The next document of a source, over the ends of its pages; false when its list has ended.
    const auto advance = [&](Source& source) {
        while (!source.docs.next()) {
            bytes += source.input->next();
            if (source.input->ended() || source.input->term() != term) return false;
            source.docs = DocReader{source.input->list()};
        }
        source.doc = source.docs.doc();
        return true;
    };
    std::vector<Source> sources;
    for (Input* input : inputs) {
        Source source{input, DocReader{input->list()}, 0};
        if (advance(source)) sources.push_back(source);
    }
    DocNo last = -1;
    while (!sources.empty()) {
        const auto least = std::min_element(sources.begin(), sources.end(),
                                            [](const Source& a, const Source& b) { return a.doc < b.doc; });
        if (least->doc != last) writer_.add(last = least->doc);
        if (!advance(*least)) sources.erase(least);
    }
    return bytes;
}

std::size_t Merge::merge_term() {
    const Input* first = nullptr;
    for (const auto& input : inputs_) {
        if (!input->ended() && (first == nullptr || input->term() < first->term())) first = input.get();
    }
    const std::string term = first->term();
    std::vector<Input*> holders;
    for (const auto& input : inputs_) {
        if (!input->ended() && input->term() == term) holders.push_back(input.get());
    }
    writer_.term(term);
    if (holders.size() > 1) return merge_lists(term, holders);
    std::size_t bytes = 0;
    Input& only = *holders.front();
    while (!only.ended() && only.term() == term) {
        writer_.add_list(only.list());
        bytes += only.next();
    }
    return bytes;
}

bool Merge::step(std::size_t bytes) {
    std::size_t read = 0;
    while (read < bytes) {
        if (std::all_of(inputs_.begin(), inputs_.end(), [](const auto& input) { return input->ended(); })) {
            writer_.finish();
            return false;
        }
        read += merge_term();
    }
    return true;
}

}  // namespace minglu::postings
