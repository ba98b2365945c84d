#include "src/http/api/auth.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace minglu {

namespace {

constexpr std::size_t actor_bytes_max = 200;
constexpr std::array<std::pair<Role, std::string_view>, 6> role_names{{{Role::none, "none"},
                                                                       {Role::reader, "reader"},
                                                                       {Role::editor, "editor"},
                                                                       {Role::approver, "approver"},
                                                                       {Role::auditor, "auditor"},
                                                                       {Role::admin, "admin"}}};

Result<Principal> local_principal(const HttpRequest& request) {
    const std::string_view actor = header(request, "minglu-actor");
    if (actor.empty()) return Principal{"local", Role::admin};
    const bool has_control = std::any_of(actor.begin(), actor.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
    if (actor.size() > actor_bytes_max || has_control) {
        return fail({ErrorCode::bad_request, "not a name of a person or program", "header Minglu-Actor",
                     "give at most 200 bytes without control characters"});
    }
    return Principal{std::string(actor), Role::admin};
}

tl::unexpected<Error> refuse(std::string what, std::string cure) {
    return fail({ErrorCode::unauthenticated, std::move(what), "header Authorization", std::move(cure)});
}

}  // namespace

std::string_view name(Role role) {
    for (const auto& [known, text] : role_names)
        if (known == role) return text;
    return "none";
}

Result<Role> parse_role(std::string_view text) {
    for (const auto& [role, known] : role_names)
        if (role != Role::none && known == text) return role;
    return fail({ErrorCode::bad_value, "no such role: " + std::string(text), "role",
                 "take one of reader, editor, approver, auditor, admin"});
}

bool may_read(Role role) {
    return role != Role::none;
}
bool may_write(Role role) {
    return role == Role::editor || may_approve(role);
}
bool may_approve(Role role) {
    return role == Role::approver || may_admin(role);
}
bool may_audit(Role role) {
    return role == Role::auditor || may_admin(role);
}
bool may_admin(Role role) {
    return role == Role::admin;
}

bool is_granted(Access access, Role role) {
    switch (access) {
        case Access::open:
            return true;
        case Access::read:
            return may_read(role);
        case Access::write:
            return may_write(role);
        case Access::approve:
            return may_approve(role);
        case Access::audit:
            return may_audit(role);
        case Access::admin:
            return may_admin(role);
    }
    return false;
}

Hash secret_hash_of(std::string_view secret) {
    return sha256({secret});
}

Result<Principal> authenticate(const HttpRequest& request, const ReadTx& tx, UnixMs now, bool open_reads) {
    if (request.local) return local_principal(request);
    std::string_view credentials = header(request, "authorization");
    if (credentials.empty()) return Principal{"", open_reads ? Role::reader : Role::none};
    constexpr std::string_view scheme = "bearer ";
    const bool is_bearer = credentials.size() > scheme.size() &&
                           std::equal(scheme.begin(), scheme.end(), credentials.begin(), [](char known, char c) {
                               return known == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
                           });
    if (!is_bearer) return refuse("not a bearer token", "send Authorization: Bearer with the secret of a token");
    credentials.remove_prefix(scheme.size());
    // Looked up by hash, so how long it takes tells nothing about the secrets that are stored.
    const auto token = tx.token(secret_hash_of(credentials));
    if (!token) return refuse("this token is not known here", "ask an administrator for a new one");
    if (token->revoked) return refuse("this token has been revoked", "ask an administrator for a new one");
    if (token->expires.value() != 0 && token->expires <= now)
        return refuse("this token has expired", "ask an administrator for a new one");
    const auto role = parse_role(token->role);
    if (!role) return refuse("this token has a role that is not known here", "ask an administrator for a new one");
    return Principal{token->name, *role};
}

}  // namespace minglu
