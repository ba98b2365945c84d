#include "src/cli/one_entry.hpp"

namespace minglu::cli {

HttpResponse get_entry(Session& session, const std::string& key, const std::string& part) {
    HttpResponse answer = session.call(request_of("GET", "/v1/entries/" + key + part));
    if (answer.status != 200) end_without_entry(session, answer, key);
    return answer;
}

void end_without_entry(Session& session, const HttpResponse& answer, const std::string& key) {
    constexpr int not_found = 404;
    if (answer.status != not_found || session.json()) session.end(answer);
    session.end({ErrorCode::not_found, "there is no entry " + key, "",
                 "look for it with minglu query; a key is kind/number or kind/number/class"});
}

}  // namespace minglu::cli
