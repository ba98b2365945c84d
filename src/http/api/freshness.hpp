#pragma once
/// How fresh an answer is: part of every read.
#include <optional>
#include <string>

#include "minglu/store.hpp"
#include "src/http/api/context.hpp"

namespace minglu {

/// {"node","vector","as_of"?,"partners":[{"node","age_s"?,"head_time"?,"lag"}]}. The vector is what `tx` sees. A
/// partner's age is the time since the newest head of a log of that node held here; left out before its first head.
[[nodiscard]] std::string freshness_json(const Services& services, const ReadTx& tx, std::optional<Day> as_of = {});

/// The vector of the records in `tx`.
[[nodiscard]] Vector vector_of(const ReadTx& tx);

/// Adds the Minglu-Vector header.
[[nodiscard]] HttpResponse with_vector(HttpResponse response, const ReadTx& tx);

}  // namespace minglu
