// Fuzz target: a list in any encoding: every row is taken or refused, however the bytes are cut into chunks.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/fuzz/targets.hpp"
#include "tests/support/imported_table.hpp"

namespace minglu::test {
namespace {

std::vector<std::uint64_t> rows_of(const std::vector<RowError>& errors) {
    std::vector<std::uint64_t> rows;
    for (const RowError& error : errors)
        if (rows.empty() || rows.back() != error.row) rows.push_back(error.row);
    return rows;
}

ImportedTable read(std::string_view bytes, std::size_t chunk_bytes) {
    TableOptions options;
    options.map.default_home = NodeId{"cq"};
    ImportedTable table = read_table(bytes, options, chunk_bytes);
    require(rows_of(table.errors).size() == table.refused, "a refused row names its error");
    return table;
}

}  // namespace

bool fuzz_csv(std::string_view bytes) {
    constexpr std::size_t odd = 7;  // cuts characters, quotes and line ends in two
    const ImportedTable whole = read(bytes, std::max<std::size_t>(bytes.size(), 1));
    const ImportedTable cut = read(bytes, odd);
    const auto refused = rows_of(whole.errors);
    require(cut.drafts == whole.drafts && rows_of(cut.errors) == refused && cut.rows == whole.rows &&
                cut.fatal == whole.fatal,
            "how the bytes are cut into chunks changes nothing");
    for (const RowDraft& draft : whole.drafts)
        require(std::find(refused.begin(), refused.end(), draft.row) == refused.end(),
                "a row is taken whole or refused whole");
    return whole.fatal.empty() && !whole.drafts.empty();
}

}  // namespace minglu::test
