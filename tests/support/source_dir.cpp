#include "tests/support/source_dir.hpp"

namespace minglu::test {

std::filesystem::path source_dir() {
    return MINGLU_SOURCE_DIR;
}

}  // namespace minglu::test
