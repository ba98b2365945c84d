#pragma once
/// The audit trail: who asked or did what, and how it was answered, as a chain of rows.
///
/// A row's line is canonical JSON with the members
///   actor, answer (SHA-256 of the body, hex), at (RFC 3339), body (SHA-256 of the request's), case, count, end
///   ("whole" or "cut"), forwarded, hits, kind, method, no, note, of, parameters (["name=value", …]), path, remote,
///   role, status, vector
/// of which those that have nothing to say are left out. Its hash is SHA-256(hash of the row before ‖ line); before the
/// first row stand 32 zero bytes. So nobody can change, insert or take out a row without making every later hash wrong;
/// whoever can write the database file could make them all anew, which a hash that was noted elsewhere brings to light.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"

namespace minglu {

constexpr std::size_t case_number_bytes_max = 200;

struct AuditEntry {
    UnixMs at;          ///< when the request was there
    std::string actor;  ///< name of the token, or what the command line calls itself; empty: nobody known
    std::string role;
    std::string remote;     ///< other end of the connection: an address, or `uid 1000` on this machine
    std::string forwarded;  ///< whom the proxy in front spoke for, in its words
    std::string kind;       ///< search, entry, history, export, …; see src/http/api/audit_kinds.hpp
    std::string method;
    std::string path;
    std::vector<std::string> parameters;  ///< "name=value"
    std::string body;                     ///< hex SHA-256 of what was sent along; empty: nothing
    std::string case_number;
    int status = 0;  ///< 0: not answered yet
    std::optional<std::uint64_t> hits;
    std::string vector;       ///< what the answer was read from
    std::string answer;       ///< hex SHA-256 of its body
    std::string end;          ///< of a streamed answer: "whole", or "cut" when the client did not take all of it
    std::string note;         ///< why it was refused; of a gap what is missing
    std::int64_t of = 0;      ///< the row that this one completes
    std::uint64_t count = 1;  ///< equal ones that this row stands for
};

/// Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string audit_line(const AuditEntry& entry, std::int64_t no);
[[nodiscard]] Hash audit_hash(const Hash& previous, std::string_view line);

/// Adds rows at the end of the chain; the number of the first one.
std::int64_t append_audit(WriteTx& tx, std::span<const AuditEntry> entries);

/// Walks the chain row by row, from its start or from a row that is known.
class AuditCheck {
public:
    AuditCheck() = default;
    AuditCheck(std::int64_t no, const Hash& hash) : no_(no), hash_(hash) {}
    /// What is wrong with the next row, or between it and the one before; none when it continues the chain.
    [[nodiscard]] std::optional<std::string> next(std::int64_t no, std::string_view line, const Hash& hash);

    [[nodiscard]] std::int64_t no() const { return no_; }  ///< of the last row
    [[nodiscard]] const Hash& hash() const { return hash_; }

private:
    std::int64_t no_ = 0;
    Hash hash_{};
};

/// What is wrong with the next row: against its neighbour, and against what it is filed under. Each line names the row.
[[nodiscard]] std::vector<std::string> faults_of(AuditCheck& chain, const AuditRow& row);

}  // namespace minglu
