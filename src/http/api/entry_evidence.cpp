#include "src/http/api/entry_evidence.hpp"

#include "src/http/api/asked.hpp"
#include "src/http/api/asked_key.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/media_type.hpp"
#include "src/http/problem.hpp"
#include "src/sheet/sheet.hpp"
#include "sync/evidence_office.hpp"

namespace minglu {

namespace {

/// Named by the hash of the file, which the sheet shows: so they find each other again.
std::string file_name(const std::string& evidence) {
    constexpr std::size_t digits = 16;
    return "evidence-" + to_hex(bytes_of(sha256({evidence}))).substr(0, digits) + ".json";
}

/// A browser asks for a page, a program for the file; who asks for anything gets the file.
bool wants_page(const HttpRequest& request) {
    const std::string_view accept = header(request, "accept");
    return accepts(accept, "text/html", "1") && accept.find("text/html") != std::string_view::npos;
}

HttpResponse evidence(Call& call, EvidenceOffice& office) {
    const auto asked = asked_from(call.request, call.services.clock.now());
    if (!asked) return problem(asked.error());
    const auto key = asked_key(*call.services.store.read(), call.path.at("key"));
    if (!key) return problem(key.error());
    auto bytes = office.issue(*key, asked->as_of, asked->known_at);
    if (!bytes) return problem(bytes.error());
    const std::string name = file_name(*bytes);
    if (wants_page(call.request)) {
        auto sheet = evidence_sheet(*bytes, name);
        if (!sheet) return problem(sheet.error());
        HttpResponse response;
        response.content_type = "text/html; charset=utf-8";
        response.headers.emplace("Cache-Control", "no-store");
        response.body = *std::move(sheet);
        return response;
    }
    HttpResponse response = json_answer(200, *std::move(bytes));
    response.headers.emplace("Content-Disposition", "attachment; filename=\"" + name + "\"");
    return response;
}

}  // namespace

void add_evidence_routes(Router& router, EvidenceOffice& office) {
    router.add("GET", "/v1/entries/{key...}/evidence", Access::read, {"as_of", "known_at"},
               [&office](Call& call) { return evidence(call, office); });
}

}  // namespace minglu
