#include "src/cli/compare_command.hpp"

namespace minglu::cli {

namespace {

constexpr std::size_t digits_shown = 12;  ///< of a hash: enough to see that two differ

std::string short_hash(const Json& object, const char* name) {
    const std::string hash = text(object, name);
    return hash.empty() ? "—" : hash.substr(0, digits_shown);
}

/// What one side shows, and what its log gives.
void add_side(Facts& facts, const std::string& label, const Json& side) {
    if (!side.is_object()) {
        facts.add(label, "未告知");
        return;
    }
    const std::string shown = short_hash(side, "shown");
    const std::string refolded = short_hash(side, "refolded");
    std::string said = "库中 " + shown + "，日志重算 " + refolded + "，计入操作 " + text(side, "ops");
    const std::string damage = text(side, "damage");
    if (!damage.empty()) said += "，" + damage;
    facts.add(label, said, shown == refolded && damage.empty() ? Tone::plain : Tone::bad);
}

void print_difference(Session& session, const Json& difference, const std::string& peer) {
    const std::string key = text(difference, "key");
    const std::string heading = key.empty() ? "位置 " + text(difference, "position") : key;
    session.out() << session.screen().toned(Tone::bold, Cell(heading).text) << '\n';
    Facts facts;
    add_side(facts, "  本节点", member(difference, "here"));
    add_side(facts, "  " + peer, member(difference, "there"));
    facts.add("  建议", text(difference, "cure"), Tone::warn);
    facts.print(session.screen());
}

}  // namespace

ExitCode compare_with_peer(Session& session, const CompareOptions& options) {
    HttpRequest request = request_of("GET", "/v1/sync/comparison");
    add_query(request, "peer", options.peer);
    const Json found = session.ask(request);
    const bool equal = flag(found, "equal");
    if (!session.json()) {
        for (const Json& difference : elements(found, "items")) print_difference(session, difference, options.peer);
        const std::string counted = std::to_string(elements(found, "items").size());
        const std::string unequal =
            "不一致的条目 " + counted + (flag(found, "complete") ? " 条" : " 条以上（只查找了一部分）");
        session.out() << session.screen().toned(equal ? Tone::good : Tone::bad,
                                                equal ? "两个节点的目录完全一致" : unequal)
                      << '\n';
    }
    return equal ? ExitCode::ok : ExitCode::unsound;
}

}  // namespace minglu::cli
