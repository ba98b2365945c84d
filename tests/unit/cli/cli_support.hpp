#pragma once
/// A command line whose node is a list of canned answers.
#include <deque>
#include <map>
#include <sstream>

#include "src/cli/program.hpp"

namespace minglu::clitest {

struct Answer {
    int status = 200;
    std::string body = "{}";
    std::string content_type = "application/json";
};

/// Answers are taken in turn per "METHOD path"; the last one stays.
class FakeNode final : public cli::NodeAccess {
public:
    std::map<std::string, std::deque<Answer>> answers;
    std::vector<HttpRequest> requests;
    std::vector<cli::Place> places;
    std::optional<cli::NewNode> made;
    std::optional<cli::PassphraseFrom> new_passphrase;
    std::optional<std::filesystem::path> restored;
    bool restored_damaged = false;
    std::optional<Error> fault;  ///< of connect, init, serve, restore

    Result<std::unique_ptr<cli::Backend>> connect(const cli::Place& place) override {
        places.push_back(place);
        if (fault) return fail(*fault);
        return std::make_unique<Replies>(*this);
    }
    Result<std::string> init(const cli::NewNode& node) override {
        if (fault) return fail(*fault);
        made = node;
        return std::string("9f3c 21d0");
    }
    Result<void> serve(const cli::Place& place, const std::function<void(const cli::Listening&)>& on_ready) override {
        places.push_back(place);
        if (fault) return fail(*fault);
        on_ready({"127.0.0.1:8080", "", "/d/minglu.sock"});
        return {};
    }
    Result<void> change_passphrase(const cli::Place& place, const std::optional<cli::PassphraseFrom>& to) override {
        places.push_back(place);
        new_passphrase = to;
        return {};
    }
    Result<void> restore(const cli::BackupChoice& backup, const cli::Place&, const cli::Asker&) override {
        if (fault) return fail(*fault);
        restored = backup.file;
        restored_damaged = backup.damaged;
        return {};
    }
    std::string version() const override { return "1.2.3"; }

private:
    class Replies final : public cli::Backend {
    public:
        explicit Replies(FakeNode& node) : node_(node) {}
        Result<HttpResponse> call(const HttpRequest& request, const Sink* sink) override {
            node_.requests.push_back(request);
            HttpResponse response;
            auto& queue = node_.answers[request.method + " " + request.path];
            if (queue.empty()) {
                response.status = 404;
                response.body = R"({"code":"not_found","detail":"nothing canned for )" + request.path + "\"}";
                return response;
            }
            const Answer answer = queue.front();
            if (queue.size() > 1) queue.pop_front();
            response.status = answer.status;
            response.content_type = answer.content_type;
            response.body = answer.body;
            if (sink != nullptr && answer.status < 300) {
                // In two pieces, so that nobody relies on one.
                const std::string_view bytes = answer.body;
                for (const auto piece : {bytes.substr(0, bytes.size() / 2), bytes.substr(bytes.size() / 2)})
                    if (const auto taken = (*sink)(piece); !taken) return fail(taken.error());
                response.body.clear();
            }
            return response;
        }

    private:
        FakeNode& node_;
    };
};

struct Run {
    int code = -1;
    std::string out;
    std::string err;
};

class CommandLine {
public:
    FakeNode node;
    std::map<std::string, std::string> variables;
    bool on_terminal = false;
    bool colours = false;
    std::size_t columns = 0;
    std::int64_t waited_ms = 0;

    void answer(const std::string& request, Answer answer) { node.answers[request].push_back(std::move(answer)); }
    void answer(const std::string& request, std::string body) { answer(request, Answer{200, std::move(body)}); }

    Run run(const std::vector<std::string>& words) {
        std::ostringstream out;
        std::ostringstream err;
        cli::Environment environment{out, err, node};
        environment.out_is_terminal = environment.err_is_terminal = on_terminal;
        environment.colours = colours;
        environment.columns = columns;
        environment.variable = [this](const std::string& name) { return variables[name]; };
        environment.wait = [this](std::int64_t ms) { waited_ms += ms; };
        Run result;
        result.code = cli::run(words, environment);
        result.out = out.str();
        result.err = err.str();
        return result;
    }

    /// The last request's query parameter; "(none)" when it is not there.
    [[nodiscard]] std::string query(const std::string& name) const {
        const auto& parameters = node.requests.back().query;
        const auto found = parameters.find(name);
        return found == parameters.end() ? "(none)" : found->second;
    }
    /// The last request's body.
    [[nodiscard]] std::string body() const { return node.requests.back().body; }
};

[[nodiscard]] inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace minglu::clitest
