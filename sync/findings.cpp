#include "sync/findings.hpp"

namespace minglu {

Finding finding_of(std::string_view line) {
    Finding finding;
    const std::size_t place_end = std::min(line.find(": "), line.size());
    finding.place = line.substr(0, place_end);
    std::string_view rest = line.substr(std::min(place_end + 2, line.size()));
    const std::size_t cure = rest.ends_with(')') ? rest.rfind(" (") : std::string_view::npos;
    if (cure != std::string_view::npos) {
        finding.cure = rest.substr(cure + 2, rest.size() - cure - 3);
        rest = rest.substr(0, cure);
    }
    finding.what = rest;
    return finding;
}

bool is_damage(const StoreFault& fault) {
    const bool is_of_commit = dynamic_cast<const CommitUnknown*>(&fault) != nullptr;
    return !is_of_commit && (fault.code() == ErrorCode::corrupt || fault.code() == ErrorCode::io);
}

void Findings::in_log(std::string_view table, const std::string& subject, const std::string& what) {
    add(table, subject, what, cure_of_log);
}

void Findings::in_views(std::string_view table, const EntryKey& key, const std::string& what) {
    add(table, "entry " + key.value(), what, "run minglu rebuild");
}

void Findings::add(std::string_view table, const std::string& subject, const std::string& what, std::string_view cure) {
    lines_.push_back("table " + std::string(table) + ", " + subject + ": " + what + " (" + std::string(cure) + ")");
}

}  // namespace minglu
