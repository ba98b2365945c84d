#pragma once
/// `as_of` and `known_at`: which state of the catalogue a read asks for.
#include <string>
#include <vector>

#include "src/http/api/json_answer.hpp"
#include "src/http/message.hpp"
#include "sync/catalogue_at.hpp"

namespace minglu {

/// Without `as_of` that of today, without `known_at`, or with today's date, what is known now. Errors: bad_request
/// naming the parameter.
[[nodiscard]] Result<Asked> asked_from(const HttpRequest& request, UnixMs now);

/// Members `as_of` and, when asked for, `known_at`.
void write_asked(JsonWriter& json, const Asked& asked);

/// Members `verdict`, `listing` and `right`: the answer and the facts behind it.
void write_protection(JsonWriter& json, const Protection& protection);

}  // namespace minglu
