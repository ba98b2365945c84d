#pragma once
/// The head of a log: what its node states about it, signed.
///
/// A head travels as a C2SP signed note (c2sp.org/signed-note) whose text is a C2SP checkpoint
/// (c2sp.org/tlog-checkpoint) with four extension lines, always all four, in this order:
///
///     minglu/cq-9f3c21d07be45a18                      origin
///     120                                             size, decimal
///     qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=    root of the log's tree, base64
///     time 1766109600000 0                            hybrid time: milliseconds, counter
///     vector cq-9f3c21d07be45a18:120                  bytewise sorted; nothing after the space when empty
///     fold 1                                          version of the merge rule
///     state 4M1FEoNbJfbfrZcOgeOUr51Zyy7eDXNkU7DLg7eP3AE=
///
///     — cq Tm92ZW1iZXI…                               name and base64(key id ‖ signature)
///
/// A value has one text: what `parse_note` accepts is byte for byte what `head_text` gives.
/// Key ids: SHA-256(name ‖ "\n" ‖ type ‖ public key), first 4 bytes; type = 01 for Ed25519 and, as C2SP asks of types
/// of one's own, ff ‖ "minglu/sm2-sm3" for SM2. They only tell signatures apart; keys are known from cards.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "minglu/hash.hpp"
#include "minglu/ids.hpp"
#include "minglu/ports.hpp"
#include "minglu/time.hpp"
#include "minglu/vector.hpp"

namespace minglu {

constexpr std::size_t note_bytes_max = 1024u * 1024;
constexpr std::size_t note_signatures_max = 100;

struct Head {
    LogId log;
    Seq size;
    Hash root{};
    HybridTime time;
    Vector vector;
    std::uint32_t fold = 1;
    Hash state{};
    friend bool operator==(const Head&, const Head&) = default;
};

struct SignedHead {
    struct Signature {
        std::string name;
        std::array<std::uint8_t, 4> key_id{};
        std::string bytes;
        friend bool operator==(const Signature&, const Signature&) = default;
    };
    Head head;
    std::string text;  ///< what is signed: the lines up to the blank one
    std::vector<Signature> signatures;
};

[[nodiscard]] std::string head_text(const Head& head);
[[nodiscard]] std::array<std::uint8_t, 4> note_key_id(std::string_view name, Suite suite, std::string_view public_key);

/// The whole note with one signature.
[[nodiscard]] std::string sign_head(const Head& head, const NodeId& signer_name, const Signer& signer);
/// The note with one more signature line: a cosignature, or the new key's at a change of keys. Errors: malformed;
/// already signed notes with `note_signatures_max` lines are too_large.
[[nodiscard]] Result<std::string> cosign_head(std::string_view note, const NodeId& signer_name, const Signer& signer);

/// The note again: what `parse_note` read, with the signatures that are left.
[[nodiscard]] std::string note_text(const SignedHead& head);
/// Without the signatures of all others.
[[nodiscard]] SignedHead only_signed_by(SignedHead head, const NodeId& name);

/// Form only. Errors: malformed, too_large.
[[nodiscard]] Result<SignedHead> parse_note(std::string_view note);

/// True when some line claims to be of that name and key and every such line verifies (C2SP: a failing signature of a
/// known key spoils the note). Lines of other names and keys are ignored.
[[nodiscard]] bool is_signed_by(const SignedHead& head, const NodeId& name, Suite suite, std::string_view public_key);

/// Parses and checks the signature of the log's own node. Errors: malformed, too_large, bad_signature.
[[nodiscard]] Result<Head> open_head(std::string_view note, Suite suite, std::string_view public_key);

/// Whether `a` is later than `b`, two heads of one log: by (size, time).
[[nodiscard]] bool newer(const Head& a, const Head& b);

}  // namespace minglu
