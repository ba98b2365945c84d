#pragma once
/// One request on its way into the audit trail. What is recorded when: docs/adr/0020-audit-trail.md.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/http/api/context.hpp"
#include "sync/audit_chain.hpp"

namespace minglu {

class Audited {
public:
    /// `kind`: what `audit_kind` says.
    Audited(Services& services, const HttpRequest& request, std::string_view kind, const Principal& principal);

    /// The answer when the request must not go on: its case number is malformed, or it would change something and has
    /// to be recorded first and cannot be.
    [[nodiscard]] std::optional<HttpResponse> begin();
    /// The answer to give: `response`, or a problem when that had to be recorded and could not be. A streamed one is
    /// recorded when it ends, and before as well if it has to be.
    [[nodiscard]] HttpResponse end(HttpResponse response, const std::shared_ptr<Tally>& tally);
    /// What the request was turned away with, before any handler saw it.
    [[nodiscard]] HttpResponse refuse(HttpResponse response);

private:
    [[nodiscard]] bool is_kept() const;
    [[nodiscard]] bool is_awaited() const;
    [[nodiscard]] HttpResponse watch(HttpResponse response, const std::shared_ptr<Tally>& tally);

    AuditTrail* trail_;
    const HttpRequest& request_;
    AuditEntry entry_;
};

/// The case number of a request: header Minglu-Case, which may be percent-encoded, or parameter `case`. Errors:
/// bad_request.
[[nodiscard]] Result<std::string> case_number_of(const HttpRequest& request);

}  // namespace minglu
