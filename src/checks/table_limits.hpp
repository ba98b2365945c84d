#pragma once
/// Bounds on a list that is checked in one go; all of it is held in memory while it is.
#include <cstddef>

namespace minglu {

struct TableLimits {
    std::size_t rows_max = 20'000;  ///< that are not blank
    std::size_t columns_max = 64;
    std::size_t text_bytes_max = std::size_t{16} << 20;  ///< of all cells
    std::size_t part_bytes_max = std::size_t{96} << 20;  ///< of one part of a workbook, unpacked
};

}  // namespace minglu
