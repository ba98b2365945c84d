#include "src/http/api/batches_named.hpp"

#include <algorithm>

#include "catalog/identifiers/document_number.hpp"
#include "catalog/identifiers/typed_number.hpp"
#include "catalog/search/within.hpp"
#include "src/http/api/asked_key.hpp"
#include "src/http/api/json_record.hpp"

namespace minglu {
namespace {

constexpr std::uint32_t scan_step = 200;
constexpr std::size_t batches_scanned_max = 5'000;

/// Batches whose document number ends with this one, or is it; newest first. `number` is in the form that
/// parse_document_number gives, with or without its issuer.
std::vector<Dot> batches_of_document(const ReadTx& tx, std::string_view number) {
    // Papers are entered as people write them; the digits of the number stand in any spelling.
    const std::string_view digits = number.substr(number.rfind("〕") + std::string_view("〕").size());
    const std::string_view serial = digits.substr(0, digits.find("号"));
    const auto is_meant = [&](const RecordRow& row) {
        const std::string stored = stored_header(row).batch.value_or(BatchInfo{}).document_number;
        const std::string normal = parse_document_number(stored).value_or(stored);
        return number.starts_with("〔") ? normal.ends_with(number) : normal == number;
    };
    std::vector<Dot> found;
    RecordNo before{};
    for (std::size_t scanned = 0; scanned < batches_scanned_max; scanned += scan_step) {
        const std::vector<RecordRow> rows = tx.batches(before, scan_step);
        for (const RecordRow& row : rows) {
            const bool proposed = row.kind == RecordKind::change || row.kind == RecordKind::batch_propose;
            if (proposed && row.header.find(serial) != std::string::npos && is_meant(row)) found.push_back(row.dot);
        }
        if (rows.size() < scan_step) break;
        before = rows.back().no;
    }
    return found;
}

bool is_number_of_entry(const std::string& text, const ReadTx& tx, Day as_of) {
    const std::vector<std::string> terms = numbers_meant(text);
    return std::any_of(terms.begin(), terms.end(), [&](const std::string& term) {
        EntryQuery query;
        query.as_of = as_of;
        query.terms = {{term, false}};
        query.limit = 1;
        return !tx.query(query).hits.empty();
    });
}

}  // namespace

std::vector<Dot> batches_named(const std::string& text, const ReadTx& tx, Day as_of) {
    if (const auto dot = asked_dot(text)) return {*dot};
    for (const std::string& whole : {text, without_number_label(text)}) {
        if (const auto number = parse_document_number(whole)) return batches_of_document(tx, *number);
        const auto serial = parse_document_serial(whole);
        if (serial && !is_number_of_entry(text, tx, as_of)) return batches_of_document(tx, *serial);
    }
    return {};
}

}  // namespace minglu
