#pragma once
/// What stands in the search index for a period, and how a query asks for it. Pure text, no SQL.
///
/// Filters are filed as terms too: `~k` kind, `~n` Nice class, `~l` listing, `~s` legal status, `~r` region (each
/// prefix of even length), `~t` subtype, `~g` category, `~h` home. So every combination of words and filters is one
/// intersection of lists in entry order that can stop early, without an index per column.
///
/// Each term becomes exactly one token of the tokenizer `ascii tokenchars '#./-_~'`: bytes that would split a token or
/// be folded to lower case are written `~` and two hex digits, prefix by prefix, so equality and prefixes stay exact.
#include <string>

#include "minglu/store.hpp"

namespace minglu {

/// Text to file for one period: tokens separated by spaces, without repeats.
[[nodiscard]] std::string search_text(const EntryKey& key, const Period& period);
/// FTS5 expression for the terms and filters of `query` that search_text covers; empty when there are none.
[[nodiscard]] std::string match_expression(const EntryQuery& query);

}  // namespace minglu
