// Fuzz target: a list in any encoding: no crash, every row taken or refused.
#include "catalog/import/table.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace minglu;

void fuzz(std::string_view bytes) {
    TableReader table(
        {}, [](RowDraft) {}, [](const RowError&) {});
    if (table.feed(bytes)) static_cast<void>(table.finish());
}
