#pragma once
/// What checks find, as lines that people and programs read: "PLACE: what is wrong (cure)".
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "minglu/ids.hpp"
#include "minglu/store.hpp"

namespace minglu {

/// A line in its parts. `place` names table and row: "table op, record cq-9f3c…:57"; `cure` may be empty.
struct Finding {
    std::string place;
    std::string what;
    std::string cure;
    friend bool operator==(const Finding&, const Finding&) = default;
};
/// A line of any check, of a store, too.
[[nodiscard]] Finding finding_of(std::string_view line);

constexpr std::string_view cure_of_log = "bring back a backup; see the operations guide, damaged database";

class Findings {
public:
    void in_log(std::string_view table, const std::string& subject, const std::string& what);
    void in_views(std::string_view table, const EntryKey& key, const std::string& what);
    void add(std::string_view table, const std::string& subject, const std::string& what, std::string_view cure);
    void add_line(std::string line) { lines_.push_back(std::move(line)); }

    [[nodiscard]] std::size_t size() const { return lines_.size(); }
    [[nodiscard]] std::vector<std::string> take() { return std::exchange(lines_, {}); }

private:
    std::vector<std::string> lines_;
};

/// Whether a fault is one of what is stored, or of the disk that does not give it out.
[[nodiscard]] bool is_damage(const StoreFault& fault);

/// What cannot be read on is a finding too, and stops nothing else.
template <class Check>
void guarded(Findings& findings, std::string_view table, const std::string& subject, const Check& check) {
    try {
        check();
    } catch (const StoreFault& fault) {
        if (!is_damage(fault)) throw;
        findings.in_log(table, subject, fault.what());
    }
}

}  // namespace minglu
