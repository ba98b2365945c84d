#include "src/store/postings/cursor.hpp"

#include <algorithm>
#include <functional>

namespace minglu::postings {
namespace {

/// The list of one term in one run.
class TermCursor final : public DocCursor {
public:
    TermCursor(Run run, std::string term, DocNo least) : run_(std::move(run)), term_(std::move(term)) { jump(least); }

    DocNo seek(DocNo least) override {
        if (doc_ >= least) return doc_;
        if (more_ && next_first_ <= least) jump(least);
        while (true) {
            if (docs_.seek(least)) return doc_ = docs_.doc();
            if (!more_) return doc_ = end_of_docs;
            load(page_ + 1);
        }
    }
    [[nodiscard]] std::uint64_t cost() const override { return cost_; }
    [[nodiscard]] bool found() const { return cost_ != 0; }

private:
    void jump(DocNo least) {
        const RunDirectory& directory = *run_.directory;
        load(directory.page_for(term_, least));
        // The page before may end with a smaller term, or not have this one at all.
        if (list_.empty() && more_) load(page_ + 1);
        cost_ = list_.size();
        if (more_) cost_ += page_bytes_max * (directory.page_for(term_, end_of_docs) - page_);
    }

    void load(std::uint32_t page) {
        const RunDirectory& directory = *run_.directory;
        page_ = page;
        bytes_ = run_.pages->read_page(run_.no, page);
        list_ = PageReader{*bytes_}.find(term_).value_or(std::string_view{});
        docs_ = DocReader{list_};
        more_ = page + 1 < directory.pages() && directory.start(page + 1).term == term_;
        next_first_ = more_ ? directory.start(page + 1).first : end_of_docs;
    }

    Run run_;
    std::string term_;
    PageBytes bytes_;
    std::string_view list_;
    DocReader docs_;
    DocNo doc_ = -1;
    std::uint32_t page_ = 0;
    bool more_ = false;  ///< the list goes on in the next page
    DocNo next_first_ = end_of_docs;
    std::uint64_t cost_ = 0;
};

/// Documents known already, ascending.
class ListCursor final : public DocCursor {
public:
    explicit ListCursor(std::vector<DocNo> docs) : docs_(std::move(docs)) {}

    DocNo seek(DocNo least) override {
        at_ = static_cast<std::size_t>(
            std::lower_bound(docs_.begin() + static_cast<std::ptrdiff_t>(at_), docs_.end(), least) - docs_.begin());
        return at_ == docs_.size() ? end_of_docs : docs_[at_];
    }
    [[nodiscard]] std::uint64_t cost() const override { return docs_.size(); }

private:
    std::vector<DocNo> docs_;
    std::size_t at_ = 0;
};

using Cursors = std::vector<std::unique_ptr<DocCursor>>;

/// What any of them has. The one with the smallest document is kept on top of a heap.
class AnyCursor final : public DocCursor {
public:
    explicit AnyCursor(Cursors cursors) : cursors_(std::move(cursors)) {
        for (const auto& cursor : cursors_) heap_.push_back({-1, cursor.get()});
    }

    DocNo seek(DocNo least) override {
        while (!heap_.empty() && heap_.front().doc < least) {
            std::pop_heap(heap_.begin(), heap_.end(), later);
            heap_.back().doc = heap_.back().cursor->seek(least);
            if (heap_.back().doc == end_of_docs) {
                heap_.pop_back();
            } else {
                std::push_heap(heap_.begin(), heap_.end(), later);
            }
        }
        return heap_.empty() ? end_of_docs : heap_.front().doc;
    }
    [[nodiscard]] std::uint64_t cost() const override {
        std::uint64_t sum = 0;
        for (const auto& cursor : cursors_) sum += cursor->cost();
        return sum;
    }

private:
    struct At {
        DocNo doc;
        DocCursor* cursor;
    };
    static bool later(const At& a, const At& b) { return a.doc > b.doc; }

