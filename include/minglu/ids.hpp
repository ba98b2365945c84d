#pragma once
/// Names of things that cross folders: nodes, logs, positions, entries.
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "minglu/error.hpp"
#include "minglu/strong.hpp"

namespace minglu {

/// One organisation's instance: `[a-z][a-z0-9]{1,15}`, e.g. `cq`.
using NodeId = Strong<std::string, struct NodeIdTag>;
/// `node_id-` + 64 random bits as 16 lower-case hex digits, e.g. `cq-9f3c21d07be45a18`.
using LogId = Strong<std::string, struct LogIdTag>;
/// Position of a record in one log, from 1 without gaps.
using Seq = Strong<std::uint64_t, struct SeqTag>;
/// `kind/number[/class]`, compared bytewise, never re-normalised, e.g. `trademark/10325554/33`.
using EntryKey = Strong<std::string, struct EntryKeyTag>;

[[nodiscard]] Result<NodeId> parse_node_id(std::string_view text);
[[nodiscard]] Result<LogId> parse_log_id(std::string_view text);
/// Form only (kind known, 1–2 further non-empty parts, no control characters, ≤ 512 bytes), not the domain rules.
[[nodiscard]] Result<EntryKey> parse_entry_key(std::string_view text);

/// The node that writes a log: the part before the `-`.
[[nodiscard]] NodeId node_of(const LogId& log);

/// Names a record, and with a key an op. Text form `cq-9f3c21d07be45a18:7`.
struct Dot {
    LogId log;
    Seq seq;
    friend auto operator<=>(const Dot&, const Dot&) = default;
};
[[nodiscard]] std::string to_string(const Dot& dot);
[[nodiscard]] Result<Dot> parse_dot(std::string_view text);

enum class Kind { patent, trademark, gi };
[[nodiscard]] std::string_view name(Kind kind);  ///< "patent", "trademark", "gi"
[[nodiscard]] Result<Kind> parse_kind(std::string_view text);

struct KeyParts {
    Kind kind = Kind::patent;
    std::string_view number;
    std::string_view nice_class;  ///< empty where the key has none
};
/// Splits a well-formed key (see `parse_entry_key`); the views point into `key`.
[[nodiscard]] KeyParts parts_of(const EntryKey& key);

}  // namespace minglu
