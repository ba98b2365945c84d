/// Rules between fields, and between fields and the key: `check_fields` of fields.hpp.
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "catalog/fields.hpp"
#include "catalog/identifiers/entry_key.hpp"
#include "catalog/identifiers/gi.hpp"
#include "catalog/identifiers/number_text.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/identifiers/trademark.hpp"
#include "catalog/terms.hpp"
#include "catalog/validate.hpp"
#include "minglu/json_text.hpp"

namespace minglu {

namespace {

/// One write while it is looked at.
struct Write {
    KeyParts key;
    std::span<const FieldValue> set;
    std::vector<Error> errors;

    /// The text that the write gives a field; empty where it gives none, unsets it, or gives no string.
    [[nodiscard]] std::string text(std::string_view field) const {
        for (const auto& value : set)
            if (value.field == field) return text_of(value.json);
        return {};
    }
    void add(ErrorCode code, std::string_view field, std::string what, std::string cure) {
        errors.push_back({code, std::move(what), "field " + std::string(field), std::move(cure)});
    }
};

/// The subtype that the write gives; empty where it gives none, or none of the closed list (said elsewhere).
std::string subtype_in(const Write& write) {
    const auto code = write.text("subtype");
    const Term* term = find_term("subtype", code, write.key.kind);
    return term != nullptr && term->code == code ? code : "";
}

void check_listing(Write& write) {
    const auto listing = write.text("listing");
    const auto ground = write.text("ground");
    if (listing == "removed" && ground.empty())
        write.add(ErrorCode::missing_value, "ground", "an entry is removed without a ground",
                  "give one of the nine grounds, e.g. expired");
    if (listing == "listed" && !ground.empty())
        write.add(ErrorCode::bad_value, "ground", "a listed entry has a ground for removal",
                  "unset the ground, or write listing removed");
}

void check_date_order(Write& write) {
    constexpr std::array<std::pair<const char*, const char*>, 3> pairs{
        {{"filed_on", "granted_on"}, {"filed_on", "expires_on"}, {"listed_on", "removed_on"}}};
    for (const auto& pair : pairs) {
        const auto first = parse_day(write.text(pair.first));
        const auto second = parse_day(write.text(pair.second));
        if (first && second && *second < *first)
            write.add(ErrorCode::bad_value, pair.second,
                      to_string(*second) + " is before " + pair.first + " " + to_string(*first), "correct one of them");
    }
}

std::string_view subtype_of(char kind_digit) {
    if (kind_digit == '2' || kind_digit == '9') return "utility_model";
    return kind_digit == '3' ? "design" : "invention";
}

/// The kind digits of the key and of both numbers agree with each other and with the subtype.
void check_patent_kind(Write& write, const PatentNumber& key) {
    const auto subtype = subtype_in(write);
    const auto kind = subtype_of(key.kind_digit);
    if (!subtype.empty() && subtype != kind)
        write.add(ErrorCode::bad_value, "subtype",
                  key.number + " is the number of a " + std::string(kind) + ", not of a " + subtype,
                  "correct the number or the type");
    for (const std::string_view field : {"application_number", "publication_number"}) {
        const auto number = parse_patent_number(write.text(field));
        if (number && subtype_of(number->kind_digit) != kind)
            write.add(ErrorCode::bad_value, field,
                      number->number + " is the number of a " + std::string(subtype_of(number->kind_digit)) +
                          ", but the entry is a " + std::string(kind),
                      "correct the number");
        else if (number && !number->is_publication && !key.is_publication && number->number != key.number)
            write.add(ErrorCode::bad_value, field, number->number + " is not the number of this entry, " + key.number,
                      "correct it, or make another entry");
    }
}

/// The year in an application number is that of filing. PCT applications (8, 9) are numbered when they enter the
/// national phase, divisional ones when they are divided, but both keep the earlier date.
void check_filing_year(Write& write, const PatentNumber& number) {
    const auto filed_on = write.text("filed_on");
    if (number.year == 0 || !parse_day(filed_on)) return;
    const int year = std::stoi(filed_on.substr(0, 4));
    const bool keeps_earlier_date =
        number.kind_digit == '8' || number.kind_digit == '9' || write.text("notes").find("分案") != std::string::npos;
    if (year == number.year || (keeps_earlier_date && year < number.year)) return;
    write.add(ErrorCode::bad_value, "filed_on",
              filed_on + " is not in the filing year " + std::to_string(number.year) + " of " + number.number,
              "correct one of them; for a divisional application say 分案 in notes");
}

/// A granted patent is shown by its granted document, an ungranted one has none, and only a granted one bears ZL.
void check_grant(Write& write) {
    const Term* status = find_term("status", write.text("status"), Kind::patent);
    if (status == nullptr) return;
    const auto publication = parse_patent_number(write.text("publication_number"));
    const auto code = publication && publication->is_publication ? kind_code_of(publication->number) : "";
    const bool application_document = code.starts_with('A');
    if (status->in_force() && application_document)
        write.add(ErrorCode::bad_value, "publication_number",
                  publication->number + " is the published application of a patent in force",
                  "give the number of the granted document (kind code B, U or S)");
    const bool never_granted = !status->granted() && status->code != "invalidated";
    if (never_granted && !code.empty() && !application_document)
        write.add(ErrorCode::bad_value, "publication_number",
                  publication->number + " is a granted document, but the status is " + status->label_zh,
                  "correct the status or the number");
    if (status->granted()) return;
    for (const std::string_view field : {"application_number", "registration_number", "certificate_number"})
        if (fold_number(write.text(field)).starts_with("ZL"))
            write.add(ErrorCode::bad_value, field, "ZL stands before a number whose patent is not granted",
                      "leave ZL out: marking an ungranted application as a patent is 假冒专利");
}

void check_patent(Write& write) {
    const auto number = parse_patent_number(write.key.number);
    if (!number) return;
    check_patent_kind(write, *number);
    const auto application = parse_patent_number(write.text("application_number"));
    check_filing_year(write, number->is_publication && application ? *application : *number);
    check_grant(write);
}

/// A field that repeats the number of the key must hold the same one. One that does not parse is said elsewhere.
void check_same_number(Write& write, std::string_view field, const Result<std::string>& number) {
    if (number && *number != write.key.number)
        write.add(ErrorCode::bad_value, field,
                  *number + " is not the number of this entry, " + std::string(write.key.number),
                  "correct it, or make another entry");
}

void check_gi(Write& write) {
    const bool agricultural = write.key.nice_class.empty() && parse_agi_number(write.key.number);
    const std::string_view expected = !write.key.nice_class.empty() ? "gi_mark"
                                      : agricultural                ? "agricultural_gi"
                                                                    : "gi_product";
    const auto subtype = subtype_in(write);
    if (!subtype.empty() && subtype != expected)
        write.add(ErrorCode::bad_value, "subtype",
                  "a key of this form is a " + std::string(expected) + ", not a " + subtype,
                  "make the key that belongs to the type");
    if (agricultural)
        check_same_number(write, "certificate_number", parse_agi_number(write.text("certificate_number")));
}

void check_values(Write& write, Day on) {
    for (const auto& value : write.set) {
        const FieldSpec* spec = find_field(value.field);
        if (spec == nullptr) continue;
        if (value.json == "null") {
            if (value.field == "name")
                write.add(ErrorCode::missing_value, "name", "an entry cannot lose its name", "write the name");
            continue;
        }
        for (auto& error : check_value(*spec, write.key, value.json, on)) {
            error.where = "field " + value.field;
            write.errors.push_back(std::move(error));
        }
    }
}

}  // namespace

std::vector<Error> check_fields(const EntryKey& key, std::span<const FieldValue> set, Day on) {
    if (const auto checked = check_entry_key(key); !checked) {
        auto error = checked.error();
        error.where = "key " + key.value();
        // Without a key the other rules have nothing to compare with.
        return {std::move(error)};
    }
    Write write{parts_of(key), set, {}};
    check_values(write, on);
    check_listing(write);
    check_date_order(write);
    if (write.key.kind == Kind::patent) check_patent(write);
    if (write.key.kind == Kind::gi) check_gi(write);
    if (!write.key.nice_class.empty())
        check_same_number(write, "registration_number", parse_trademark_number(write.text("registration_number")));
    return std::move(write.errors);
}

}  // namespace minglu
