#pragma once
/// Records and ops of this store as handlers need them: parsed, with what the record says of itself.
#include <string>

#include "minglu/store.hpp"
#include "src/http/api/json_answer.hpp"

namespace minglu {

/// What is stored has been parsed before: a line that does not parse now is a damaged store. Throws StoreFault.
[[nodiscard]] Header stored_header(const RecordRow& record);
[[nodiscard]] Op stored_op(const std::string& line);
/// A record that an op of the store names. Throws StoreFault when it is gone.
[[nodiscard]] RecordRow stored_record(const ReadTx& tx, const Dot& dot);
/// The op of that record on that key. Throws StoreFault when it is gone.
[[nodiscard]] Op stored_op_of(const ReadTx& tx, const Dot& dot, const EntryKey& key);

/// Members "dot","author","actor","reason","time" of an object that is open.
void write_origin(JsonWriter& json, const RecordRow& record, const Header& header);
/// {"title"?,"document_number"?,"published_on"?}
[[nodiscard]] std::string batch_json(const BatchInfo& batch);

}  // namespace minglu