    Cursors cursors_;
    std::vector<At> heap_;
};

/// What all of them have; the rarest leads.
class AllCursor final : public DocCursor {
public:
    explicit AllCursor(Cursors cursors) : cursors_(std::move(cursors)) {
        std::sort(cursors_.begin(), cursors_.end(), [](const auto& a, const auto& b) { return a->cost() < b->cost(); });
    }

    DocNo seek(DocNo least) override {
        std::size_t agreed = 0;
        for (std::size_t i = 0; agreed < cursors_.size(); i = (i + 1) % cursors_.size()) {
            const DocNo doc = cursors_[i]->seek(least);
            if (doc == end_of_docs) return end_of_docs;
            agreed = doc == least ? agreed + 1 : 1;
            least = doc;
        }
        return least;
    }
    [[nodiscard]] std::uint64_t cost() const override { return cursors_.front()->cost(); }

private:
    Cursors cursors_;
};

/// Lists up to this size are read at once when a prefix is looked up; longer ones get a cursor of their own.
constexpr std::size_t short_list_bytes = 256;

/// Everything under the terms that start with `prefix`; null when there is none.
std::unique_ptr<DocCursor> with_prefix(const Run& run, const std::string& prefix, DocNo least) {
    const RunDirectory& directory = *run.directory;
    Cursors cursors;
    std::vector<DocNo> docs;
    std::string long_term;
    bool beyond = false;
    for (std::uint32_t page = directory.page_for(prefix, 0); page < directory.pages() && !beyond; ++page) {
        const PageBytes bytes = run.pages->read_page(run.no, page);
        PageReader entries{*bytes};
        entries.go_near(prefix);
        while (entries.next()) {
            const std::string& term = entries.term();
            if (term < prefix || term == long_term) continue;
            beyond = !term.starts_with(prefix);
            if (beyond) break;
            const bool goes_on = page + 1 < directory.pages() && directory.start(page + 1).term == term;
            if (goes_on || entries.list().size() > short_list_bytes) {
                long_term = term;
                cursors.push_back(std::make_unique<TermCursor>(run, term, least));
                continue;
            }
            for (DocReader list{entries.list()}; list.next();) {
                if (list.doc() >= least) docs.push_back(list.doc());
            }
        }
    }
    if (!docs.empty()) {
        std::sort(docs.begin(), docs.end());
        docs.erase(std::unique(docs.begin(), docs.end()), docs.end());
        cursors.push_back(std::make_unique<ListCursor>(std::move(docs)));
    }
    if (cursors.empty()) return nullptr;
    if (cursors.size() == 1) return std::move(cursors.front());
    return std::make_unique<AnyCursor>(std::move(cursors));
}

std::unique_ptr<DocCursor> with_term(const Run& run, const std::string& term, DocNo least) {
    auto cursor = std::make_unique<TermCursor>(run, term, least);
    if (!cursor->found()) return nullptr;
    return cursor;
}

std::unique_ptr<DocCursor> all_in_run(const Run& run, const std::vector<WantedTerm>& terms, DocNo least) {
    Cursors cursors;
    // Whole terms first: most runs lack one of them, and a prefix costs more.
    for (const bool prefix : {false, true}) {
        for (const WantedTerm& term : terms) {
            if (term.prefix != prefix) continue;
            auto cursor = prefix ? with_prefix(run, term.text, least) : with_term(run, term.text, least);
            if (!cursor) return nullptr;
            cursors.push_back(std::move(cursor));
        }
    }
    if (cursors.size() == 1) return std::move(cursors.front());
    return std::make_unique<AllCursor>(std::move(cursors));
}

}  // namespace

std::unique_ptr<DocCursor> all_terms(const std::vector<Run>& runs, const std::vector<WantedTerm>& terms, DocNo least) {
    Cursors cursors;
    for (const Run& run : runs) {
        if (auto cursor = all_in_run(run, terms, least)) cursors.push_back(std::move(cursor));
    }
    return std::make_unique<AnyCursor>(std::move(cursors));
}

}  // namespace minglu::postings
