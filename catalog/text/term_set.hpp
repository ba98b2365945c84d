#pragma once
/// Terms of one entry without duplicates, collected fast.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace minglu {

/// Appends to a vector that outlives it what is not there yet; open addressing over indices into the vector.
class TermSet {
public:
    explicit TermSet(std::vector<std::string>& terms) : terms_(terms), slots_(512, 0) {}

    void add(std::string_view term) {
        if (terms_.size() * 2 >= slots_.size()) grow();
        std::uint32_t& slot = slot_of(term);
        if (slot != 0) return;
        terms_.emplace_back(term);
        slot = static_cast<std::uint32_t>(terms_.size());
    }

private:
    static std::size_t hash(std::string_view term) {
        std::uint64_t value = term.size();
        for (const char c : term) value = (value ^ static_cast<unsigned char>(c)) * 0x9E3779B97F4A7C15u;
        return static_cast<std::size_t>(value ^ (value >> 29));
    }
    std::uint32_t& slot_of(std::string_view term) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = hash(term) & mask;
        while (slots_[at] != 0 && terms_[slots_[at] - 1] != term) at = (at + 1) & mask;
        return slots_[at];
    }
    void grow() {
        slots_.assign(slots_.size() * 4, 0);
        for (std::size_t i = 0; i < terms_.size(); ++i) slot_of(terms_[i]) = static_cast<std::uint32_t>(i + 1);
    }

    std::vector<std::string>& terms_;
    std::vector<std::uint32_t> slots_;
};

}  // namespace minglu
