#include "sync/head.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

namespace minglu {
namespace {

constexpr std::string_view origin_prefix = "minglu/";
constexpr std::string_view signature_prefix = "\xE2\x80\x94 ";  // em dash, space
constexpr std::size_t key_id_bytes = 4;
/// Integers in the formats stay exact in JSON readers that hold them as doubles.
constexpr std::int64_t integer_max = (std::int64_t{1} << 53) - 1;

tl::unexpected<Error> malformed(const std::string& what) {
    return fail({ErrorCode::malformed, what, "head", "ask the node that sent it; its program or the line damaged it"});
}

/// Takes the text up to the next newline; none when there is no newline.
std::optional<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

/// Takes a line that begins with `label`; none when it does not.
std::optional<std::string_view> take_labelled(std::string_view& text, std::string_view label) {
    std::optional<std::string_view> line = take_line(text);
    if (!line || !line->starts_with(label)) return std::nullopt;
    line->remove_prefix(label.size());
    return line;
}

/// Decimal digits only. Leading zeros are caught when the text is written again.
std::optional<std::int64_t> integer(std::optional<std::string_view> text) {
    if (!text || text->empty()) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size() || value < 0 || value > integer_max) {
        return std::nullopt;
    }
    return value;
}

std::optional<Hash> base64_hash(std::optional<std::string_view> text) {
    if (!text) return std::nullopt;
    const Result<Hash> value = from_base64(*text).and_then([](const std::string& bytes) { return to_hash(bytes); });
    return value ? std::optional<Hash>(*value) : std::nullopt;
}

std::optional<HybridTime> hybrid_time(std::optional<std::string_view> text) {
    if (!text) return std::nullopt;
    const std::size_t space = text->find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const std::optional<std::int64_t> ms = integer(text->substr(0, space));
    const std::optional<std::int64_t> counter = integer(text->substr(space + 1));
    if (!ms || !counter || *counter > std::int64_t{UINT32_MAX}) return std::nullopt;
    return HybridTime{*ms, static_cast<std::uint32_t>(*counter)};
}

Result<Head> parse_text(std::string_view text) {
    const std::string_view whole = text;
    Head head;
    const std::optional<std::string_view> origin = take_labelled(text, origin_prefix);
    const Result<LogId> log = parse_log_id(origin.value_or(""));
    if (!log) return malformed("the first line is not minglu/<log id>");
    const std::optional<std::int64_t> size = integer(take_line(text));
    if (!size) return malformed("the second line is not a size");
    const std::optional<Hash> root = base64_hash(take_line(text));
    if (!root) return malformed("the third line is not a root");
    const std::optional<HybridTime> time = hybrid_time(take_labelled(text, "time "));
    if (!time) return malformed("no line `time <ms> <counter>`");
    const std::optional<std::string_view> vector_text = take_labelled(text, "vector ");
    const Result<Vector> vector = parse_vector(vector_text.value_or("?"));
    if (!vector) return malformed("no line `vector <log>:<seq>,…`");
    const std::optional<std::int64_t> fold = integer(take_labelled(text, "fold "));
    if (!fold || *fold == 0 || *fold > std::int64_t{UINT32_MAX}) return malformed("no line `fold <version>`");
    const std::optional<Hash> state = base64_hash(take_labelled(text, "state "));
    if (!state) return malformed("no line `state <base64>`");
    head = Head{*log,    Seq(static_cast<std::uint64_t>(*size)), *root, *time,
                *vector, static_cast<std::uint32_t>(*fold),      *state};
    if (head_text(head) != whole) return malformed("a number or line is not written in its one form");
    return head;
}

/// C2SP key names are not empty and hold no space or plus; ours and those of witnesses are ASCII.
bool is_key_name(std::string_view name) {
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127 && c != '+'; });
}

std::optional<SignedHead::Signature> parse_signature(std::optional<std::string_view> line) {
    if (!line || !line->starts_with(signature_prefix)) return std::nullopt;
    line->remove_prefix(signature_prefix.size());
    const std::size_t space = line->find(' ');
    if (space == std::string_view::npos || !is_key_name(line->substr(0, space))) return std::nullopt;
    const Result<std::string> blob = from_base64(line->substr(space + 1));
    if (!blob || blob->size() <= key_id_bytes) return std::nullopt;
    SignedHead::Signature signature{std::string(line->substr(0, space)), {}, blob->substr(key_id_bytes)};
    std::transform(blob->begin(), blob->begin() + key_id_bytes, signature.key_id.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    return signature;
}

std::string signature_line(const SignedHead::Signature& signature) {
    const std::string blob = std::string(signature.key_id.begin(), signature.key_id.end()) + signature.bytes;
    return std::string(signature_prefix) + signature.name + " " + to_base64(blob) + "\n";
}

std::string signature_line(std::string_view text, const NodeId& name, const Signer& signer) {
    return signature_line(
        {name.value(), note_key_id(name.value(), signer.suite(), signer.public_key()), signer.sign(text)});
}

}  // namespace

