#include "src/sheet/remarks.hpp"

#include <algorithm>
#include <set>

#include "catalog/fields.hpp"
#include "catalog/protection.hpp"
#include "sync/head.hpp"

namespace minglu {

namespace {

std::string contested_fields(const std::vector<ConflictView>& conflicts) {
    std::set<std::string> groups;
    for (const ConflictView& conflict : conflicts) groups.insert(conflict.groups.begin(), conflict.groups.end());
    std::string out;
    for (const std::string& group : groups) {
        const auto fields = fields_of_group(group);
        const FieldSpec* const field = fields.empty() ? nullptr : find_field(fields.front());
        out += (out.empty() ? "" : "、") + (field == nullptr ? group : std::string(field->label_zh));
    }
    return out;
}

bool is_cosigned(const std::string& head) {
    const auto note = parse_note(head);
    return note && std::any_of(note->signatures.begin(), note->signatures.end(),
                               [&](const auto& line) { return line.name != node_of(note->head.log).value(); });
}

}  // namespace

std::string verdict_text(const Evidence& evidence, std::string_view verdict) {
    if (verdict == name(Verdict::never_listed) && evidence.known_at) return "截至当时未列入";
    for (const Verdict one : all_verdicts)
        if (name(one) == verdict) return std::string(label_zh(one));
    return std::string(verdict);
}

std::vector<std::string> remarks_on(const Evidence& evidence) {
    std::vector<std::string> remarks;
    if (const auto open = open_conflicts(evidence); open && !open->empty())
        remarks.push_back("未决冲突 " + std::to_string(open->size()) + " 项（" + contested_fields(*open) +
                          "）：并行修改尚待裁决，所列为暂定值。");
    if (evidence.as_of > day_of(evidence.made))
        remarks.emplace_back("查询日晚于出具日：按出具时已登记的内容推定，其间可能变更。");
    if (evidence.cards.size() > 1 && !is_cosigned(evidence.state_head))
        remarks.emplace_back("名录状态的日志头尚无其他节点联署：节点之间连通时，通常一分钟内联署，可稍后重新出具。");
    return remarks;
}

}  // namespace minglu
