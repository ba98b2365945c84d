#pragma once
/// The card of this node as it stands in the data directory.
#include <filesystem>

#include "sync/card.hpp"

namespace minglu {

/// Errors: those of parse_card, naming the file.
[[nodiscard]] Result<Card> read_card_file(const std::filesystem::path& file);

}  // namespace minglu
