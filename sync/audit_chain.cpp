#include "sync/audit_chain.hpp"

#include <utility>

#include "catalog/text/utf8.hpp"
#include "minglu/json_text.hpp"

namespace minglu {

namespace {

std::string as_utf8(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_at(text, at);
        append_utf8(clean, step.code);
        at += step.size;
    }
    return clean;
}

/// Members in bytewise order; those without a value are left out.
class Line {
public:
    void text(std::string_view name, std::string_view value) {
        if (value.empty()) return;
        begin(name);
        append_json_string(out_, as_utf8(value));
    }
    void number(std::string_view name, std::uint64_t value) {
        begin(name);
        out_ += std::to_string(value);
    }
    void texts(std::string_view name, const std::vector<std::string>& values) {
        if (values.empty()) return;
        begin(name);
        char before = '[';
        for (const std::string& value : values) {
            out_ += std::exchange(before, ',');
            append_json_string(out_, as_utf8(value));
        }
        out_ += ']';
    }
    [[nodiscard]] std::string take() && { return std::move(out_) + "}"; }

private:
    void begin(std::string_view name) {
        out_ += out_.empty() ? '{' : ',';
        append_json_string(out_, name);
        out_ += ':';
    }
    std::string out_;
};

std::string row_name(std::int64_t no) {
    return "audit row " + std::to_string(no);
}

bool is_filed_right(const AuditRow& row) {
    return text_of(member_of(row.line, "actor")) == row.actor && text_of(member_of(row.line, "kind")) == row.kind &&
           text_of(member_of(row.line, "case")) == row.case_number &&
           text_of(member_of(row.line, "at")) == to_string(row.at);
}

}  // namespace

std::string audit_line(const AuditEntry& entry, std::int64_t no) {
    Line line;
    line.text("actor", entry.actor);
    line.text("answer", entry.answer);
    line.text("at", to_string(entry.at));
    line.text("body", entry.body);
    line.text("case", entry.case_number);
    if (entry.count != 1) line.number("count", entry.count);
    line.text("end", entry.end);
    line.text("forwarded", entry.forwarded);
    if (entry.hits) line.number("hits", *entry.hits);
    line.text("kind", entry.kind);
    line.text("method", entry.method);
    line.number("no", static_cast<std::uint64_t>(no));
    line.text("note", entry.note);
    if (entry.of != 0) line.number("of", static_cast<std::uint64_t>(entry.of));
    line.texts("parameters", entry.parameters);
    line.text("path", entry.path);
    line.text("remote", entry.remote);
    line.text("role", entry.role);
    if (entry.status != 0) line.number("status", static_cast<std::uint64_t>(entry.status));
    line.text("vector", entry.vector);
    return std::move(line).take();
}

Hash audit_hash(const Hash& previous, std::string_view line) {
    return sha256({bytes_of(previous), line});
}

std::int64_t append_audit(WriteTx& tx, std::span<const AuditEntry> entries) {
    const auto last = tx.last_audit();
    const std::int64_t last_no = tx.last_audit_no();  // a number that was taken away is not given again
    std::int64_t no = last_no;
    Hash hash = last ? last->hash : Hash{};
    for (const AuditEntry& entry : entries) {
        AuditRow row;
        row.no = ++no;
        row.at = entry.at;
        row.line = audit_line(entry, no);
        row.actor = as_utf8(entry.actor);
        row.kind = entry.kind;
        row.case_number = as_utf8(entry.case_number);
        row.hash = hash = audit_hash(hash, row.line);
        tx.add_audit(row);
    }
    return last_no + 1;
}

std::optional<std::string> AuditCheck::next(std::int64_t no, std::string_view line, const Hash& hash) {
    const std::int64_t expected = no_ + 1;
    const bool follows = no == expected;
    const bool is_right = hash == audit_hash(hash_, line) && member_of(line, "no") == std::to_string(no);
    no_ = no;
    hash_ = hash;
    // The row behind a gap cannot be checked against one that is not there; it carries on the chain as it is.
    if (!follows && no > expected) {
        return expected == no - 1
                   ? row_name(expected) + ": it is missing"
                   : "audit rows " + std::to_string(expected) + " to " + std::to_string(no - 1) + ": they are missing";
    }
    if (!follows) return row_name(no) + ": it stands out of order";
    if (!is_right) return row_name(no) + ": its hash does not follow; this row was changed, or the one before it";
    return std::nullopt;
}

std::vector<std::string> faults_of(AuditCheck& chain, const AuditRow& row) {
    std::vector<std::string> faults;
    if (auto wrong = chain.next(row.no, row.line, row.hash)) faults.push_back(*std::move(wrong));
    if (!is_filed_right(row)) faults.push_back(row_name(row.no) + ": it is filed under what it does not say");
    return faults;
}

}  // namespace minglu
