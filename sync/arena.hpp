#pragma once
/// Objects by small number, in blocks that never move: no pointer per object, no copy when it grows.
#include <cstdint>
#include <memory>
#include <vector>

namespace minglu {

/// Numbers start at 1, so that 0 can mean "none". Freed numbers are used again.
template <class T>
class Arena {
public:
    [[nodiscard]] std::uint32_t add(const T& value) {
        std::uint32_t number = next_;
        if (free_.empty()) {
            if (number / block_size == blocks_.size()) blocks_.push_back(std::make_unique<T[]>(block_size));
            ++next_;
        } else {
            number = free_.back();
            free_.pop_back();
        }
        (*this)[number] = value;
        return number;
    }
    void remove(std::uint32_t number) { free_.push_back(number); }

    [[nodiscard]] T& operator[](std::uint32_t number) { return blocks_[number / block_size][number % block_size]; }
    [[nodiscard]] const T& operator[](std::uint32_t number) const {
        return blocks_[number / block_size][number % block_size];
    }
    [[nodiscard]] std::size_t size() const { return next_ - 1 - free_.size(); }

private:
    static constexpr std::uint32_t block_size = 4096;
    std::vector<std::unique_ptr<T[]>> blocks_;
    std::vector<std::uint32_t> free_;
    std::uint32_t next_ = 1;
};

}  // namespace minglu
