#pragma once
/// The terms that are made of an entry's names: what names are matched by before any other text, and their sound.
#include <span>
#include <string_view>

#include "catalog/text/normalise.hpp"
#include "catalog/text/term_set.hpp"

namespace minglu {

/// `name` is searchable text, `folded` what was folded in it. See terms.hpp for the terms.
void add_name_terms(TermSet& set, std::string_view name, std::span<const FoldedCharacter> folded);

}  // namespace minglu
