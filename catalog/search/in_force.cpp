#include <set>

#include "catalog/search/search.hpp"
#include "catalog/terms.hpp"
#include "catalog/text/canonical_walk.hpp"

namespace minglu {
namespace {

/// Codes unknown here may come from a newer node; they do not push an entry back.
bool is_ended(const std::string& status) {
    static const std::set<std::string> ended = [] {
        std::set<std::string> codes;
        for (const Term* term : terms_of("status"))
            if (!term->in_force()) codes.insert(term->code);
        return codes;
    }();
    return ended.count(status) != 0;
}

}  // namespace

bool is_in_force(const Period& period, Day on) {
    if (period.listing != "listed" || is_ended(period.legal_status)) return false;
    constexpr std::string_view member = R"("expires_on":")";
    const std::size_t at = period.view.find(member);
    if (at == std::string::npos) return true;
    const auto expiry = parse_day(std::string_view(period.view).substr(at + member.size(), 10));
    return !expiry || *expiry >= on;
}

}  // namespace minglu
