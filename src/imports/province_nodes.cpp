#include "src/imports/province_nodes.hpp"

#include <array>
#include <string_view>

namespace minglu {

namespace {

struct Province {
    std::string_view digits;   ///< GB/T 2260
    std::string_view letters;  ///< ISO 3166-2:CN, lower case
};

constexpr std::array<Province, 34> provinces{{
    {"11", "bj"}, {"12", "tj"}, {"13", "he"}, {"14", "sx"}, {"15", "nm"}, {"21", "ln"}, {"22", "jl"},
    {"23", "hl"}, {"31", "sh"}, {"32", "js"}, {"33", "zj"}, {"34", "ah"}, {"35", "fj"}, {"36", "jx"},
    {"37", "sd"}, {"41", "ha"}, {"42", "hb"}, {"43", "hn"}, {"44", "gd"}, {"45", "gx"}, {"46", "hi"},
    {"50", "cq"}, {"51", "sc"}, {"52", "gz"}, {"53", "yn"}, {"54", "xz"}, {"61", "sn"}, {"62", "gs"},
    {"63", "qh"}, {"64", "nx"}, {"65", "xj"}, {"71", "tw"}, {"81", "hk"}, {"82", "mo"},
}};

}  // namespace

std::vector<std::pair<std::string, NodeId>> provinces_of(std::span<const NodeId> nodes) {
    std::vector<std::pair<std::string, NodeId>> homes;
    for (const NodeId& node : nodes)
        for (const Province& province : provinces)
            if (node.value() == province.letters) homes.emplace_back(std::string(province.digits), node);
    return homes;
}

}  // namespace minglu
