#include "src/sheet/sheet.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "catalog/fields.hpp"
#include "catalog/identifiers/gi.hpp"
#include "catalog/identifiers/patent.hpp"
#include "catalog/protection.hpp"
#include "catalog/readable.hpp"
#include "minglu/record.hpp"
#include "src/sheet/page.hpp"
#include "src/sheet/qr.hpp"
#include "src/sheet/remarks.hpp"
#include "sync/evidence.hpp"
#include "sync/head.hpp"

namespace minglu {

namespace {

using nlohmann::json;

constexpr int qr_size_mm = 32;

std::string text(const json& object, const char* member) {
    const auto found = object.find(member);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// "2025-12-19 10:00:00", in UTC+8.
std::string time_text(UnixMs moment) {
    constexpr std::size_t date_length = 10;
    constexpr std::size_t second_length = 19;
    return to_string(moment).substr(0, second_length).replace(date_length, 1, " ");
}

std::string issuer_name(const Evidence& evidence) {
    for (const KnownCard& card : evidence.cards)
        if (card.node == evidence.node && !card.name.empty()) return card.name;
    return evidence.node.value();
}

/// What the number in the key is called. A number is printed as that of a patent only once there was a grant.
std::pair<std::string, std::string> number_row(const KeyParts& key, const std::string& right_state) {
    const std::string number(key.number);
    if (key.kind == Kind::patent) {
        const auto patent = parse_patent_number(number);
        if (patent && patent->is_publication) return {"公开（公告）号", number};
        const bool granted = right_state == name(RightState::in_force) || right_state == name(RightState::ended);
        if (granted) return {"专利号", display_patent_number(number)};
        return {"申请号", number};
    }
    if (!key.nice_class.empty()) return {key.kind == Kind::gi ? "商标注册号" : "注册号", number};
    return {parse_agi_number(number) ? "登记证书编号" : "产品名称", number};
}

void add_question(Page& page, const Evidence& evidence, const json& answer) {
    const KeyParts key = parts_of(evidence.key);
    const auto [label, number] = number_row(key, text(answer.at("right"), "state"));
    page.begin_table();
    page.row("条目", evidence.key.value());
    page.row("类别", key.kind == Kind::patent ? "专利" : key.kind == Kind::trademark ? "商标" : "地理标志");
    page.row(label, number);
    if (!key.nice_class.empty()) page.row("国际分类", "第 " + std::string(key.nice_class) + " 类");
    page.row("查询日", to_string(evidence.as_of));
    page.row("所据记录", evidence.known_at ? "截至 " + time_text(*evidence.known_at) + " 到达本节点者"
                                           : "截至出具时本节点所持全部记录");
    page.end_table();
}

void add_answer(Page& page, const Evidence& evidence, const json& answer, Kind kind) {
    const std::string verdict = text(answer, "verdict");
    page.verdict(verdict_text(evidence, verdict), verdict == name(Verdict::is_protected));
    page.begin_table();
    page.row("名录状态",
             readable_listing(answer.at("listing").dump(), verdict_text(evidence, name(Verdict::never_listed))));
    page.row("权利本身", readable_right(kind, answer.at("right").dump()));
    if (const auto then = answer.find("as_known_then"); then != answer.end())
        page.row("按查询日当日所知", verdict_text(evidence, text(*then, "verdict")) + "；权利" +
                                         readable_right(kind, then->at("right").dump()));
    page.end_table();
}

void add_remarks(Page& page, const Evidence& evidence, std::span<const EntryKey> similar) {
    std::string keys;
    for (const EntryKey& key : similar) keys += (keys.empty() ? "" : "、") + key.value();
    const std::vector<std::string> remarks = remarks_on(evidence);
    if (remarks.empty() && keys.empty()) return;
    page.begin_table();
    if (!keys.empty())
        page.row("请注意", "本页仅就上列写法的条目作答。名录另有名称或号码相同而写法、类别或公布号不同者：" + keys);
    for (const std::string& remark : remarks) page.row("请注意", remark);
    page.end_table();
}

void add_fields(Page& page, const json& fields, Kind kind) {
    if (fields.empty()) return;
    page.heading("查询日登记内容");
    page.begin_table();
    for (const FieldSpec& spec : field_specs()) {
        const auto found = fields.find(std::string(spec.name));
        if (found == fields.end()) continue;
        const std::string value = found->dump();
        if (value.starts_with("\"data:image/"))
            page.picture_row(spec.label_zh, found->get<std::string>());
        else
            page.row(spec.label_zh, readable_value(kind, spec.name, value));
    }
    for (const auto& [field, value] : fields.items())
        if (find_field(field) == nullptr) page.row(field, readable_value(kind, field, value.dump()));
    page.end_table();
}

void add_records(Page& page, const Evidence& evidence) {
    page.heading("所依据的签名记录");
    if (evidence.ops.empty()) {
        page.paragraph("本节点签名的名录状态中没有关于该条目的任何有效记录；证据文件含不存在证明。");
        return;
    }
    page.begin_list({"作者", "记录", "写入时间", "生效日", "批次与文号", "事由", "到达本节点"});
    for (const ProvedOp& op : evidence.ops) {
        const auto header = parse_header(op.record.header);
        const auto parsed = parse_op(op.line);
        if (!header || !parsed) continue;
        const BatchInfo batch = header->batch.value_or(BatchInfo{});
        page.list_row({node_of(header->log).value() + " " + header->actor, to_string(Dot{header->log, header->seq}),
                       time_text(UnixMs{header->time.ms}), to_string(parsed->effective_on),
                       batch.title + " " + batch.document_number, header->reason, time_text(op.record.arrived)});
    }
    page.end_list();
}

void add_head(Page& page, std::string_view what, const std::string& head) {
    const auto note = parse_note(head);
    if (!note) return;
    const NodeId author = node_of(note->head.log);
    std::string others;
    for (const SignedHead::Signature& signature : note->signatures)
        if (signature.name != author.value()) others += (others.empty() ? "" : "、") + signature.name;
    page.list_row({what, author.value(), note->head.log.value(), std::to_string(note->head.size.value()),
                   time_text(UnixMs{note->head.time.ms}), others.empty() ? "无" : others});
}

void add_heads(Page& page, const Evidence& evidence) {
    page.heading("签名的日志头");
    page.begin_list({"用途", "节点", "日志", "记录数", "签名时间", "联署"});
    add_head(page, "名录状态，数据截至", evidence.state_head);
    for (const std::string& head : evidence.newest) add_head(page, "数据截至", head);
    for (const auto& [log, proof] : evidence.logs) add_head(page, "所依据的记录", proof.head);
    page.end_list();
}

/// As one word of a command line.
std::string quoted(std::string_view word) {
    constexpr std::string_view special = " \t\n\"'`$&|;<>()*?[]#~!{}\\";
    if (!word.empty() && word.front() != '-' && word.find_first_of(special) == std::string_view::npos)
        return std::string(word);
    std::string out = word.starts_with('-') ? "'./" : "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

void add_check(Page& page, const Evidence& evidence, std::string_view bytes, std::string_view file_name) {
    const std::string hash = to_hex(bytes_of(sha256({bytes})));
    page.heading("核验");
    page.begin_check(qr_svg("sha256:" + hash, qr_size_mm));
    page.paragraph("证据文件 SHA-256（二维码同此）：");
    page.code(hash);
    page.paragraph("证据文件 " + std::to_string(bytes.size()) +
                   " 字节。凭文件与各节点名片，可在任何计算机上离线核验：");
    std::string trust;
    for (const KnownCard& card : evidence.cards) trust += " --trust " + card.node.value() + ".json";
    page.code("minglu verify-evidence " + quoted(file_name) + trust);
    page.end_check();
    page.begin_list({"节点", "机构", "名片指纹"});
    for (const KnownCard& card : evidence.cards) page.list_row({card.node.value(), card.name, card.fingerprint});
    page.end_list();
    page.download("下载证据文件", file_name, bytes);
}

}  // namespace

Result<std::string> evidence_sheet(std::string_view bytes, std::string_view file_name,
                                   std::span<const EntryKey> similar) {
    const auto evidence = parse_evidence(bytes);
    if (!evidence) return fail(evidence.error());
    const json answer = json::parse(evidence->answer, nullptr, false);
    if (!answer.is_object() || !answer.contains("listing") || !answer.contains("right") || !answer.contains("fields"))
        return fail({ErrorCode::malformed, "no evidence: it has no answer", "", "take the file as it was issued"});
    const Kind kind = parts_of(evidence->key).kind;
    Page page("知识产权名录查询证明");
    page.title("知识产权名录查询证明", issuer_name(*evidence) + "（节点 " + evidence->node.value() + "）　出具时间 " +
                                           time_text(evidence->made));
    add_question(page, *evidence, answer);
    add_answer(page, *evidence, answer, kind);
    add_remarks(page, *evidence, similar);
    add_fields(page, answer.at("fields"), kind);
    add_records(page, *evidence);
    add_heads(page, *evidence);
    add_check(page, *evidence, bytes, file_name);
    page.footnote(
        "本页为证据文件的可读摘要，以证据文件及其数字签名为准。记录到达本节点的时间由出具节点陈述。"
        "“在册”指列入本名录，不等于权利有效；权利状态以登记机关为准。");
    return std::move(page).done();
}

}  // namespace minglu
