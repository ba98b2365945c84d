#pragma once
/// What a program reads of records, and what it makes of them. Handed in, so that tests can let programs of several
/// versions meet.
#include <cstdint>
#include <string>
#include <string_view>

#include "catalog/entry_views.hpp"
#include "minglu/record.hpp"

namespace minglu {

struct Reading {
    std::uint32_t version = record_version;  ///< highest `v` that is read and may be written
    std::uint32_t fold = fold_version;       ///< stands in its heads; another one for each other set of records read
};

/// What stands in the store of the program that looked last at its unread records: "1 open change batch.propose …".
constexpr std::string_view reading_setting = "records_read";
[[nodiscard]] std::string reading_text(const Reading& reading);
/// Whether that program read something that this one does not: what it has judged would be folded by rules that are not
/// known here.
[[nodiscard]] bool reads_less(const Reading& reading, std::string_view stored_text);

}  // namespace minglu
