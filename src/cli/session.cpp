#include "src/cli/session.hpp"

#include "src/cli/text_width.hpp"
#include "src/http/problem.hpp"

namespace minglu::cli {

namespace {

bool is_success(int status) {
    return status >= 200 && status < 300;
}

Json document_of(const HttpResponse& problem) {
    Json document = Json::parse(problem.body, nullptr, false);
    return document.is_object() ? document : Json::object();
}

}  // namespace

Session::Session(Environment& environment, Globals globals)
    : environment_(environment),
      globals_(std::move(globals)),
      screen_{environment.out, environment.colours, environment.out_is_terminal ? environment.columns : 0} {}

ProgressBar Session::progress() const {
    return ProgressBar(environment_.err, environment_.err_is_terminal && !globals_.json, environment_.columns);
}

HttpResponse Session::call(HttpRequest request, const Backend::Sink* sink) {
    if (!backend_) {
        auto connected = environment_.node.connect(globals_.place);
        if (!connected) end(connected.error());
        backend_ = std::move(*connected);
    }
    if (!globals_.actor.empty()) request.headers["minglu-actor"] = globals_.actor;
    add_query(request, "case", globals_.case_number);
    request.headers.emplace("accept", "application/json");
    auto answer = backend_->call(request, sink);
    if (!answer) end(answer.error());
    return std::move(*answer);
}

HttpResponse Session::send(HttpRequest request, const Backend::Sink* sink) {
    HttpResponse response = call(std::move(request), sink);
    if (!is_success(response.status)) end(response);
    return response;
}

Json Session::ask(HttpRequest request) {
    const HttpResponse response = send(std::move(request));
    Json json = parse(response);
    if (globals_.json && !response.body.empty()) print_json(response.body);
    return json;
}

Json Session::fetch(HttpRequest request) {
    return parse(send(std::move(request)));
}

Json Session::parse(const HttpResponse& response) {
    if (response.body.empty()) return Json::object();
    Json json = Json::parse(response.body, nullptr, false);
    if (json.is_discarded()) {
        end({ErrorCode::internal, "the node's answer is not JSON", "", "look into its log; are both of one version?"});
    }
    return json;
}

void Session::end(const Error& error) {
    if (globals_.json) {
        environment_.err << problem(error).body << '\n';
    } else {
        environment_.err << "minglu: " << printable(describe(error)) << '\n';
    }
    throw Ended{exit_code_of(error.code)};
}

void Session::end(const HttpResponse& problem) {
    const Json document = document_of(problem);
    if (globals_.json) {
        environment_.err << problem.body << '\n';
    } else {
        Error error;
        error.what = text(document, "detail");
        error.where = text(document, "where");
        error.cure = text(document, "cure");
        if (error.what.empty()) error.what = "the node answered with status " + std::to_string(problem.status);
        environment_.err << "minglu: " << printable(describe(error)) << '\n';
    }
    throw Ended{exit_code_of(problem.status, text(document, "code"))};
}

void Session::usage(const std::string& what) {
    environment_.err << "minglu: " << what << '\n';
    throw Ended{ExitCode::usage};
}

Result<void> Session::print(std::string_view bytes) {
    out().write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (out().good()) return {};
    return fail({ErrorCode::io, "cannot write", "standard output", "check where it goes"});
}

void Session::print_json(std::string_view json) {
    environment_.out << json;
    if (!json.ends_with('\n')) environment_.out << '\n';
}

HttpRequest request_of(std::string method, std::string path) {
    HttpRequest request;
    request.method = std::move(method);
    request.path = std::move(path);
    request.local = true;
    return request;
}

HttpRequest request_of(std::string method, std::string path, const Json& body) {
    HttpRequest request = request_of(std::move(method), std::move(path));
    request.headers.emplace("content-type", "application/json");
    request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return request;
}

void add_query(HttpRequest& request, const std::string& name, const std::string& value) {
    if (!value.empty()) request.query.emplace(name, value);
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

const Json& member(const Json& object, const char* name) {
    static const Json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
}

std::string text(const Json& object, const char* name) {
    const Json& value = member(object, name);
    if (value.is_string()) return value.get<std::string>();
    return value.is_number() || value.is_boolean() ? value.dump() : std::string();
}

std::int64_t number(const Json& object, const char* name) {
    const Json& value = member(object, name);
    return value.is_number() ? value.get<std::int64_t>() : 0;
}

bool flag(const Json& object, const char* name) {
    const Json& value = member(object, name);
    return value.is_boolean() && value.get<bool>();
}

std::vector<Json> elements(const Json& object, const char* name) {
    const Json& value = member(object, name);
    return value.is_array() ? value.get<std::vector<Json>>() : std::vector<Json>();
}

}  // namespace minglu::cli
