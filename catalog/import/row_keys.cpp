#include "catalog/import/row_keys.hpp"

#include "catalog/identifiers/entry_key.hpp"
#include "catalog/identifiers/gi.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/import/cells.hpp"
#include "catalog/text/normalise.hpp"
#include "minglu/json_text.hpp"

namespace minglu {
namespace {

using Keys = std::vector<KeyedNumbers>;

tl::unexpected<Error> at(std::string_view cell, Error error) {
    error.where = cell;
    return fail(std::move(error));
}

Result<std::vector<PatentNumber>> patents_in(std::string_view cell, std::string_view text) {
    std::vector<PatentNumber> numbers;
    for (const std::string& part : split_by_signs(text)) {
        if (auto number = parse_patent_number(part)) {
            numbers.push_back(std::move(*number));
            continue;
        } else if (split_list(part).size() == 1) {
            return at(cell, number.error());
        }
        for (const std::string& piece : split_list(part)) {
            auto number = parse_patent_number(piece);
            if (!number) return at(cell, parse_patent_number(part).error());
            numbers.push_back(std::move(*number));
        }
    }
    return numbers;
}

Result<void> check_number_kind(std::string_view said, const PatentNumber& number) {
    const std::string folded = fold_text(said);
    const bool says_publication = folded.find("pub") == 0 || folded.find("公") == 0 || folded.find("授权公告") == 0;
    const bool says_application = folded.find("app") == 0 || folded.find("申请") == 0;
    if ((says_publication && !number.is_publication) || (says_application && number.is_publication)) {
        return at("number_kind",
                  {ErrorCode::bad_value,
                   number.number + (number.is_publication ? " is a publication number" : " is an application number"),
                   "", "correct the number or its kind"});
    }
    return {};
}

Result<Keys> patent_keys(const NumberCells& cells) {
    std::vector<PatentNumber> applications;
    std::vector<PatentNumber> publications;
    struct Source {
        std::string_view cell, text;
    };
    for (const Source& source : {Source{"number", cells.number}, Source{"application_number", cells.application_number},
                                 Source{"publication_number", cells.publication_number}}) {
        auto numbers = patents_in(source.cell, source.text);
        if (!numbers) return fail(numbers.error());
        for (PatentNumber& number : *numbers) {
            if (source.cell == "number") {
                if (auto agrees = check_number_kind(cells.number_kind, number); !agrees) return fail(agrees.error());
            }
            auto& list = number.is_publication ? publications : applications;
            list.push_back(std::move(number));
        }
    }
    if (applications.empty() && publications.empty()) {
        return at("number", {ErrorCode::missing_value, "the row has no patent number", "",
                             "give the application number, or the publication number where there is nothing else"});
    }
    if (!applications.empty() && !publications.empty() && applications.size() != publications.size()) {
        return at("publication_number", {ErrorCode::bad_value,
                                         std::to_string(applications.size()) + " application numbers, but " +
                                             std::to_string(publications.size()) + " publication numbers",
                                         "", "give each patent a row of its own"});
    }
    Keys keys;
    for (std::size_t i = 0; i < std::max(applications.size(), publications.size()); ++i) {
        KeyedNumbers keyed;
        keyed.key = EntryKey{"patent/" + (applications.empty() ? publications : applications)[i].number};
        if (!applications.empty() && !publications.empty()) {
            keyed.fields.push_back({"publication_number", json_string(publications[i].number)});
        }
        keys.push_back(std::move(keyed));
    }
    return keys;
}

using MakeKey = Result<EntryKey> (*)(std::string_view, std::string_view);

Result<Keys> mark_keys(const NumberCells& cells, MakeKey make_key) {
    const bool generic = cells.registration_number.empty();
    const std::string_view number_cell = generic ? "number" : "registration_number";
    const auto numbers = split_list(generic ? cells.number : cells.registration_number);
    const auto classes = split_list(cells.nice_class);
    if (numbers.empty()) {
        return at(number_cell, {ErrorCode::missing_value, "the row has no registration number", "",
                                "look the number up: a name alone does not identify a mark"});
    }
    if (classes.empty()) {
        return at("nice_class", {ErrorCode::missing_value, "the mark " + numbers.front() + " has no class", "",
                                 "give the Nice class: one number in two classes is two entries"});
    }
    if (numbers.size() != classes.size() && numbers.size() != 1) {
        return at("nice_class", {ErrorCode::bad_value,
                                 std::to_string(numbers.size()) + " numbers, but " + std::to_string(classes.size()) +
                                     (classes.size() == 1 ? " class" : " classes"),
                                 "", "give as many classes as numbers, or each number a row of its own"});
    }
    Keys keys;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        auto key = make_key(numbers[numbers.size() == 1 ? 0 : i], classes[i]);
        if (!key) return at(key.error().code == ErrorCode::bad_value ? "nice_class" : number_cell, key.error());
        keys.push_back({std::move(*key), {}});
    }
    return keys;
}

Result<Keys> certificate_keys(const NumberCells& cells) {
    const bool generic = cells.certificate_number.empty();
    const std::string_view cell = generic ? "number" : "certificate_number";
    const auto numbers = split_list(generic ? cells.number : cells.certificate_number);
    if (numbers.empty()) {
        return at(cell, {ErrorCode::missing_value, "the agricultural GI has no certificate number", "",
                         "give the number of the certificate, e.g. AGI01459"});
    }
    Keys keys;
    for (const std::string& number : numbers) {
        auto key = make_agi_key(number);
        if (!key) return at(cell, key.error());
        keys.push_back({std::move(*key), {}});
    }
    return keys;
}

Result<Keys> product_keys(const NumberCells& cells) {
    auto key = make_gi_product_key(cells.name);
    if (!key) return at("name", key.error());
    KeyedNumbers keyed{std::move(*key), {}};
    const bool generic = cells.announcement_number.empty();
    const std::string_view announced = generic ? cells.number : cells.announcement_number;
    if (!tidy_cell(announced).empty()) {
        const auto number = parse_announcement_number(announced);
        if (!number) return at(generic ? "number" : "announcement_number", number.error());
        keyed.fields.push_back({"announcement_number", json_string(*number)});
    }
    return Keys{std::move(keyed)};
}

/// The type of a GI by its numbers, where the list does not say it; empty when they do not tell.
std::string_view told_subtype(const NumberCells& cells) {
    if (!cells.certificate_number.empty() || parse_agi_number(cells.number)) return "agricultural_gi";
    if (!cells.registration_number.empty() || !cells.nice_class.empty()) return "gi_mark";
    if (!cells.announcement_number.empty() || parse_announcement_number(cells.number)) return "gi_product";
    return {};
}

}  // namespace

Result<std::vector<KeyedNumbers>> keys_of_row(Kind kind, const NumberCells& cells) {
    if (kind == Kind::patent) return patent_keys(cells);
    if (kind == Kind::trademark) return mark_keys(cells, &make_trademark_key);
    const std::string_view subtype = cells.subtype.empty() ? told_subtype(cells) : cells.subtype;
    if (subtype == "agricultural_gi") return certificate_keys(cells);
    if (subtype == "gi_mark") return mark_keys(cells, &make_gi_mark_key);
    if (subtype == "gi_product") return product_keys(cells);
    return at("subtype", {ErrorCode::missing_value, "the row does not tell which kind of geographical indication it is",
                          "", "give the type: 地理标志产品, 地理标志商标 or 农产品地理标志"});
}

}  // namespace minglu
