#include "src/checks/imitation_check.hpp"

#include <algorithm>
#include <utility>

#include "catalog/identifiers/trademark.hpp"
#include "catalog/lookalike/beginnings.hpp"
#include "catalog/lookalike/wording.hpp"
#include "src/checks/goods_names.hpp"

namespace minglu {

namespace {

constexpr std::size_t imitated_max = 3;
/// A mark is registered in several classes as a rule; each is an entry.
constexpr std::size_t entries_max = 12;
/// About 1 KB each.
constexpr std::size_t answered_max = 4'096;
/// What is longer is a description.
constexpr std::size_t sign_bytes_max = 120;

std::string text_of(const Comparison& comparison) {
    const std::string rules = wording_of(comparison.rules);
    return wording_of(comparison.units) + (rules.empty() ? "" : "；") + rules;
}

/// Keeps the best of each name.
void add(std::vector<Imitated>& all, const std::vector<Imitated>& more) {
    for (const Imitated& one : more)
        if (std::none_of(all.begin(), all.end(), [&](const Imitated& known) { return known.key == one.key; }))
            all.push_back(one);
    std::stable_sort(all.begin(), all.end(), [](const Imitated& a, const Imitated& b) { return a.score > b.score; });
    if (all.size() > imitated_max) all.resize(imitated_max);
}

}  // namespace

std::vector<Imitated> ImitationCheck::check(const GoodsRow& row) {
    const std::string nice_class = parse_nice_class(row.nice_class).value_or("");
    std::vector<Imitated> all;
    const auto is_own = [&](const Imitated& mark) { return has_surely_holder(mark.holders, row.holders); };
    for (const std::string_view name : row.names) {
        if (name.size() > sign_bytes_max) continue;
        // Most rows are not a holder's: what a sign is like is then the same for all of them.
        const std::vector<Imitated>& by_anyone = imitated_by(name, nice_class, {});
        const bool has_own = std::any_of(by_anyone.begin(), by_anyone.end(), is_own);
        add(all, has_own ? imitated_by(name, nice_class, row.holders) : by_anyone);
    }
    return all;
}

const std::vector<Imitated>& ImitationCheck::imitated_by(std::string_view sign, const std::string& nice_class,
                                                         std::span<const std::string_view> holders) {
    std::string wanted = nice_class + "/";
    for (const std::string_view holder : holders) wanted.append(std::to_string(holder.size()) + ":").append(holder);
    wanted.append("/").append(sign);
    if (const auto known = answered_.find(wanted); known != answered_.end()) return known->second;
    if (answered_.size() >= answered_max) answered_.clear();
    return answered_.emplace(std::move(wanted), compare(sign, nice_class, holders)).first->second;
}

std::vector<Imitated> ImitationCheck::compare(std::string_view sign, const std::string& nice_class,
                                              std::span<const std::string_view> holders) {
    const std::string own_name = same_name(sign);
    LookalikeQuestion question;
    question.query.limit = entries_max;
    question.is_wanted = [&](const EntryHit& hit) {
        return same_name(hit.period.name) != own_name &&
               (holders.empty() || !has_surely_holder(holders_of(hit.period.view), holders));
    };
    const auto hits = search_.find(sign, question);
    if (!hits) return {};  // nothing in it that could be a sign
    // "老干妈风味豆豉": the match by name finds the mark that stands in front, which is no imitation of others.
    const auto begins = [](const LookalikeHit& hit) { return begins_with_mark(hit.comparison); };
    if (std::any_of(hits->begin(), hits->end(), begins)) return {};
    struct Mark {
        std::string name;
        const LookalikeHit* hit = nullptr;
    };
    std::vector<Mark> marks;
    const auto in_class = [&](const LookalikeHit& hit) { return parts_of(hit.entry.key).nice_class == nice_class; };
    for (const LookalikeHit& hit : *hits) {
        std::string name = same_name(hit.entry.period.name);
        const auto same = std::find_if(marks.begin(), marks.end(), [&](const Mark& mark) { return mark.name == name; });
        if (same == marks.end())
            marks.push_back({std::move(name), &hit});
        else if (in_class(hit) && !in_class(*same->hit))
            same->hit = &hit;
    }
    if (marks.size() > imitated_max) marks.resize(imitated_max);
    std::vector<Imitated> imitated;
    for (const Mark& mark : marks) {
        const EntryHit& entry = mark.hit->entry;
        imitated.push_back({mark.hit->comparison.score, entry.key.value(), entry.period.name,
                            std::string(name(catalogue_.answer_about(entry).verdict)), holders_of(entry.period.view),
                            text_of(mark.hit->comparison)});
    }
    return imitated;
}

}  // namespace minglu
