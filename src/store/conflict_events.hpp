#pragma once
/// What the journal of a conflict says when its state changes. One rule for every store.
#include <optional>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

/// State of a finding as the journal last told it; a conflict that is no longer listed is withdrawn.
constexpr std::string_view state_withdrawn = "withdrawn";

/// Events to write, in order. A new conflict is opened first, even when it arrives already decided.
/// `before`: the state told last, none = never seen; `after`: the state now, or `state_withdrawn`.
[[nodiscard]] inline std::vector<std::string_view> conflict_events(std::optional<std::string_view> before,
                                                                   std::string_view after) {
    const bool is_open = after == name(ConflictState::open);
    if (!before)
        return is_open ? std::vector<std::string_view>{"opened"} : std::vector<std::string_view>{"opened", after};
    if (*before == after) return {};
    return {is_open ? std::string_view{"reopened"} : after};
}

}  // namespace minglu
