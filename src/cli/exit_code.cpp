#include "src/cli/exit_code.hpp"

#include <array>

namespace minglu::cli {

ExitCode exit_code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::bad_request:
        case ErrorCode::bad_encoding:
        case ErrorCode::bad_number:
        case ErrorCode::bad_check_digit:
        case ErrorCode::bad_value:
        case ErrorCode::missing_value:
        case ErrorCode::duplicate:
        case ErrorCode::too_large:
        case ErrorCode::unsupported_version:
        case ErrorCode::malformed:
        case ErrorCode::unknown_log:
        case ErrorCode::gap:
            return ExitCode::refused;
        case ErrorCode::not_found:
            return ExitCode::not_found;
        case ErrorCode::stale:
        case ErrorCode::already_exists:
            return ExitCode::stale;
        case ErrorCode::busy:
        case ErrorCode::unreachable:
            return ExitCode::unavailable;
        case ErrorCode::bad_proof:
        case ErrorCode::bad_signature:
        case ErrorCode::fork:
        case ErrorCode::corrupt:
            return ExitCode::unsound;
        case ErrorCode::not_allowed:
            return ExitCode::not_allowed;
        case ErrorCode::unauthenticated:  // of an answer: see below
            return ExitCode::locked;
        case ErrorCode::io:
        case ErrorCode::disk_full:
        case ErrorCode::internal:
            return ExitCode::fault;
    }
    return ExitCode::fault;
}

namespace {

constexpr std::array all_codes{
    ErrorCode::bad_request,
    ErrorCode::bad_encoding,
    ErrorCode::bad_number,
    ErrorCode::bad_check_digit,
    ErrorCode::bad_value,
    ErrorCode::missing_value,
    ErrorCode::duplicate,
    ErrorCode::too_large,
    ErrorCode::not_found,
    ErrorCode::stale,
    ErrorCode::unsupported_version,
    ErrorCode::already_exists,
    ErrorCode::busy,
    ErrorCode::not_allowed,
    ErrorCode::unauthenticated,
    ErrorCode::bad_proof,
    ErrorCode::gap,
    ErrorCode::bad_signature,
    ErrorCode::unknown_log,
    ErrorCode::fork,
    ErrorCode::malformed,
    ErrorCode::unreachable,
    ErrorCode::io,
    ErrorCode::disk_full,
    ErrorCode::corrupt,
    ErrorCode::internal,
};

}  // namespace

ExitCode exit_code_of(int status, std::string_view problem_code) {
    constexpr int precondition_required = 428;  // its code is a general one, its meaning is "look first"
    if (status == precondition_required) return ExitCode::stale;
    if (status == 401) return ExitCode::not_allowed;
    for (const ErrorCode code : all_codes)
        if (name(code) == problem_code) return exit_code_of(code);
    if (status == 403) return ExitCode::not_allowed;
    if (status == 404) return ExitCode::not_found;
    if (status == 409 || status == 412) return ExitCode::stale;
    if (status == 429 || status == 502 || status == 503) return ExitCode::unavailable;
    return status >= 500 ? ExitCode::fault : ExitCode::refused;
}

std::string_view exit_code_help() {
    return "Exit codes 退出码:\n"
           "  0  ok 成功\n"
           "  1  unexpected fault 意外故障\n"
           "  2  wrong command line 命令行有误\n"
           "  3  refused by the rules, nothing written 不合规则，未写入\n"
           "  4  not found 不存在\n"
           "  5  stale or in conflict: look again 已被他人改动，请重新查看\n"
           "  6  node busy or unreachable 节点忙或不可达\n"
           "  7  verification found something 校验发现问题\n"
           "  8  not allowed 无权限\n"
           "  9  the keys' passphrase is missing or wrong 缺少密钥口令或口令不对";
}

}  // namespace minglu::cli
