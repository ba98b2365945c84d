/// Minglu 名录: the one program, node and command line.
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "src/cli/local_node.hpp"
#include "src/cli/program.hpp"

namespace {

std::string variable(const std::string& name) {
    const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nothing sets variables
    return value == nullptr ? std::string() : std::string(value);
}

/// Width of the terminal at a descriptor; 0 when it is none or does not tell.
std::size_t columns_of(int descriptor) {
    winsize size{};
    return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void wait(std::int64_t ms) {
    ::poll(nullptr, 0, static_cast<int>(ms));
}

}  // namespace

int main(int count, char** words) {
    std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves is an error of the stream, not the end of the node
    std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may not grow: refused like a full disk
    minglu::cli::LocalNode node;
    minglu::cli::Environment environment{std::cout, std::cerr, node};
    environment.out_is_terminal = ::isatty(STDOUT_FILENO) == 1;
    environment.err_is_terminal = ::isatty(STDERR_FILENO) == 1;
    environment.colours = environment.out_is_terminal && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
    environment.columns = columns_of(environment.out_is_terminal ? STDOUT_FILENO : STDERR_FILENO);
    environment.variable = variable;
    environment.wait = wait;
    return minglu::cli::run({words + 1, words + count}, environment);
}
