#include "minglu/vector.hpp"

#include <algorithm>
#include <stdexcept>

namespace minglu {

namespace {

struct ByLog {
    bool operator()(const Vector::Item& item, const LogId& log) const { return item.first < log; }
};

}  // namespace

Seq Vector::at(const LogId& log) const {
    const auto found = std::lower_bound(items_.begin(), items_.end(), log, ByLog{});
    return found != items_.end() && found->first == log ? found->second : Seq{};
}

bool Vector::covers(const Vector& other) const {
    return std::all_of(other.items_.begin(), other.items_.end(),
                       [&](const Item& item) { return at(item.first) >= item.second; });
}

void Vector::raise(const LogId& log, Seq seq) {
    if (seq > at(log)) set(log, seq);
}

void Vector::join(const Vector& other) {
    for (const Item& item : other.items_) raise(item.first, item.second);
}

void Vector::set(const LogId& log, Seq seq) {
    const auto found = std::lower_bound(items_.begin(), items_.end(), log, ByLog{});
    const bool present = found != items_.end() && found->first == log;
    if (seq == Seq{}) {
        if (present) items_.erase(found);
    } else if (present) {
        found->second = seq;
    } else {
        items_.insert(found, {log, seq});
    }
}

std::partial_ordering operator<=>(const Vector& a, const Vector& b) {
    const bool a_covers = a.covers(b);
    const bool b_covers = b.covers(a);
    if (a_covers && b_covers) return std::partial_ordering::equivalent;
    if (a_covers) return std::partial_ordering::greater;
    return b_covers ? std::partial_ordering::less : std::partial_ordering::unordered;
}

Vector join(Vector a, const Vector& b) {
    a.join(b);
    return a;
}

Vector beyond(const Vector& wanted, const Vector& have) {
    Vector rest;
    for (const Vector::Item& item : wanted.items())
        if (have.at(item.first) < item.second) rest.set(item.first, item.second);
    return rest;
}

std::string to_string(const Vector& vector) {
    std::string text;
    for (const Vector::Item& item : vector.items()) {
        if (!text.empty()) text += ',';
        text += item.first.value() + ":" + std::to_string(item.second.value());
    }
    return text;
}

Result<Vector> parse_vector(std::string_view text) {
    Vector vector;
    LogId previous;
    std::size_t count = 0;
    while (!text.empty()) {
        const auto comma = text.find(',');
        auto dot = parse_dot(text.substr(0, comma));
        if (!dot) return tl::unexpected(dot.error());
        if (dot->log <= previous || ++count > vector_logs_max)
            return fail({ErrorCode::malformed, "vector is not sorted by log without repeats, or names over 4,096 logs",
                         "", "sort the items bytewise by log"});
        previous = dot->log;
        vector.set(dot->log, dot->seq);
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
        if (text.empty()) return fail({ErrorCode::malformed, "vector ends with a comma", "", "drop the comma"});
    }
    return vector;
}

namespace literals {

Vector operator""_vv(const char* text, std::size_t size) {
    auto vector = parse_vector({text, size});
    if (!vector) throw std::invalid_argument(describe(vector.error()));
    return *vector;
}

}  // namespace literals

}  // namespace minglu
