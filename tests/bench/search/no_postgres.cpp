#include "tests/bench/search/rival.hpp"

namespace minglu::bench {

std::unique_ptr<Rival> open_postgres(const std::string&) {
    return nullptr;
}

}  // namespace minglu::bench
