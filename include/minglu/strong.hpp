#pragma once
/// Strong types: a `Seq` cannot be passed for a count, a `LogId` not for a `NodeId`.
#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace minglu {

/// A value of type `T` that only mixes with values of the same `Tag`.
template <class T, class Tag>
class Strong {
public:
    using value_type = T;

    constexpr Strong() = default;
    constexpr explicit Strong(T value) : value_(std::move(value)) {}

    [[nodiscard]] constexpr const T& value() const& { return value_; }
    [[nodiscard]] constexpr T value() && { return std::move(value_); }

    friend constexpr auto operator<=>(const Strong&, const Strong&) = default;

private:
    T value_{};
};

}  // namespace minglu

template <class T, class Tag>
struct std::hash<minglu::Strong<T, Tag>> {
    std::size_t operator()(const minglu::Strong<T, Tag>& strong) const { return std::hash<T>{}(strong.value()); }
};
