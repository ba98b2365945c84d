#pragma once
/// Who is asking, and what they may do.
#include <optional>
#include <string>
#include <string_view>

#include "minglu/store.hpp"
#include "minglu/time.hpp"
#include "src/http/message.hpp"

namespace minglu {

/// reader < editor < approver; an auditor reads everything and writes nothing; an admin may do everything.
enum class Role { none, reader, editor, approver, auditor, admin };
[[nodiscard]] std::string_view name(Role role);
/// The five roles that a token can have. Errors: bad_value.
[[nodiscard]] Result<Role> parse_role(std::string_view text);

struct Principal {
    std::string actor;  ///< goes into records: the token's name, on the admin socket the Minglu-Actor header or "local"
    Role role = Role::none;
};

[[nodiscard]] bool may_read(Role role);
[[nodiscard]] bool may_write(Role role);
[[nodiscard]] bool may_approve(Role role);  ///< also what is published as a batch
[[nodiscard]] bool may_audit(Role role);    ///< incidents, tokens, journal
[[nodiscard]] bool may_admin(Role role);

/// What a route asks of the caller.
enum class Access { open, read, write, approve, audit, admin };
[[nodiscard]] bool is_granted(Access access, Role role);

/// The secret itself is nowhere stored.
[[nodiscard]] Hash secret_hash_of(std::string_view secret);

/// Admin socket and in-process calls are admins; others show `Authorization: Bearer <secret>` (RFC 6750 §2.1).
/// Without the header: role none, or reader where reading is open. Errors: unauthenticated for another scheme, an
/// unknown, expired or revoked secret; bad_request for a Minglu-Actor header that no record could carry.
[[nodiscard]] Result<Principal> authenticate(const HttpRequest& request, const ReadTx& tx, UnixMs now, bool open_reads);

}  // namespace minglu
