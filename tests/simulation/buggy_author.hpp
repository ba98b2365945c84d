#pragma once
/// A node whose program is a newer one and has a bug: its log is well signed, some of its records are of kinds,
/// versions and members that nobody else knows yet, and some are not valid. Where nodes of two versions meet, some are
/// of the one that only the newer nodes read.
#include "tests/simulation/invariants.hpp"
#include "tests/support/log_forge.hpp"

namespace minglu::simulation {

class BuggyAuthor {
public:
    enum class Versions { unknown, mixed };
    BuggyAuthor(test::SeededRandom& random, Ledger& ledger, UnixMs now, Versions versions = Versions::unknown);

    [[nodiscard]] const NodeId& id() const { return id_; }
    [[nodiscard]] const LogId& log() const { return forge_.log(); }
    [[nodiscard]] Seq size() const { return forge_.size(); }
    [[nodiscard]] std::string card() const { return test::fixed_card(id_, *key_); }

    /// Appends a record, valid or not, that has seen some of what `reader` holds.
    void write(SimNode& reader);
    /// Gives `node` the next records, each bundle up to a random point before the head.
    Findings feed(SimNode& node);

private:
    void note(const Dot& dot, bool valid);

    NodeId id_{"bug"};
    std::unique_ptr<SigningKey> key_;
    test::SeededRandom& random_;
    Ledger& ledger_;
    test::LogForge forge_;
    Versions versions_;
    Vector seen_;
};

}  // namespace minglu::simulation
