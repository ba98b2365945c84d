#pragma once
/// One run of one command: sends its requests and speaks to its user.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/cli/environment.hpp"
#include "src/cli/exit_code.hpp"
#include "src/cli/progress.hpp"
#include "src/cli/table.hpp"

namespace minglu::cli {

using Json = nlohmann::json;

/// The options that every command takes.
struct Globals {
    Place place;
    std::string actor;
    std::string case_number;
    bool json = false;
};

/// Ends the command; what was wrong has been said. Thrown, because every command ends the same way.
struct Ended {
    ExitCode code;
};

class Session {
public:
    Session(Environment& environment, Globals globals);

    [[nodiscard]] Environment& environment() { return environment_; }
    [[nodiscard]] const Globals& globals() const { return globals_; }
    [[nodiscard]] bool json() const { return globals_.json; }
    [[nodiscard]] const Screen& screen() const { return screen_; }
    [[nodiscard]] std::ostream& out() { return environment_.out; }
    [[nodiscard]] std::ostream& err() { return environment_.err; }
    [[nodiscard]] ProgressBar progress() const;

    /// Sends it and returns the answer whatever its status. Ends when there is no answer.
    [[nodiscard]] HttpResponse call(HttpRequest request, const Backend::Sink* sink = nullptr);
    /// The same, and ends with the problem's message and exit code for any status but 2xx.
    [[nodiscard]] HttpResponse send(HttpRequest request, const Backend::Sink* sink = nullptr);
    /// The body of the answer as JSON; with --json it is also printed, as it came.
    [[nodiscard]] Json ask(HttpRequest request);
    /// The same without printing.
    [[nodiscard]] Json fetch(HttpRequest request);
    /// The body of an answer as JSON; ends when it is none.
    [[nodiscard]] Json parse(const HttpResponse& response);

    /// Says what is wrong on standard error (with --json as a problem document) and ends.
    [[noreturn]] void end(const Error& error);
    [[noreturn]] void end(const HttpResponse& problem);
    [[noreturn]] void usage(const std::string& what);
    /// Prints bytes as they are. Errors: io (nobody takes them).
    [[nodiscard]] Result<void> print(std::string_view bytes);
    /// Prints a JSON text and a line end.
    void print_json(std::string_view json);

private:
    Environment& environment_;
    Globals globals_;
    Screen screen_;
    std::unique_ptr<Backend> backend_;
};

[[nodiscard]] HttpRequest request_of(std::string method, std::string path);
/// With a JSON body.
[[nodiscard]] HttpRequest request_of(std::string method, std::string path, const Json& body);
/// Adds a query parameter unless the value is empty.
void add_query(HttpRequest& request, const std::string& name, const std::string& value);
/// Words of a command line as one text: who searches need not quote.
[[nodiscard]] std::string joined(const std::vector<std::string>& words);

// Reading answers leniently: what is missing or of another type is empty, so that an older program can show the answers
// of a newer node.
[[nodiscard]] const Json& member(const Json& object, const char* name);
/// Strings as they are, numbers in decimal, true and false, anything else "".
[[nodiscard]] std::string text(const Json& object, const char* name);
[[nodiscard]] std::int64_t number(const Json& object, const char* name);
[[nodiscard]] bool flag(const Json& object, const char* name);
/// The elements of an array member, or none.
[[nodiscard]] std::vector<Json> elements(const Json& object, const char* name);

}  // namespace minglu::cli
