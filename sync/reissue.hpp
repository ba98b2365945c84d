#pragma once
/// What a node wrote after the point at which its log is cut is written again in its new log: the same acts, with
/// every position of the old log above the cut turned into the one that its record has now.
#include <map>
#include <optional>

#include "sync/replica.hpp"

namespace minglu {

class Reissue {
public:
    /// `own`: the new log.
    Reissue(Cut cut, LogId own) : cut_(std::move(cut)), own_(std::move(own)) {}

    /// The record as a draft; none for what is not written again: an invalid record, an opening, a change of keys.
    /// `held`: what the node holds now that counts; nothing beyond it can have been seen.
    [[nodiscard]] std::optional<Draft> draft_of(const ReadTx& tx, const RecordRow& record, const Vector& held) const;

    /// The record at that position of the old log stands at `dot` now.
    void note(Seq old, const Dot& dot, const Hash& leaf) { again_[old] = {dot, leaf}; }

private:
    [[nodiscard]] Vector mapped(const Vector& seen, const Vector& held) const;

    Cut cut_;
    LogId own_;
    std::map<Seq, RecordRef> again_;
};

}  // namespace minglu
