#include "src/http/api/audited.hpp"

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "minglu/json_text.hpp"
#include "src/audit/audit_trail.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 16;

std::string hex_of(const Hash& hash) {
    return to_hex(bytes_of(hash));
}

/// Of what was sent along; empty for nothing.
std::string body_hash(const HttpRequest& request) {
    if (request.body_file.empty()) return request.body.empty() ? "" : hex_of(sha256({request.body}));
    std::ifstream in(request.body_file, std::ios::binary);
    Sha256 sha256;
    std::vector<char> piece(piece_bytes);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
        sha256.add({piece.data(), static_cast<std::size_t>(in.gcount())});
    return hex_of(sha256.finish());
}

std::string vector_in(const HttpResponse& response) {
    const auto found = response.headers.find("Minglu-Vector");
    return found == response.headers.end() ? std::string() : found->second;
}

bool changes_something(const AuditEntry& entry) {
    return entry.kind == "write" && entry.method != "GET" && entry.method != "HEAD";
}

/// Waits longer than a moment only when the store is in trouble; then trying again in a while is all there is to do.
HttpResponse withheld(const Error& error) {
    HttpResponse response = problem(error.code == ErrorCode::disk_full ? 507 : 503, error);
    response.headers.emplace("Retry-After", "10");
    return response;
}

/// A streamed answer while the client takes it.
class Watched {
public:
    Watched(AuditTrail& trail, AuditEntry entry, std::shared_ptr<Tally> tally)
        : trail_(trail), entry_(std::move(entry)), tally_(std::move(tally)) {}
    ~Watched() { close("cut"); }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    void take(std::string_view chunk) { body_.add(chunk); }
    void close(const char* how) {
        if (std::exchange(closed_, true)) return;
        entry_.end = how;
        entry_.answer = hex_of(body_.finish());
        entry_.hits = tally_->hits;
        trail_.note(std::move(entry_));
    }

private:
    AuditTrail& trail_;
    AuditEntry entry_;
    std::shared_ptr<Tally> tally_;
    Sha256 body_;
    bool closed_ = false;
};

}  // namespace

Result<std::string> case_number_of(const HttpRequest& request) {
    auto given = text_parameter(request, "case");
    if (!given) return given;
    // A header carries ASCII alone safely (RFC 9110 §5.5): browsers percent-encode the rest.
    const std::string_view sent = header(request, "minglu-case");
    const std::string in_header = percent_decoded(sent, false).value_or(std::string(sent));
    if (!given->empty() && !in_header.empty() && *given != in_header)
        return fail({ErrorCode::bad_request, "two different case numbers", "parameter case and header Minglu-Case",
                     "give one of them"});
    std::string text = given->empty() ? in_header : *std::move(given);
    const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
    if (text.size() > case_number_bytes_max || has_control)
        return fail({ErrorCode::bad_request, "not a case number", "parameter case or header Minglu-Case",
                     "give at most " + std::to_string(case_number_bytes_max) + " bytes without control characters"});
    return text;
}

Audited::Audited(Services& services, const HttpRequest& request, std::string_view kind, const Principal& principal)
    : trail_(services.audit), request_(request) {
    if (trail_ == nullptr) return;
    entry_.at = services.clock.now();
    entry_.actor = principal.actor;
    entry_.role = name(principal.role);
    entry_.remote = request.remote;
    if (trail_->options().behind_proxy) entry_.forwarded = header(request, "x-forwarded-for");
    entry_.kind = kind;
    entry_.method = request.method;
    entry_.path = request.path;
    for (const auto& [parameter, value] : request.query)
        if (parameter != "case") entry_.parameters.emplace_back(parameter).append("=").append(value);
}

bool Audited::is_kept() const {
    return trail_ != nullptr && !entry_.kind.empty() && (entry_.kind != "poll" || !entry_.case_number.empty());
}

bool Audited::is_awaited() const {
    return trail_->options().mode == AuditMode::of_all || !entry_.case_number.empty();
}

std::optional<HttpResponse> Audited::begin() {
    auto number = case_number_of(request_);
    if (!number) return refuse(problem(number.error()));
    entry_.case_number = *std::move(number);
    if (!is_kept()) return std::nullopt;
    entry_.body = body_hash(request_);
    if (!changes_something(entry_) || !is_awaited()) return std::nullopt;
    const auto recorded = trail_->record(entry_);
    if (!recorded) return withheld(recorded.error());
    entry_.of = *recorded;
    return std::nullopt;
}

HttpResponse Audited::end(HttpResponse response, const std::shared_ptr<Tally>& tally) {
    if (!is_kept()) return response;
    entry_.status = response.status;
    entry_.vector = vector_in(response);
    if (response.stream) return watch(std::move(response), tally);
    entry_.hits = tally->hits;
    if (!response.body.empty()) entry_.answer = hex_of(sha256({response.body}));
    // What has been changed cannot be withheld; that somebody set about it is recorded already.
    if (!is_awaited() || entry_.of != 0) {
        trail_->note(std::move(entry_));
        return response;
    }
    const auto recorded = trail_->record(std::move(entry_));
    return recorded ? std::move(response) : withheld(recorded.error());
}

HttpResponse Audited::watch(HttpResponse response, const std::shared_ptr<Tally>& tally) {
    if (is_awaited() && entry_.of == 0) {
        const auto recorded = trail_->record(entry_);
        if (!recorded) return withheld(recorded.error());
        entry_.of = *recorded;
    }
    const auto watched = std::make_shared<Watched>(*trail_, std::move(entry_), tally);
    response.stream = [watched, stream = std::move(response.stream)](std::string& chunk) {
        if (stream(chunk)) {
            watched->take(chunk);
            return true;
        }
        watched->close("whole");
        return false;
    };
    return response;
}

HttpResponse Audited::refuse(HttpResponse response) {
    if (trail_ == nullptr || entry_.kind.empty()) return response;
    entry_.status = response.status;
    entry_.note = text_of(member_of(response.body, "detail"));
    if (response.status != 401) {
        trail_->note(entry_);
        return response;
    }
    entry_.kind = "refused";
    // Strangers may ask for anything at any length: only that they did is kept.
    entry_.parameters.clear();
    trail_->note_refusal(entry_);
    return response;
}

}  // namespace minglu
