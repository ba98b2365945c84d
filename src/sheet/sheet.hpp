#pragma once
/// The sheet for the file and for the counter (查询证明): what evidence says, printed on A4, with the fingerprint of
/// the evidence file as a QR code. One HTML page that asks nothing of anybody: the evidence itself is inside it.
#include <span>
#include <string>
#include <string_view>

#include "minglu/error.hpp"
#include "minglu/ids.hpp"

namespace minglu {

/// `bytes`: the file of evidence, as it was issued; `file_name`: what it is called, for the command that checks it;
/// `similar`: entries that may have been meant, where the key is not listed. Errors: those of parse_evidence.
[[nodiscard]] Result<std::string> evidence_sheet(std::string_view bytes, std::string_view file_name,
                                                 std::span<const EntryKey> similar = {});

}  // namespace minglu
