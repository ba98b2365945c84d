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
    for (const RecordKind kind : {RecordKind::open, RecordKind::change, RecordKind::batch_propose,
                                  RecordKind::batch_approve, RecordKind::batch_close, RecordKind::key})
        if (text == name(kind)) return kind;
    return RecordKind::unknown;
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
