#pragma once
/// Everything outside the program that a command touches, so that tests can hold it in their hands.
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

#include "src/cli/backend.hpp"

namespace minglu::cli {

struct Environment {
    std::ostream& out;
    std::ostream& err;
    NodeAccess& node;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool colours = false;     ///< on the output: a terminal, and NO_COLOR is not set
    std::size_t columns = 0;  ///< of the terminal; 0 = unknown
    std::function<std::string(const std::string& name)> variable = {};  ///< environment variables; empty when not set
    std::function<void(std::int64_t ms)> wait = {};                     ///< between two looks at something that runs
};

}  // namespace minglu::cli
