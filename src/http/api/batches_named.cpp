#include "src/http/api/batches_named.hpp"

#include <algorithm>

#include "catalog/identifiers/document_number.hpp"
#include "catalog/identifiers/typed_number.hpp"
#include "catalog/search/within.hpp"
#include "src/http/api/json_record.hpp"
#include "src/http/api/search_answer.hpp"

namespace minglu {
namespace {

constexpr std::uint32_t scan_step = 200;
constexpr std::size_t batches_scanned_max = 5'000;

/// The document numbers that end with "〔2012〕47号", each once, newest first.
std::vector<std::string> documents_with(const std::string& serial, const ReadTx& tx) {
    std::vector<std::string> found;
    RecordNo before{};
    for (std::size_t scanned = 0; scanned < batches_scanned_max; scanned += scan_step) {
        const std::vector<RecordRow> rows = tx.batches(before, scan_step);
        for (const RecordRow& row : rows) {
            const std::string stored = stored_header(row).batch.value_or(BatchInfo{}).document_number;
            const auto number = parse_document_number(stored);
            if (!number || !number->ends_with(serial)) continue;
            if (std::find(found.begin(), found.end(), *number) == found.end()) found.push_back(*number);
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
    if (const auto dot = parse_dot(text)) return {*dot};
    for (const std::string& whole : {text, without_number_label(text)}) {
        if (const auto number = parse_document_number(whole)) return batches_of_document(tx, *number);
        const auto serial = parse_document_serial(whole);
        if (!serial || is_number_of_entry(text, tx, as_of)) continue;
        std::vector<Dot> batches;
        for (const std::string& document : documents_with(*serial, tx))
            for (const Dot& dot : batches_of_document(tx, document)) batches.push_back(dot);
        return batches;
    }
    return {};
}

}  // namespace minglu
