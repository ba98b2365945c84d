#pragma once
/// How fresh an answer is: part of every read.
#include <optional>
#include <string>

#include "minglu/store.hpp"
#include "src/http/api/context.hpp"
#include "sync/catalogue_at.hpp"

namespace minglu {

/// {"node","vector","as_of"?,"known_at"?,"partners":[{"node","age_s"?,"head_time"?,"lag"}]}. The vector is what `tx`
/// sees. A partner's age is the time since the newest head of a log of that node held here; left out before its first
/// head.
[[nodiscard]] std::string freshness_json(const Services& services, const ReadTx& tx,
                                         const std::optional<Asked>& asked = {});

/// The vector of the records in `tx`.
[[nodiscard]] Vector vector_of(const ReadTx& tx);

/// Adds the Minglu-Vector header.
[[nodiscard]] HttpResponse with_vector(HttpResponse response, const ReadTx& tx);

}  // namespace minglu
