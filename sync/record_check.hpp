#pragma once
/// Whether the stored bytes of a log are still those that were signed. One changed byte must not be spread, and must
/// not make an honest peer look guilty.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "minglu/store.hpp"
#include "sync/bundle.hpp"

namespace minglu {

struct Damage {
    std::string_view table;  ///< of the store: record, op, tree_node
    std::string what;        ///< "its ops do not match its header"
};
/// What is wrong with a stored record; none when header and ops still hash to the leaf that stands in the tree of
/// `log`. Reads one tree node; nothing is judged by content.
[[nodiscard]] std::optional<Damage> damage_of(const ReadTx& tx, const LogRow& log, const RecordRow& record,
                                              std::span<const std::string> op_lines);
/// "table op, record cq-…:5: its ops do not match its header"
[[nodiscard]] std::string describe(const Damage& damage, const Dot& record);

/// The first record in order of arrival that is damaged, and how, as `describe` tells; none when all are sound. Reads
/// every record.
[[nodiscard]] std::optional<std::string> first_damage(const ReadTx& tx);

/// Whether the stored tree leads to the stored head. True also without a head.
[[nodiscard]] bool tree_is_sound(const ReadTx& tx, const LogRow& log);

/// What goes out of a log, as make_segment; none when the tree here is damaged so that it would prove nothing.
[[nodiscard]] std::optional<Segment> sound_segment(const ReadTx& tx, const LogRow& log, Seq from, Seq to,
                                                   Seq receiver_head);

/// Damage of this node's own copy of a log. `what` names the place.
[[nodiscard]] IncidentRow own_damage(const LogId& log, const NodeId& self, const std::string& what);
/// A sender says that its copy of a log is damaged at `dot`.
[[nodiscard]] IncidentRow their_damage(const Dot& dot, const NodeId& from);

}  // namespace minglu
