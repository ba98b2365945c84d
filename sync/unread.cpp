#include "sync/unread.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "sync/intake_incidents.hpp"
#include "sync/record_check.hpp"

namespace minglu {

namespace {

/// One log with unread records.
class UnreadLog {
public:
    UnreadLog(WriteTx& tx, Intake& intake, const Reading& reading, LogRow log)
        : tx_(tx), intake_(intake), reading_(reading), before_(std::move(log)) {
        before_.author_vector = {};
    }

    /// In order, so that each is judged by what its author had seen before it. What is damaged ends it.
    void read(const std::vector<Seq>& unread) {
        auto next = unread.begin();
        for (Seq seq{1}; next != unread.end(); seq = Seq{seq.value() + 1}) {
            const auto row = tx_.record({before_.id, seq});
            const auto header = row ? parse_header(row->header, reading_.version) : fail({});
            if (!header || leaf_hash(hash_of(before_.suite), row->header) != row->leaf) {
                damage_ = describe(Damage{"record", "its header is not the one that was hashed"}, {before_.id, seq});
                return;
            }
            if (seq == *next) {
                if (!read(*row, *header)) return;
                ++next;
            }
            before_.author_vector.join(header->seen);
        }
    }

    [[nodiscard]] std::uint64_t records() const { return records_; }
    [[nodiscard]] bool newer_left() const { return newer_left_; }
    [[nodiscard]] const std::string& damage() const { return damage_; }
    [[nodiscard]] const std::vector<IncidentRow>& incidents() const { return incidents_; }

private:
    bool read(const RecordRow& row, const Header& header) {
        newer_left_ = newer_left_ || header.version > reading_.version;
        if (header.kind == RecordKind::unknown) return true;
        const std::vector<std::string> lines = tx_.ops_of_record(row.no);
        if (const auto damage = damage_of(tx_, before_, row, lines)) {
            damage_ = describe(*damage, row.dot);
            return false;
        }
        const RecordLines record{header, row.header, {lines.begin(), lines.end()}};
        const std::string fault = intake_.judge_again(before_, row, record);
        ++records_;
        // Who brought it is forgotten; who wrote it is at fault.
        if (!fault.empty() && row.valid) incidents_.push_back(invalid_record(row.dot, node_of(before_.id), fault));
        return true;
    }

    WriteTx& tx_;
    Intake& intake_;
    const Reading& reading_;
    LogRow before_;
    std::uint64_t records_ = 0;
    bool newer_left_ = false;
    std::string damage_;
    std::vector<IncidentRow> incidents_;
};

/// They stay, as every incident does, and nobody has to look at them any more.
void acknowledge_newer(WriteTx& tx, const LogId& log, const Reading& reading, UnixMs now) {
    constexpr std::uint32_t page_incidents = 200;
    const Acknowledgement read{"minglu", now,
                               "this program reads records of version " + std::to_string(reading.version) +
                                   ": those of the log that were kept count as if they had been read when they came",
                               0};
    const IncidentFilter of_newer{std::string(name(ErrorCode::unsupported_version)), "", true};
    std::int64_t before = 0;
    while (true) {
        const auto page = tx.incidents(before, page_incidents, of_newer);
        if (page.empty()) return;
        for (const IncidentRow& incident : page)
            if (incident.subject == log.value()) tx.acknowledge(incident.no, read);
        before = page.back().no;
    }
}

}  // namespace

ReadSince read_unread(WriteTx& tx, Intake& intake, const Reading& reading, const NodeId& self, UnixMs now) {
    std::map<LogId, std::vector<Seq>> unread;
    for (const Dot& dot : tx.unread()) unread[dot.log].push_back(dot.seq);
    ReadSince done;
    const auto tell = [&](IncidentRow incident) {
        incident.at = now;
        tx.add_incident(incident);
    };
    for (const auto& [id, seqs] : unread) {
        const auto stored = tx.log(id);
        if (!stored) throw StoreFault(ErrorCode::corrupt, "log " + id.value() + " is gone");
        UnreadLog log(tx, intake, reading, *stored);
        log.read(seqs);
        done.records += log.records();
        for (const IncidentRow& incident : log.incidents()) tell(incident);
        if (!log.damage().empty()) {
            done.whole = false;
            tell(own_damage(id, self, log.damage()));
        } else if (log.records() > 0 && !log.newer_left()) {
            acknowledge_newer(tx, id, reading, now);
        }
    }
    return done;
}

std::string reading_text(const Reading& reading) {
    std::string text = std::to_string(reading.version);
    for (const RecordKind kind : record_kinds) text.append(" ").append(name(kind));
    return text;
}

bool reads_less(const Reading& reading, std::string_view stored_text) {
    std::istringstream words{std::string(stored_text)};
    std::uint64_t version = 0;
    if (!(words >> version)) return false;  // of a program that looked at none
    if (version > reading.version) return true;
    for (std::string kind; words >> kind;)
        if (parse_record_kind(kind) == RecordKind::unknown) return true;
    return false;
}

}  // namespace minglu
