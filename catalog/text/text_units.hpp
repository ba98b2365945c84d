#pragma once
/// What names are made of: a Chinese character, or a word of another script.
#include "catalog/text/analysis.hpp"

namespace minglu {

/// Calls `visit(unit)` with each unit of a run, left to right.
template <class Visit>
void for_each_unit(const TextRun& run, const Visit& visit) {
    if (!run.cjk) return visit(run.text);
    for (std::size_t at = 0; at < run.text.size();) {
        const std::size_t size = utf8_at(run.text, at).size;
        visit(run.text.substr(at, size));
        at += size;
    }
}

}  // namespace minglu
