#include "catalog/terms.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "catalog/identifiers/number_text.hpp"
#include "embedded/terms_json.hpp"

namespace minglu {

namespace {

using nlohmann::json;

std::optional<Day> day_at(const json& object, const char* field) {
    if (!object.contains(field)) return std::nullopt;
    const auto day = parse_day(object.at(field).get<std::string>());
    if (!day) throw std::logic_error("catalog/data/terms.json: " + describe(day.error()));
    return *day;
}

constexpr std::array<std::string_view, 6> right_names{"unknown", "pending",       "in_force",
                                                      "ended",   "never_granted", "never_existed"};

RightState right_at(const json& object) {
    const auto text = object.at("right").get<std::string>();
    const auto* const found = std::find(right_names.begin(), right_names.end(), text);
    if (found == right_names.end()) throw std::logic_error("catalog/data/terms.json: no such right: " + text);
    return static_cast<RightState>(found - right_names.begin());
}

Term parse_term(const json& object) {
    Term term;
    term.list = object.at("list").get<std::string>();
    term.code = object.at("code").get<std::string>();
    term.label_zh = object.at("label_zh").get<std::string>();
    term.label_en = object.at("label_en").get<std::string>();
    term.source = object.at("source").get<std::string>();
    if (object.contains("right")) term.right = right_at(object);
    if (object.contains("kind")) {
        const auto kind = parse_kind(object.at("kind").get<std::string>());
        if (!kind) throw std::logic_error("catalog/data/terms.json: " + describe(kind.error()));
        term.kind = *kind;
    }
    term.aliases = object.value("aliases", std::vector<std::string>{});
    term.valid_from = day_at(object, "valid_from");
    term.valid_until = day_at(object, "valid_until");
    return term;
}

bool applies(const Term& term, std::optional<Kind> kind) {
    return !kind || !term.kind || *term.kind == *kind;
}

bool offers(const std::vector<const Term*>& terms, const std::string& code) {
    return std::any_of(terms.begin(), terms.end(), [&](const Term* term) { return term->code == code; });
}

struct Table {
    std::vector<Term> terms;
    std::map<std::string, std::vector<const Term*>, std::less<>> by_list;
    /// "list/code" and "list/folded label or alias"; codes first, then labels, then aliases.
    std::map<std::string, std::vector<const Term*>, std::less<>> by_word;

    Table() {
        for (const auto& object : json::parse(embedded::terms_json)) terms.push_back(parse_term(object));
        for (const auto& term : terms) {
            by_list[term.list].push_back(&term);
            by_word[term.list + "/" + term.code].push_back(&term);
        }
        for (const auto& term : terms) add_word(term, term.label_zh);
        for (const auto& term : terms)
            for (const auto& alias : term.aliases) add_word(term, alias);
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;

    void add_word(const Term& term, std::string_view word) {
        auto& list = by_word[term.list + "/" + fold_name(word)];
        if (std::find(list.begin(), list.end(), &term) == list.end()) list.push_back(&term);
    }
};

const Table& table() {
    static const Table loaded;
    return loaded;
}

const Term* first_at(const std::string& word, std::optional<Kind> kind) {
    const auto found = table().by_word.find(word);
    if (found == table().by_word.end()) return nullptr;
    for (const Term* term : found->second)
        if (applies(*term, kind)) return term;
    return nullptr;
}

}  // namespace

std::string_view name(RightState state) {
    return right_names[static_cast<std::size_t>(state)];
}

const Term* find_term(std::string_view list, std::string_view code_or_label, std::optional<Kind> kind) {
    const auto prefix = std::string(list) + "/";
    if (const Term* exact = first_at(prefix + std::string(code_or_label), kind)) return exact;
    return first_at(prefix + fold_name(code_or_label), kind);
}

std::optional<Kind> find_kind(std::string_view code_or_label) {
    const Term* const term = find_term("kind", code_or_label);
    const auto kind = parse_kind(term == nullptr ? code_or_label : term->code);
    return kind ? std::optional(*kind) : std::nullopt;
}

std::vector<const Term*> terms_of(std::string_view list, std::optional<Kind> kind) {
    std::vector<const Term*> out;
    const auto found = table().by_list.find(list);
    if (found == table().by_list.end()) return out;
    for (const Term* term : found->second)
        if (applies(*term, kind) && !(kind && offers(out, term->code))) out.push_back(term);
    return out;
}

}  // namespace minglu
