#pragma once
/// Outcomes are Results, faults are exceptions.
///
/// An `Error` says what is wrong, where, and what to do about it; `code` is stable and is what programs
/// compare (it is the `code` of an RFC 9457 problem document and part of the exit status of the command line).
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace minglu {

enum class ErrorCode {
    // A value that someone typed or sent
    bad_request,          ///< malformed parameter, option or body
    bad_encoding,         ///< not UTF-8 / GB18030, or an unpaired quote
    bad_number,           ///< an identifier that has no known form
    bad_check_digit,      ///< an identifier whose check character is wrong
    bad_value,            ///< a field value outside its closed list or form
    missing_value,        ///< a field that must be there is not
    duplicate,            ///< the same key twice where once is allowed
    too_large,            ///< above a stated limit; split it
    unsupported_version,  ///< protocol or format version that is not spoken here
    // State
    not_found,
    stale,           ///< the ETag is not what the entry has now, or not covered here (HTTP 412)
    already_exists,  ///< initialising over something, adding a peer twice
    busy,            ///< another process holds the data directory
    not_allowed,     ///< the role does not permit it
    unauthenticated,
    // Exchange
    bad_proof,      ///< hash, root or consistency proof does not match
    bad_signature,  ///< head or card not signed by a key known here
    gap,            ///< records that do not continue the contiguous prefix held
    unknown_log,    ///< a log whose node's card is not pinned here
    fork,           ///< two signed heads of one log that contradict each other
    malformed,      ///< a bundle, record or head that does not parse
    unreachable,    ///< the peer could not be reached, or cut the connection
    // Machine
    io,
    disk_full,
    corrupt,  ///< stored data fails its own checks
    internal,
};

/// Stable spelling, e.g. "bad_check_digit".
[[nodiscard]] std::string_view name(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string what;   ///< "check digit of 201710601862.8 should be 3"
    std::string where;  ///< "row 17, column 专利号"; empty when there is no place
    std::string cure;   ///< "correct the number, or drop the row with --skip-invalid"

    friend bool operator==(const Error&, const Error&) = default;
};

/// One line for people: "where: what (cure)".
[[nodiscard]] std::string describe(const Error& error);

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace minglu