std::string head_text(const Head& head) {
    return std::string(origin_prefix) + head.log.value() + "\n" +                                     //
           std::to_string(head.size.value()) + "\n" +                                                 //
           to_base64(bytes_of(head.root)) + "\n" +                                                    //
           "time " + std::to_string(head.time.ms) + " " + std::to_string(head.time.counter) + "\n" +  //
           "vector " + to_string(head.vector) + "\n" +                                                //
           "fold " + std::to_string(head.fold) + "\n" +                                               //
           "state " + to_base64(bytes_of(head.state)) + "\n";
}

std::array<std::uint8_t, 4> note_key_id(std::string_view name, Suite suite, std::string_view public_key) {
    const std::string_view type = suite == Suite::sm2_sm3 ? "\xff"
                                                            "minglu/sm2-sm3"
                                                          : "\x01";
    const Hash digest = sha256({name, "\n", type, public_key});
    return {digest[0], digest[1], digest[2], digest[3]};
}

std::string sign_head(const Head& head, const NodeId& signer_name, const Signer& signer) {
    const std::string text = head_text(head);
    return text + "\n" + signature_line(text, signer_name, signer);
}

Result<std::string> cosign_head(std::string_view note, const NodeId& signer_name, const Signer& signer) {
    const Result<SignedHead> parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    if (parsed->signatures.size() >= note_signatures_max) {
        return fail({ErrorCode::too_large, "the head carries all the signatures it can", "head", "drop cosignatures"});
    }
    return std::string(note) + signature_line(parsed->text, signer_name, signer);
}

std::string note_text(const SignedHead& head) {
    std::string note = head.text + "\n";
    for (const SignedHead::Signature& signature : head.signatures) note += signature_line(signature);
    return note;
}

SignedHead only_signed_by(SignedHead head, const NodeId& name) {
    std::erase_if(head.signatures,
                  [&](const SignedHead::Signature& signature) { return signature.name != name.value(); });
    return head;
}

Result<SignedHead> parse_note(std::string_view note) {
    if (note.size() > note_bytes_max) {
        return fail({ErrorCode::too_large, "a head has at most 1 MiB", "head", "ask the node that sent it"});
    }
    const std::size_t blank = note.find("\n\n");
    if (blank == std::string_view::npos) return malformed("no blank line before the signatures");
    SignedHead out;
    out.text = std::string(note.substr(0, blank + 1));
    const Result<Head> head = parse_text(out.text);
    if (!head) return fail(head.error());
    out.head = *head;
    for (std::string_view rest = note.substr(blank + 2); !rest.empty();) {
        const std::optional<SignedHead::Signature> signature = parse_signature(take_line(rest));
        if (!signature) return malformed("a signature line is not `— <name> <base64>`");
        out.signatures.push_back(*signature);
        if (out.signatures.size() > note_signatures_max) {
            return fail({ErrorCode::too_large, "a head has at most 100 signatures", "head", "drop cosignatures"});
        }
    }
    if (out.signatures.empty()) return malformed("no signature");
    return out;
}

bool is_signed_by(const SignedHead& head, const NodeId& name, Suite suite, std::string_view public_key) {
    const auto id = note_key_id(name.value(), suite, public_key);
    bool found = false;
    for (const SignedHead::Signature& signature : head.signatures) {
        if (signature.name != name.value() || signature.key_id != id) continue;
        if (!verify_signature(suite, public_key, head.text, signature.bytes)) return false;
        found = true;
    }
    return found;
}

Result<Head> open_head(std::string_view note, Suite suite, std::string_view public_key) {
    Result<SignedHead> parsed = parse_note(note);
    if (!parsed) return fail(parsed.error());
    const NodeId author = node_of(parsed->head.log);
    if (!is_signed_by(*parsed, author, suite, public_key)) {
        return fail({ErrorCode::bad_signature, "the head is not signed with the known key of " + author.value(),
                     "head of " + parsed->head.log.value() + " at " + std::to_string(parsed->head.size.value()),
                     "compare the node's card by telephone; if its key was changed, add its new card"});
    }
    return std::move(parsed->head);
}

bool newer(const Head& a, const Head& b) {
    return std::tie(a.size, a.time) > std::tie(b.size, b.time);
}

}  // namespace minglu
