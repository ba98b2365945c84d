#include "src/http/record_exchange.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>

#include "minglu/json_text.hpp"
#include "src/http/media_type.hpp"
#include "src/http/problem.hpp"

namespace minglu {

std::string bundle_type() {
    return std::string(bundle_media_type) + "; v=" + std::to_string(bundle_version);
}

HttpResponse uncached(std::string content_type, std::string body) {
    HttpResponse response;
    response.content_type = std::move(content_type);
    response.headers.emplace("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

Error in_parameter(Error error, std::string_view name) {
    error.code = ErrorCode::bad_request;
    error.where = "query parameter " + std::string(name);
    return error;
}

HttpResponse not_acceptable(const std::string& spoken) {
    HttpResponse response =
        problem(406, {ErrorCode::unsupported_version, "none of what is accepted is spoken here", "header Accept",
                      "accept " + spoken + ", or upgrade the older of both programs"});
    response.body.pop_back();
    response.body += ",\"spoken\":[" + json_string(spoken) + "]}";
    return response;
}

std::optional<HttpResponse> refuse_accept(const HttpRequest& request) {
    if (accepts(header(request, "accept"), bundle_media_type, std::to_string(bundle_version))) return std::nullopt;
    return not_acceptable(bundle_type());
}

namespace {

Result<std::set<LogId>> parse_skip(std::string_view text) {
    std::set<LogId> skip;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        auto log = parse_log_id(text.substr(0, end));
        if (!log)
            return fail({ErrorCode::bad_request, log.error().what, "query parameter skip", "give log ids and commas"});
        skip.insert(*std::move(log));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return skip;
}

Result<std::optional<Dot>> parse_cosigned(const std::string& text) {
    if (text.empty()) return std::nullopt;
    if (text == cosigned_all) return Dot{};
    auto position = parse_dot(text);
    if (!position) return fail(position.error());
    return *std::move(position);
}

}  // namespace

Result<BundleRequest> bundle_request(const HttpRequest& request) {
    constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
    const auto have_text = text_parameter(request, "have");
    const auto heads_text = text_parameter(request, "heads");
    const auto skip_text = text_parameter(request, "skip");
    const auto forks_text = text_parameter(request, "forks");
    const auto cosigned_text = text_parameter(request, "cosigned");
    for (const auto* value : {&have_text, &heads_text, &skip_text, &forks_text, &cosigned_text})
        if (!*value) return fail(value->error());
    const auto limit_bytes =
        integer_parameter(request, "limit_bytes", static_cast<std::int64_t>(bundle_bytes_max), 1, any);
    if (!limit_bytes) return fail(limit_bytes.error());
    auto have = parse_vector(*have_text);
    if (!have) return fail(in_parameter(have.error(), "have"));
    auto heads = parse_held_heads(*heads_text);
    if (!heads) return fail(in_parameter(heads.error(), "heads"));
    auto skip = parse_skip(*skip_text);
    if (!skip) return fail(skip.error());
    auto forks = parse_vector(*forks_text);
    if (!forks) return fail(in_parameter(forks.error(), "forks"));
    auto cosigned = parse_cosigned(*cosigned_text);
    if (!cosigned) return fail(in_parameter(cosigned.error(), "cosigned"));
    BundleRequest bundle;
    bundle.cosigned = *std::move(cosigned);
    bundle.forks = *std::move(forks);
    bundle.have = *std::move(have);
    bundle.heads = *std::move(heads);
    bundle.skip = *std::move(skip);
    bundle.limit_bytes = std::min(static_cast<std::size_t>(*limit_bytes), bundle_bytes_max);
    return bundle;
}

namespace {

/// The body, also where the listener put it into a file. The size has been bounded by the listener.
std::string body_of(const HttpRequest& request) {
    if (request.body_file.empty()) return request.body;
    std::ifstream file(request.body_file, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (file.bad() || !file.is_open()) throw StoreFault(ErrorCode::io, "cannot read the spooled body back");
    return bytes;
}

/// The bundle in the body, or why there is none.
tl::expected<std::string, HttpResponse> bundle_in(const HttpRequest& request) {
    if (!is_media_type(header(request, "content-type"), bundle_media_type, std::to_string(bundle_version))) {
        return tl::unexpected<HttpResponse>(
            problem(415, {ErrorCode::unsupported_version, "not a bundle of a version spoken here",
                          "header Content-Type", "send " + bundle_type()}));
    }
    std::string bundle = body_of(request);
    if (bundle.size() > bundle_bytes_limit) {
        return tl::unexpected<HttpResponse>(
            problem({ErrorCode::too_large, "a bundle of " + std::to_string(bundle.size()) + " bytes", "body",
                     "send bundles of at most " + std::to_string(bundle_bytes_max) + " bytes of records"}));
    }
    return bundle;
}

HttpResponse take(std::string_view bundle, Exchange& exchange, const NodeId& from, Quotas quotas) {
    auto brought = exchange.push(bundle, from, quotas);
    if (!brought) return problem(brought.error());
    if (!brought->refusal) return uncached("application/json", std::move(brought->json));
    HttpResponse response = problem(422, *brought->refusal);
    response.body.back() = ',';  // the members of the answer follow those of the problem
    response.body.append(brought->json, 1);
    response.headers.emplace("Cache-Control", "no-store");
    return response;
}

}  // namespace

HttpResponse take_bundle(const HttpRequest& request, Exchange& exchange, const NodeId& from) {
    const auto bundle = bundle_in(request);
    return bundle ? take(*bundle, exchange, from, Quotas::apply) : bundle.error();
}

HttpResponse take_carried_bundle(const HttpRequest& request, Exchange& exchange) {
    const auto bundle = bundle_in(request);
    if (!bundle) return bundle.error();
    const auto info = parse_bundle_info(std::string_view(*bundle).substr(0, bundle->find('\n')));
    return take(*bundle, exchange, info ? info->node : NodeId{}, Quotas::ignore);
}

}  // namespace minglu
