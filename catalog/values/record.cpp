#include "minglu/record.hpp"

#include "minglu/store.hpp"

namespace minglu {

std::string_view name(RecordKind kind) {
    switch (kind) {
        case RecordKind::open:
            return "open";
        case RecordKind::change:
            return "change";
        case RecordKind::batch_propose:
            return "batch.propose";
        case RecordKind::batch_approve:
            return "batch.approve";
        case RecordKind::batch_close:
            return "batch.close";
        case RecordKind::key:
            return "key";
        case RecordKind::unknown:
            return "unknown";
    }
    return "unknown";
}

RecordKind parse_record_kind(std::string_view text) {
    for (const RecordKind kind : record_kinds)
        if (text == name(kind)) return kind;
    return RecordKind::unknown;
}

Result<Header> header_of(const RecordRow& record) {
    constexpr std::uint32_t any_version = UINT32_MAX;
    return parse_header(record.header, record.kind == RecordKind::unknown ? record_version : any_version);
}

std::string_view name(ConflictState state) {
    switch (state) {
        case ConflictState::open:
            return "open";
        case ConflictState::resolved:
            return "resolved";
        case ConflictState::superseded:
            return "superseded";
    }
    return "open";
}

std::size_t size_of(const RecordBytes& record) {
    std::size_t bytes = record.header.size() + 1;
    for (const std::string& op : record.ops) bytes += op.size() + 1;
    return bytes;
}

}  // namespace minglu
