#include "src/http/api/entry_evidence.hpp"

#include "catalog/text/percent_encoding.hpp"
#include "src/http/api/asked.hpp"
#include "src/http/api/asked_key.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/similar_entries.hpp"
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

/// Of a key that is listed, or was, nobody doubts that it was meant.
std::vector<EntryKey> similar_to_absent(const ReadTx& tx, const EntryKey& key, const Asked& asked) {
    if (entry_at(tx, key, asked.known_at)) return {};
    return similar_entries(CatalogueAt(tx, asked), key);
}

std::string header_of(const std::vector<EntryKey>& keys) {
    std::string out;
    for (const EntryKey& key : keys) out += (out.empty() ? "" : ",") + percent_encoded(key.value(), "/");
    return out;
}

HttpResponse evidence(Call& call, EvidenceOffice& office) {
    const auto asked = asked_from(call.request, call.services.clock.now());
    if (!asked) return problem(asked.error());
    const auto key = asked_key(*call.services.store.read(), call.path.at("key"));
    if (!key) return problem(key.error());
    auto bytes = office.issue(*key, asked->as_of, asked->known_at);
    if (!bytes) return problem(bytes.error());
    const std::string name = file_name(*bytes);
    const std::vector<EntryKey> similar = similar_to_absent(*call.services.store.read(), *key, *asked);
    HttpResponse response;
    if (wants_page(call.request)) {
        auto sheet = evidence_sheet(*bytes, name, similar);
        if (!sheet) return problem(sheet.error());
        response.content_type = "text/html; charset=utf-8";
        response.headers.emplace("Cache-Control", "no-store");
        response.body = *std::move(sheet);
    } else {
        response = json_answer(200, *std::move(bytes));
        response.headers.emplace("Content-Disposition", "attachment; filename=\"" + name + "\"");
    }
    if (!similar.empty()) response.headers.emplace(similar_header, header_of(similar));
    return response;
}

}  // namespace

void add_evidence_routes(Router& router, EvidenceOffice& office) {
    router.add("GET", "/v1/entries/{key...}/evidence", Access::read, {"as_of", "known_at"},
               [&office](Call& call) { return evidence(call, office); });
}

}  // namespace minglu
