#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <random>
#include <vector>

#include "minglu/store.hpp"
#include "tests/unit/postings/memory_runs.hpp"

using namespace minglu;
using namespace minglu::postings;

TEST_CASE("a list of documents reads as it was written") {
    CHECK(rc::check([](const std::set<std::uint32_t>& entries, std::uint8_t number) {
        std::string list;
        DocNo before = 0;
        std::vector<DocNo> docs;
        for (const std::uint32_t entry : entries) {
            docs.push_back(doc_of(entry + 1));
            if (number != 0) docs.push_back(doc_of(entry + 1, number));
        }
        for (const DocNo doc : docs) {
            append_doc(list, before, doc);
            before = doc;
        }
        std::vector<DocNo> read;
        for (DocReader reader{list}; reader.next();) read.push_back(reader.doc());
        RC_ASSERT(read == docs);
    }));
}

TEST_CASE("seeking leads to the same document as reading one after the other") {
    std::mt19937_64 random(7);
    for (int round = 0; round < 300; ++round) {
        std::vector<DocNo> docs;
        DocNo entry = 0;
        const std::size_t count = random() % 60;
        for (std::size_t i = 0; i < count; ++i) {
            entry +=
                static_cast<DocNo>(1 + random() % (random() % 4 == 0 ? 1u << 20 : 100u));  // steps of one octet to four
            const DocNo number = random() % 5 == 0 ? static_cast<DocNo>(random() % 300) : 0;
            docs.push_back((entry << doc_number_bits) + number);
        }
        std::string list;
        for (std::size_t i = 0; i < docs.size(); ++i) append_doc(list, i == 0 ? 0 : docs[i - 1], docs[i]);
        DocReader reader{list};
        DocNo least = 0;
        auto expected = docs.begin();
        while (true) {
            least += static_cast<DocNo>(random() % 3 == 0 ? random() % (DocNo{1} << 40) : random() % (DocNo{1} << 27));
            expected = std::lower_bound(expected, docs.end(), least);
            const bool found = reader.seek(least);
            REQUIRE(found == (expected != docs.end()));
            if (!found) break;
            REQUIRE(reader.doc() == *expected);
            least = *expected++ + 1;
        }
    }
}

TEST_CASE("neighbours take one byte each") {
    std::string list;
    for (std::int64_t entry = 1; entry <= 100; ++entry) append_doc(list, doc_of(entry - 1), doc_of(entry));
    CHECK(list.size() == 100);
}

TEST_CASE("pages are no longer than they may be, and say where they start") {
    MemoryRuns runs;
    Model model;
    for (std::int64_t entry = 1; entry <= 60'000; ++entry) model["hot"].insert(doc_of(entry * 3, entry % 2));
    for (int i = 0; i < 3'000; ++i) model["term" + std::to_string(i)].insert(doc_of(i + 1));
    model[std::string(term_bytes_max, 'x')].insert(doc_of(1));
    const Run run = MemoryRuns::run_of(runs, model);
    REQUIRE(run.directory->pages() > 10);
    PageStart before;
    for (std::uint32_t page = 0; page < run.directory->pages(); ++page) {
        const std::string& bytes = runs.pages(run)[page];
        CHECK(bytes.size() <= page_bytes_max);
        PageReader entries{bytes};
        REQUIRE(entries.next());
        DocReader docs{entries.list()};
        REQUIRE(docs.next());
        const PageStart start = run.directory->start(page);
        CHECK(start == PageStart{entries.term(), docs.doc()});
        CHECK(before < start);
        before = start;
    }
}

TEST_CASE("a damaged page is an error or other entries, never anything else") {
    MemoryRuns runs;
    Model model;
    for (int i = 0; i < 200; ++i) model["term" + std::to_string(i)] = {doc_of(i + 1), doc_of(i + 5)};
    const Run run = MemoryRuns::run_of(runs, model);
    const std::string page = runs.pages(run).front();
    CHECK(rc::check([&](std::uint16_t at, std::uint8_t value, bool cut) {
        std::string bytes = page;
        bytes[at % bytes.size()] = static_cast<char>(value);
        if (cut) bytes.resize(at % bytes.size());
        try {
            PageReader entries{bytes};
            while (entries.next()) {
                for (DocReader docs{entries.list()}; docs.next();) {
                }
            }
            static_cast<void>(PageReader{bytes}.find("term77"));
        } catch (const StoreFault& fault) {
            RC_ASSERT(fault.code() == ErrorCode::corrupt);
        }
    }));
}
