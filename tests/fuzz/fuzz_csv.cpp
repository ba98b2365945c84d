// Fuzz target: a list in any encoding: every row is taken or refused, however the bytes are cut into chunks.
#include <algorithm>
#include <string>
#include <vector>

#include "catalog/import/table.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {
namespace {

struct Reading {
    std::vector<RowDraft> drafts;
    std::vector<std::uint64_t> refused;  ///< rows with an error
    std::uint64_t rows = 0;
    std::string fault;  ///< why the file cannot be used as a whole; empty when it can
    friend bool operator==(const Reading&, const Reading&) = default;
};

Reading read(std::string_view bytes, std::size_t chunk_bytes) {
    Reading reading;
    TableOptions options;
    options.map.default_home = NodeId{"cq"};
    TableReader table(
        options,
        [&](RowDraft draft) -> Result<void> {
            reading.drafts.push_back(std::move(draft));
            return {};
        },
        [&](const RowError& error) {
            if (reading.refused.empty() || reading.refused.back() != error.row) reading.refused.push_back(error.row);
        });
    Result<void> outcome;
    for (std::size_t at = 0; outcome && at < bytes.size(); at += chunk_bytes)
        outcome = table.feed(bytes.substr(at, chunk_bytes));
    if (outcome) outcome = table.finish();
    if (!outcome) reading.fault = describe(outcome.error());
    reading.rows = table.rows();
    require(reading.refused.size() == table.refused(), "a refused row names its error");
    return reading;
}

}  // namespace

bool fuzz_csv(std::string_view bytes) {
    constexpr std::size_t odd = 7;  // cuts characters, quotes and line ends in two
    const Reading whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
    require(read(bytes, odd) == whole, "how the bytes are cut into chunks changes nothing");
    for (const RowDraft& draft : whole.drafts)
        require(std::find(whole.refused.begin(), whole.refused.end(), draft.row) == whole.refused.end(),
                "a row is taken whole or refused whole");
    return whole.fault.empty() && !whole.drafts.empty();
}

}  // namespace minglu::test
