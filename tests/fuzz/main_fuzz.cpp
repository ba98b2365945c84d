// libFuzzer's entry point. MINGLU_FUZZ_TARGET is the function of targets.hpp that the program runs.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static_cast<void>(minglu::test::MINGLU_FUZZ_TARGET({reinterpret_cast<const char*>(data), size}));
    return 0;
}
