#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "catalog/fields.hpp"
#include "catalog/terms.hpp"

using namespace minglu;

TEST_CASE("groups and their fields") {
    using Names = std::vector<std::string_view>;
    CHECK(fields_of_group("name") == Names{"name", "name_en"});
    CHECK(fields_of_group("image") == Names{"mark_image", "alt_text"});
    CHECK(fields_of_group("type") == Names{"subtype"});
    CHECK(fields_of_group("number") == Names{"publication_number", "application_number", "registration_number",
                                             "announcement_number", "certificate_number", "national_standard"});
    CHECK(fields_of_group("status") == Names{"status", "status_on", "filed_on", "granted_on", "expires_on"});
    CHECK(fields_of_group("holders") == Names{"holders"});
    CHECK(fields_of_group("region") == Names{"region", "region_name"});
    CHECK(fields_of_group("home") == Names{"home"});
    CHECK(fields_of_group("goods") == Names{"goods"});
    CHECK(fields_of_group("category") == Names{"category"});
    CHECK(fields_of_group("listing") == Names{"listing", "listed_on", "removed_on", "ground", "listing_reason"});
    CHECK(fields_of_group("notes") == Names{"notes"});
    CHECK(fields_of_group("related") == Names{"related"});
    CHECK(field_specs().size() == 29);
}

TEST_CASE("a field unknown here is a group of its own") {
    CHECK(group_of("colour") == "colour");
    CHECK(fields_of_group("colour") == std::vector<std::string_view>{"colour"});
    CHECK(find_field("colour") == nullptr);
    CHECK(group_of("ground") == "listing");
}

TEST_CASE("the table is whole: each name once, labels and limits set, closed lists that exist") {
    std::set<std::string_view> names;
    for (const auto& spec : field_specs()) {
        CAPTURE(spec.name);
        CHECK(names.insert(spec.name).second);
        CHECK(find_field(spec.name) == &spec);
        CHECK_FALSE(spec.label_zh.empty());
        CHECK(spec.bytes_max > 0);
        CHECK((spec.type == FieldType::term) == !spec.list.empty());
        if (!spec.list.empty()) CHECK_FALSE(terms_of(spec.list).empty());
    }
}
