#pragma once
/// What stands after the point at which a log is cut is written again: by its node in its new log, or, where nobody
/// does it any more, by a node that holds it. The same acts, with every position of the old log above the cut turned
/// into the one that its record has now.
#include <map>
#include <optional>

#include "sync/replica.hpp"

namespace minglu {

class Reissue {
public:
    /// `by`: whose writing again is taken for ours, see `leave_out_standing`; none = anybody's.
    Reissue(Cut cut, std::optional<NodeId> by) : cut_(std::move(cut)), by_(std::move(by)) {}

    /// The record as a draft; none for what is not written again: an invalid record, an opening, a change of keys.
    /// `held`: what the node holds now that counts; nothing beyond it can have been seen.
    [[nodiscard]] std::optional<Draft> draft_of(const ReadTx& tx, const RecordRow& record, const Vector& held) const;

    /// Takes out of the draft of the record at `old` what stands already: an equal write that counts, which this one
    /// has not seen. False when nothing is left to write; the record is noted then.
    [[nodiscard]] bool leave_out_standing(const ReadTx& tx, Seq old, Draft& draft);

    /// The record at that position of the old log stands at `dot` now.
    void note(Seq old, const Dot& dot, const Hash& leaf) { again_[old] = {dot, leaf}; }

private:
    [[nodiscard]] Vector mapped(const Vector& seen, const Vector& held) const;
    [[nodiscard]] std::optional<Dot> standing(const ReadTx& tx, const Op& op) const;

    Cut cut_;
    std::optional<NodeId> by_;
    std::map<Seq, RecordRef> again_;
};

}  // namespace minglu
