#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "tests/unit/postings/memory_runs.hpp"

using namespace minglu::postings;

namespace {

bool has(const Model& model, const WantedTerm& wanted, DocNo doc) {
    if (!wanted.prefix) {
        const auto found = model.find(wanted.text);
        return found != model.end() && found->second.count(doc) != 0;
    }
    for (auto item = model.lower_bound(wanted.text); item != model.end() && item->first.starts_with(wanted.text);
         ++item)
        if (item->second.count(doc) != 0) return true;
    return false;
}

std::vector<DocNo> expected(const Model& model, const std::vector<WantedTerm>& terms, DocNo least) {
    std::set<DocNo> all;
    for (const auto& [term, docs] : model) all.insert(docs.begin(), docs.end());
    std::vector<DocNo> out;
    for (const DocNo doc : all) {
        const bool match =
            std::all_of(terms.begin(), terms.end(), [&](const WantedTerm& term) { return has(model, term, doc); });
        if (doc >= least && match) out.push_back(doc);
    }
    return out;
}

/// A short term over a small alphabet, so that terms repeat and are prefixes of each other.
rc::Gen<std::string> any_term() {
    return rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::element('a', 'b', '\xe6', '~')));
}

/// What one run files: (entry, number, term), in any order. Each document stands in one run only.
Run filed(MemoryRuns& runs, Model& model, std::int64_t run, std::int64_t run_count) {
    RunBuilder builder;
    const auto count = *rc::gen::inRange(1, 120);
    for (int i = 0; i < count; ++i) {
        const auto entry = *rc::gen::inRange(0, 60) * run_count + run + 1;
        const DocNo doc = doc_of(entry, *rc::gen::inRange(0, 3));
        const std::string term = *any_term();
        builder.add(doc, term);
        model[term].insert(doc);
    }
    return runs.write(builder);
}

}  // namespace

TEST_CASE("a search over any runs, merged in any way, finds what was filed") {
    CHECK(rc::check([] {
        MemoryRuns memory;
        Model model;
        std::vector<Run> runs;
        const auto run_count = *rc::gen::inRange(1, 6);
        for (std::int64_t i = 0; i < run_count; ++i) runs.push_back(filed(memory, model, i, run_count));
        if (*rc::gen::arbitrary<bool>() && runs.size() > 1) {
            std::vector<Run> some(runs.begin() + 1, runs.end());
            runs.resize(1);
            runs.push_back(memory.merge(std::move(some), *rc::gen::element<std::size_t>(1, 500, 1'000'000)));
        }
        std::vector<WantedTerm> terms;
        for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
            const auto known = std::next(
                model.begin(), *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(model.size())));
            terms.push_back({*rc::gen::arbitrary<bool>() ? known->first : *any_term(), *rc::gen::arbitrary<bool>()});
        }
        const DocNo least = doc_of(*rc::gen::inRange(0, 100));
        RC_ASSERT(walk(*all_terms(runs, terms, least), least) == expected(model, terms, least));
    }));
}

TEST_CASE("long lists over many pages") {
    MemoryRuns memory;
    Model first;
    Model second;
    Model all;
    for (std::int64_t entry = 1; entry <= 40'000; ++entry) {
        Model& run = entry % 7 == 0 ? second : first;
        const DocNo doc = doc_of(entry, entry % 5 == 0 ? 2 : 0);
        run["hot"].insert(doc);
        if (entry % 2 == 0) run["hotter"].insert(doc);
        if (entry % 1'000 == 0) run["rare"].insert(doc);
        run["own" + std::to_string(entry)].insert(doc);
    }
    for (const Model* part : {&first, &second}) {
        for (const auto& [term, docs] : *part) all[term].insert(docs.begin(), docs.end());
    }
    std::vector<Run> runs{MemoryRuns::run_of(memory, first), MemoryRuns::run_of(memory, second)};
    const auto check = [&](const std::vector<Run>& in, const std::vector<WantedTerm>& terms, DocNo least) {
        CAPTURE(terms.front().text);
        CHECK(walk(*all_terms(in, terms, least), least) == expected(all, terms, least));
    };
    const std::vector<Run> merged{memory.merge(runs, 10'000)};
    for (const auto& in : {runs, merged}) {
        check(in, {{"hot", false}}, 0);
        check(in, {{"hot", false}, {"hotter", false}}, doc_of(12'345));
        check(in, {{"hot", true}, {"rare", false}}, 0);
        check(in, {{"own1234", true}}, doc_of(5'000));
        check(in, {{"absent", false}}, 0);
        check(in, {{"hot", false}, {"own39999", false}}, 0);
    }
}

TEST_CASE("the rare term leads: few pages are read") {
    MemoryRuns memory;
    Model model;
    for (std::int64_t entry = 1; entry <= 200'000; ++entry) model["hot"].insert(doc_of(entry));
    model["rare"] = {doc_of(5), doc_of(199'999)};
    const std::vector<Run> runs{MemoryRuns::run_of(memory, model)};
    REQUIRE(runs.front().directory->pages() > 20);
    CHECK(walk(*all_terms(runs, {{"hot", false}, {"rare", false}}, 0)).size() == 2);
    CHECK(memory.reads() < 8);
}

TEST_CASE("documents in any order, and twice") {
    CHECK(rc::check([](const std::vector<std::uint16_t>& entries) {
        MemoryRuns memory;
        RunBuilder builder;
        std::set<DocNo> docs;
        for (const std::uint16_t entry : entries) {
            builder.add(doc_of(entry + 1), "term");
            docs.insert(doc_of(entry + 1));
        }
        RC_ASSERT(builder.empty() == entries.empty());
        const std::vector<Run> runs{memory.write(builder)};
        if (entries.empty()) return;
        RC_ASSERT(walk(*all_terms(runs, {{"term", false}}, 0)) == std::vector<DocNo>(docs.begin(), docs.end()));
        builder.clear();
        RC_ASSERT(builder.empty());
    }));
}

TEST_CASE("eight runs of about one size become one") {
    CHECK(runs_to_merge({}).empty());
    CHECK(runs_to_merge(std::vector<std::uint64_t>(7, 1'000)).empty());
    CHECK(runs_to_merge(std::vector<std::uint64_t>(8, 1'000)).size() == 8);
    std::vector<std::uint64_t> mixed(7, 5'000'000);
    mixed.insert(mixed.end(), 9, 1'000);
    const auto due = runs_to_merge(mixed);
    CHECK(due.size() == 9);
    CHECK(due.front() == 7);
}
