#include "sync/bundle.hpp"

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "minglu/json_text.hpp"
#include "sync/bounded_json.hpp"
#include "sync/key_changes.hpp"
#include "sync/proof_steps.hpp"

namespace minglu {

namespace {

using Json = nlohmann::ordered_json;   // what is written here has its order
using StrangersJson = nlohmann::json;  // an ordered object looks through all of its members for each

Error malformed(std::string what) {
    return {ErrorCode::malformed, "bundle: " + std::move(what), "", "fetch it again; report the sender if it persists"};
}

Json to_json(const Vector& vector) {
    Json object = Json::object();
    for (const Vector::Item& item : vector.items()) object[item.first.value()] = item.second.value();
    return object;
}

Json to_json(const Segment& segment) {
    Json object{{"log", segment.log.value()}, {"from", segment.from.value()}, {"to", segment.to.value()}};
    if (!segment.steps.empty()) object["steps"] = json_of(segment.steps);
    if (segment.head_from != Seq{}) {
        object["head_from"] = segment.head_from.value();
        object["head_path"] = json_of(segment.head_path);
    }
    object["head"] = segment.head;
    return object;
}

/// Thrown inside this file only; `parse_bundle` turns it into a Result.
struct Malformed {
    std::string what;
};

template <class T>
T accept(Result<T> result) {
    if (!result) throw Malformed{result.error().what};
    return *std::move(result);
}

/// The general reader would walk through any value.
const StrangersJson& as_array(const StrangersJson& json) {
    if (!json.is_array()) throw Malformed{"a list is not an array"};
    return json;
}

Vector to_vector(const StrangersJson& json) {
    if (!json.is_object()) throw Malformed{"the vector is not an object"};
    if (json.size() > bundle_logs_max) throw Malformed{"a vector names more logs than it may"};
    Vector vector;
    for (const auto& item : json.items()) vector.set(accept(parse_log_id(item.key())), seq_of(item.value()));
    return vector;
}

Segment to_segment(const StrangersJson& json) {
    Segment segment;
    segment.log = accept(parse_log_id(json.at("log").get<std::string>()));
    segment.from = seq_of(json.at("from"));
    segment.to = seq_of(json.at("to"));
    if (segment.from == Seq{} || segment.from.value() > segment.to.value() + 1)
        throw Malformed{"a segment runs backwards"};
    segment.steps = steps_of(json.value("steps", StrangersJson::array()));
    if (json.contains("head_from") != json.contains("head_path"))
        throw Malformed{"head_from and head_path come together"};
    if (json.contains("head_from")) {
        segment.head_from = seq_of(json.at("head_from"));
        segment.head_path = hashes_of(json.at("head_path"));
        if (segment.head_from == Seq{}) throw Malformed{"head_from is 0"};
    }
    segment.head = json.at("head").get<std::string>();
    return segment;
}

/// `canonical` has passed canonical_json, the strict gate (duplicate keys, depth, encoding).
BundleInfo to_info(std::string_view canonical) {
    const StrangersJson json = bounded_json(canonical);
    if (json.is_discarded()) throw Malformed{"its first line has too many values"};
    BundleInfo info;
    info.node = accept(parse_node_id(json.at("node").get<std::string>()));
    info.vector = to_vector(json.at("vector"));
    const StrangersJson& segments = as_array(json.at("logs"));
    if (segments.size() > bundle_logs_max) throw Malformed{"it brings more logs than it may"};
    for (const StrangersJson& segment : segments) info.segments.push_back(to_segment(segment));
    const StrangersJson forks = json.value("forks", StrangersJson::array());
    for (const StrangersJson& fork : as_array(forks)) info.forks.push_back(fork.dump());
    if (json.contains("damaged")) info.damaged = to_vector(json.at("damaged"));
    if (info.forks.size() > bundle_forks_max) throw Malformed{"it carries more proofs of forks than it may"};
    const StrangersJson keys = json.value("keys", StrangersJson::array());
    for (const StrangersJson& change : as_array(keys)) info.keys.push_back(change.dump());
    if (info.keys.size() > bundle_key_changes_max) throw Malformed{"it carries more changes of key than it may"};
    const StrangersJson cosigned = json.value("cosigned", StrangersJson::array());
    std::size_t cosigned_bytes = 0;
    for (const StrangersJson& note : as_array(cosigned)) {
        info.cosigned.push_back(note.get<std::string>());
        cosigned_bytes += info.cosigned.back().size();
    }
    if (cosigned_bytes > bundle_cosigned_bytes_max) throw Malformed{"it carries more cosigned heads than it may"};
    if (json.contains("cosigned_upto"))
        info.cosigned_upto = accept(parse_dot(json.at("cosigned_upto").get<std::string>()));
    return info;
}

/// Takes lines off the front; a last line without LF is a cut transfer.
class Lines {
public:
    explicit Lines(std::string_view bytes) : rest_(bytes) {}
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    std::string_view next() {
        const auto end = rest_.find('\n');
        if (end == std::string_view::npos) throw Malformed{"it is cut off in the middle of a line"};
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return line;
    }

private:
    std::string_view rest_;
};

RecordLines next_record(Lines& lines, std::uint32_t reads) {
    RecordLines record;
    record.header_line = lines.next();
    record.header = accept(parse_header(record.header_line, reads));
    std::size_t bytes = record.header_line.size() + 1;
    record.op_lines.reserve(record.header.ops);
    for (std::uint32_t i = 0; i < record.header.ops; ++i) {
        record.op_lines.push_back(lines.next());
        bytes += record.op_lines.back().size() + 1;
    }
    if (bytes > record_bytes_max)
        throw Malformed{"record " + to_string(Dot{record.header.log, record.header.seq}) + " is over 16 MiB"};
    return record;
}

Bundle read_bundle(BundleInfo info, std::string_view records, std::uint32_t reads) {
    Lines lines(records);
    Bundle bundle;
    bundle.info = std::move(info);
    std::map<LogId, Seq> expected;
    for (const Segment& segment : bundle.info.segments)
        if (!expected.emplace(segment.log, segment.from).second) throw Malformed{"one log in two segments"};
    while (!lines.empty()) {
        RecordLines record = next_record(lines, reads);
        const auto next = expected.find(record.header.log);
        if (next == expected.end() || next->second != record.header.seq)
            throw Malformed{"record " + to_string(Dot{record.header.log, record.header.seq}) +
                            " is not the one announced"};
        next->second = Seq{next->second.value() + 1};
        bundle.records.push_back(std::move(record));
    }
    for (const Segment& segment : bundle.info.segments)
        if (expected.at(segment.log).value() != segment.to.value() + 1)
            throw Malformed{"it is cut off: " + segment.log.value() + " ends before " +
                            std::to_string(segment.to.value())};
    return bundle;
}

std::optional<std::uint64_t> version_of(std::string_view bytes) {
    const auto json = bounded_json(bytes.substr(0, bytes.find('\n')));
    if (!json.is_object() || !json.contains("minglu_bundle") || !json["minglu_bundle"].is_number_unsigned()) return {};
    return json["minglu_bundle"].get<std::uint64_t>();
}

}  // namespace

std::string serialise(const BundleInfo& info) {
    Json segments = Json::array();
    for (const Segment& segment : info.segments) segments.push_back(to_json(segment));
    Json json{{"minglu_bundle", bundle_version},
              {"node", info.node.value()},
              {"vector", to_json(info.vector)},
              {"logs", std::move(segments)}};
    if (!info.forks.empty()) {
        json["forks"] = Json::array();
        for (const std::string& fork : info.forks) json["forks"].push_back(Json::parse(fork));
    }
    if (!info.keys.empty()) {
        json["keys"] = Json::array();
        for (const std::string& change : info.keys) json["keys"].push_back(Json::parse(change));
    }
    if (!info.cosigned.empty()) json["cosigned"] = info.cosigned;
    if (info.cosigned_upto) json["cosigned_upto"] = to_string(*info.cosigned_upto);
    if (!info.damaged.empty()) json["damaged"] = to_json(info.damaged);
    return json.dump() + "\n";
}

Result<BundleInfo> parse_bundle_info(std::string_view first_line) {
    if (first_line.size() > bundle_first_line_max) return fail(malformed("its first line does not end"));
    try {
        const auto canonical = accept(canonical_json(first_line));
        const auto version = version_of(canonical);
        if (!version) return fail(malformed("it does not begin with a bundle line"));
        if (*version != bundle_version)
            return fail({ErrorCode::unsupported_version, "bundle version " + std::to_string(*version), "",
                         "this program reads version 1; upgrade it"});
        return to_info(canonical);
    } catch (const Malformed& fault) {
        return fail(malformed(fault.what));
    } catch (const MalformedProof& fault) {
        return fail(malformed(fault.what));
    } catch (const Json::exception& fault) {
        return fail(malformed("first line: " + what_of(fault)));
    }
}

std::uint64_t records_of(const BundleInfo& info) {
    std::uint64_t records = 0;
    for (const Segment& segment : info.segments) records += segment.to.value() + 1 - segment.from.value();
    return records;
}

Result<Bundle> parse_bundle(std::string_view bytes, std::uint32_t reads) {
    if (bytes.size() > bundle_bytes_limit)
        return fail({ErrorCode::too_large, "bundle is over " + std::to_string(bundle_bytes_limit) + " bytes", "",
                     "ask for less with limit_bytes"});
    const auto end = bytes.find('\n');
    auto info = parse_bundle_info(bytes.substr(0, end));
    if (!info) return tl::unexpected(info.error());
    if (end == std::string_view::npos) return fail(malformed("it is cut off in the middle of a line"));
    try {
        return read_bundle(*std::move(info), bytes.substr(end + 1), reads);
    } catch (const Malformed& fault) {
        return fail(malformed(fault.what));
    }
}

std::string to_string(const std::vector<HeldHead>& heads) {
    std::string text;
    for (const HeldHead& head : heads) {
        if (!text.empty()) text += ',';
        text += to_string(Dot{head.log, head.size}) + "@" + std::to_string(head.time.ms) + "." +
                std::to_string(head.time.counter);
    }
    return text;
}

namespace {

/// The whole text in its one form, or nothing.
template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && std::to_string(number) == text;
}

Error malformed_heads(std::string what) {
    return {ErrorCode::malformed, std::move(what), "", "write log:size@ms.counter items, sorted by log, each log once"};
}

/// One item of `parse_held_heads`.
Result<HeldHead> parse_held_head(std::string_view item) {
    const auto at = item.find('@');
    const auto point = item.find('.', at == std::string_view::npos ? item.size() : at);
    if (point == std::string_view::npos)
        return fail(malformed_heads("'" + std::string(item) + "' is not log:size@ms.counter"));
    const auto dot = parse_dot(item.substr(0, at));
    if (!dot) return fail(dot.error());
    HeldHead head{dot->log, dot->seq, {}};
    const bool numbers = read_number(item.substr(at + 1, point - at - 1), head.time.ms) &&
                         read_number(item.substr(point + 1), head.time.counter) && head.time.ms >= 0;
    if (!numbers) return fail(malformed_heads("'" + std::string(item) + "' has no time"));
    return head;
}

}  // namespace

Result<std::vector<HeldHead>> parse_held_heads(std::string_view text) {
    std::vector<HeldHead> heads;
    for (bool more = !text.empty(); more;) {
        const auto comma = text.find(',');
        auto head = parse_held_head(text.substr(0, comma));
        if (!head) return fail(head.error());
        if (heads.size() == vector_logs_max || (!heads.empty() && head->log <= heads.back().log))
            return fail(malformed_heads("heads are not sorted by log without repeats, or name over 4,096 logs"));
        heads.push_back(*std::move(head));
        more = comma != std::string_view::npos;
        if (more) text.remove_prefix(comma + 1);
    }
    return heads;
}

}  // namespace minglu
