// Who may come in over HTTP. The secret is shown once and stored nowhere.
#include <algorithm>
#include <charconv>

#include "src/http/api/freshness.hpp"
#include "src/http/api/json_answer.hpp"
#include "src/http/api/write_body.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t token_name_max = 100;

/// "mlg_" and 43 characters of base64url without padding (RFC 4648 §5).
std::string secret_of(std::string_view random_bytes) {
    std::string text = to_base64(random_bytes);
    text.erase(text.find_last_not_of('=') + 1);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return "mlg_" + text;
}

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= token_name_max &&
           std::none_of(name.begin(), name.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

std::string token_json(const TokenRow& token, UnixMs now) {
    JsonWriter json;
    json.begin_object().member_number("no", token.no).member("name", token.name).member("role", token.role);
    json.member("created", to_string(token.created)).member_boolean("revoked", token.revoked);
    const bool ends = token.expires.value() != 0;
    if (ends) json.member("expires_on", to_string(day_of(UnixMs{token.expires.value() - 1})));
    json.member_boolean("expired", ends && token.expires <= now);
    return std::move(json.end_object()).take();
}

HttpResponse list(Call& call) {
    const auto tx = call.services.store.read();
    JsonWriter json;
    json.begin_object().key("items").begin_array();
    for (const TokenRow& token : tx->tokens()) json.raw(token_json(token, call.services.clock.now()));
    json.end_array().member_raw("freshness", freshness_json(call.services, *tx)).end_object();
    return with_vector(json_answer(200, std::move(json).take()), *tx);
}

Result<TokenRow> read_token(const Call& call) {
    const auto body = WriteBody::parse(call.request.body, {"name", "role", "expires_on"});
    if (!body) return fail(body.error());
    auto name = body->text("name");
    const auto role = body->text("role");
    const auto expires_on = body->day("expires_on");
    if (!name) return fail(name.error());
    if (!role) return fail(role.error());
    if (!expires_on) return fail(expires_on.error());
    if (!is_name(*name))
        return fail({ErrorCode::bad_value, "no name of 1 to 100 bytes without control characters",
                     "member name of the body", "name the person or program; it stands in every record they write"});
    if (const auto known = parse_role(*role); !known) return fail(known.error());
    const UnixMs now = call.services.clock.now();
    const UnixMs expires = *expires_on ? start_of(Day{(*expires_on)->value() + 1}) : UnixMs{};
    if (*expires_on && expires <= now)
        return fail({ErrorCode::bad_value, "the token would have expired already", "member expires_on of the body",
                     "give today or a later day"});
    return TokenRow{0, *std::move(name), *role, {}, now, expires, false};
}

HttpResponse create(Call& call, const std::shared_ptr<KeysInUse>& in_use) {
    const Once once(call, in_use);
    if (once.refused()) return *once.refused();
    // Without the secret, which nobody can tell a second time.
    if (once.earlier()) return Once::replayed(json_answer(once.earlier()->status, once.earlier()->body));
    auto token = read_token(call);
    if (!token) return problem(token.error());
    const std::string secret = secret_of(call.services.random_bytes(secret_bytes));
    token->secret_hash = secret_hash_of(secret);
    std::int64_t no = 0;
    call.services.replica.write_local([&](WriteTx& tx) {
        no = tx.add_token(*token);
        once.keep(tx, 201, "{\"no\":" + std::to_string(no) + "}");
    });
    JsonWriter json;
    json.begin_object().member_number("no", no).member("secret", secret).end_object();
    return json_answer(201, std::move(json).take());
}

HttpResponse revoke(Call& call) {
    const std::string& text = call.path.at("no");
    std::int64_t no = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), no);
    bool revoked = false;
    if (parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size())
        call.services.replica.write_local([&](WriteTx& tx) { revoked = tx.revoke_token(no); });
    if (!revoked)
        return problem(
            {ErrorCode::not_found, "there is no token " + text + " in use", "", "GET /v1/tokens lists them"});
    HttpResponse response;
    response.status = 204;
    return response;
}

}  // namespace

void add_token_routes(Router& router, const std::shared_ptr<KeysInUse>& in_use) {
    router.add("GET", "/v1/tokens", Access::audit, {}, list);
    router.add("POST", "/v1/tokens", Access::admin, {}, [in_use](Call& call) { return create(call, in_use); });
    router.add("DELETE", "/v1/tokens/{no}", Access::admin, {}, revoke);
}

}  // namespace minglu
