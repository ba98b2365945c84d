#include "src/store/postings/run_builder.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace minglu::postings {
namespace {

constexpr std::size_t slots_at_first = 1024;

/// Spreads terms over the table; of no meaning outside this process.
std::uint32_t spread(std::string_view term) {
    constexpr std::uint64_t factor = 0x9E3779B97F4A7C15u;
    std::uint64_t value = term.size() * factor;
    while (!term.empty()) {
        std::uint64_t part = 0;
        const std::size_t size = std::min(term.size(), sizeof part);
        std::memcpy(&part, term.data(), size);
        value = (value ^ part) * factor;
        value ^= value >> 32;
        term.remove_prefix(size);
    }
    return static_cast<std::uint32_t>(value);
}

}  // namespace

RunBuilder::RunBuilder() : slots_(slots_at_first) {}

RunBuilder::List& RunBuilder::list_of(std::string_view term) {
    if (lists_.size() * 2 >= slots_.size()) grow();
    const std::uint32_t hash = spread(term);
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    for (; slots_[at].list != 0; at = (at + 1) & mask) {
        if (slots_[at].hash != hash) continue;
        List& list = lists_[slots_[at].list - 1];
        if (term_of(list) == term) return list;
    }
    List list;
    list.at = static_cast<std::uint32_t>(terms_.size());
    list.size = static_cast<std::uint32_t>(term.size());
    terms_.append(term);
    lists_.push_back(std::move(list));
    slots_[at] = {hash, static_cast<std::uint32_t>(lists_.size())};
    bytes_ += sizeof(List) + 2 * sizeof(Slot) + term.size();
    return lists_.back();
}

void RunBuilder::grow() {
    std::vector<Slot> old(slots_.size() * 4);
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.list == 0) continue;
        std::size_t at = slot.hash & mask;
        while (slots_[at].list != 0) at = (at + 1) & mask;
        slots_[at] = slot;
    }
}

void RunBuilder::add(DocNo doc, std::string_view term) {
    List& list = list_of(term.substr(0, term_bytes_max));
    if (doc == list.last) return;
    if (doc < list.last) {
        late_.push_back({static_cast<std::uint32_t>(&list - lists_.data()), doc});
        bytes_ += sizeof(Late);
        return;
    }
    const std::size_t before = list.docs.size();
    append_doc(list.docs, list.last, doc);
    list.last = doc;
    bytes_ += list.docs.size() - before;
}

void RunBuilder::write(PageWriter& out) {
    std::vector<std::uint32_t> order(lists_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return term_of(lists_[a]) < term_of(lists_[b]); });
    std::sort(late_.begin(), late_.end(), [](const Late& a, const Late& b) { return a.list < b.list; });
    for (const std::uint32_t number : order) {
        const List& list = lists_[number];
        out.term(term_of(list));
        std::vector<DocNo> late;
        const auto after = [](std::uint32_t wanted, const Late& item) { return wanted < item.list; };
        const auto before = [](const Late& item, std::uint32_t wanted) { return item.list < wanted; };
        auto from = std::lower_bound(late_.begin(), late_.end(), number, before);
        const auto to = std::upper_bound(from, late_.end(), number, after);
        for (; from != to; ++from) late.push_back(from->doc);
        if (late.empty()) {
            out.add_list(list.docs);
        } else {
            write_with_late(out, list, std::move(late));
        }
    }
}

void RunBuilder::write_with_late(PageWriter& out, const List& list, std::vector<DocNo> late) const {
    DocReader docs{list.docs};
    while (docs.next()) late.push_back(docs.doc());
    std::sort(late.begin(), late.end());
    late.erase(std::unique(late.begin(), late.end()), late.end());
    for (const DocNo doc : late) out.add(doc);
}

void RunBuilder::clear() {
    terms_.clear();
    lists_.clear();
    late_.clear();
    slots_.assign(slots_at_first, {});
    bytes_ = 0;
}

}  // namespace minglu::postings
