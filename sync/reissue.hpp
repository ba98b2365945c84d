#pragma once
/// What stands after the point at which a log is cut is written again: by its node in its new log, or, where nobody
/// does it any more, by a node that holds it. The same acts, with every position of the old log above the cut turned
/// into the one that its record has now.
#include <map>
#include <optional>
#include <string>

#include "sync/replica.hpp"

namespace minglu {

/// What the reason of an adopted record says of the one that it was.
[[nodiscard]] std::string origin_mark(const Dot& dot);

class Reissue {
public:
    explicit Reissue(Cut cut) : cut_(std::move(cut)) {}

    /// The record as a draft; none for what is not written again: an invalid record, an opening, a change of keys.
    /// `held`: what the node holds now that counts; nothing beyond it can have been seen.
    [[nodiscard]] std::optional<Draft> draft_of(const ReadTx& tx, const RecordRow& record, const Vector& held) const;

    /// Whether the record at `old` has been written again already: by its node in another log, or adopted by anybody.
    /// It is noted then.
    [[nodiscard]] bool stands(const ReadTx& tx, Seq old, const Draft& draft);

    /// The record at that position of the old log stands at `dot` now.
    void note(Seq old, const Dot& dot, const Hash& leaf) { again_[old] = {dot, leaf}; }

private:
    [[nodiscard]] Vector mapped(const Vector& seen, const Vector& held) const;
    [[nodiscard]] RecordRef mapped(const ReadTx& tx, const RecordRef& of) const;
    [[nodiscard]] bool is_of(const ReadTx& tx, const RecordRow& record, Seq old, const Draft& draft) const;

    Cut cut_;
    std::map<Seq, RecordRef> again_;
};

}  // namespace minglu
