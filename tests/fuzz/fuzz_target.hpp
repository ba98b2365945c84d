#pragma once
/// Each target defines `fuzz`; libFuzzer's entry point stands in fuzz_entry.cpp.
#include <cstdlib>
#include <string>
#include <string_view>

/// One input. Anything but returning is a finding.
void fuzz(std::string_view bytes);

/// A property that must hold whatever the input.
inline void check(bool holds) {
    if (!holds) std::abort();
}
