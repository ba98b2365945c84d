#include "sync/pusher.hpp"

#include <algorithm>
#include <utility>

#include "sync/bounded_json.hpp"
#include "sync/exchange.hpp"
#include "sync/key_changes.hpp"
#include "sync/link_answers.hpp"
#include "sync/sender.hpp"

namespace minglu {

namespace {

using Json = nlohmann::json;

/// Slower lines than 16 KiB/s are taken for dead.
std::int64_t timeout_ms_of(std::size_t bytes) {
    return 60'000 + static_cast<std::int64_t>(bytes / 16);
}

std::set<LogId> logs_in(const Json& list) {
    std::set<LogId> logs;
    for (const Json& item : list) {
        const Json& name = item.is_object() && item.contains("log") ? item["log"] : item;
        if (!name.is_string()) continue;
        if (auto log = parse_log_id(name.get<std::string>())) logs.insert(*std::move(log));
    }
    return logs;
}

}  // namespace

/// A bundle, and what it brings.
struct Pusher::Offer {
    std::string bytes;
    BundleInfo info;
};

Pusher::Pusher(Link link, PusherOptions options)
    : link_(std::move(link)), options_(options), limit_bytes_(options.limit_bytes), refused_(options.refused) {}

PushStatus Pusher::status() const {
    const std::scoped_lock lock(status_mutex_);
    return status_;
}

/// Now and then not: what was offered may have been spoilt on the way, or the peer put back to an old state.
bool Pusher::is_greeted() const {
    return greeted_ && link_.clock.steady_ms() - greeted_at_ms_ <= options_.hello_again_ms;
}

std::int64_t Pusher::step(const std::function<bool()>& gone) {
    if (!is_greeted()) return step_now();
    const std::uint64_t revision = link_.replica.standing().revision;  // before looking: no commit is slept over
    auto offer = next_offer();
    if (!offer) {
        rest();
        link_.replica.wait_beyond(revision, options_.idle_ms, gone);
        if (gone && gone()) return 0;
        offer = next_offer();
    }
    return bring_or_rest(offer);
}

std::int64_t Pusher::step_now() {
    retry_after_ms_ = 0;
    if (!is_greeted())
        if (const auto done = hello(); !done) return settle(done);
    greeted_ = true;
    return bring_or_rest(next_offer());
}

std::int64_t Pusher::bring_or_rest(const std::optional<Offer>& offer) {
    retry_after_ms_ = 0;
    if (offer) return settle(bring(*offer));
    rest();
    return 0;
}

/// There is nothing to bring.
void Pusher::rest() {
    const std::scoped_lock lock(status_mutex_);
    note_success(status_, "up_to_date");
}

std::int64_t Pusher::settle(const Result<void>& done) {
    const std::scoped_lock lock(status_mutex_);
    if (done) {
        note_success(status_, "catching_up");
        return retry_after_ms_;
    }
    greeted_ = false;
    cosigned_.restart();
    return std::max(retry_after_ms_, note_failure(status_, done.error(), options_.backoff, link_.random));
}

/// What the peer does not have yet, as far as it has told; none when there is nothing new for it.
std::optional<Pusher::Offer> Pusher::next_offer() {
    const std::set<LogId> skip = refused_.at(link_.clock.steady_ms());
    cosigned_.prepare(key_changes(*link_.store.read()).size(), skip);
    BundleRequest request{their_vector_, their_heads_, skip,
                          limit_bytes_,  their_forks_, cosigned_.upto().value_or(Dot{})};
    {
        const std::scoped_lock lock(status_mutex_);
        status_.skipped = request.skip;
    }
    const auto tx = link_.store.read();
    // Its records come with its newest head: what it held then need not be brought back to it. What it told after that
    // head came here counts more.
    if (auto known = known_holding(tx->logs(), link_.peer); known && known->time > std::max(told_at_, known_when_told_))
        request.have = std::move(known->vector);
    auto bytes = bundle_for(link_.replica, link_.store, std::move(request));
    if (!bytes) return std::nullopt;
    auto info = parse_bundle_info(std::string_view(*bytes).substr(0, bytes->find('\n')));
    if (!info) throw std::logic_error("own bundle: " + info.error().what);
    const bool nothing_new = std::all_of(info->segments.begin(), info->segments.end(), [&](const Segment& segment) {
        const auto offered = offered_heads_.find(segment.log);
        return segment.from > segment.to && offered != offered_heads_.end() && offered->second == segment.head;
    });
    if (nothing_new && info->forks.empty() && info->cosigned.empty()) return std::nullopt;
    return Offer{*std::move(bytes), *std::move(info)};
}

Result<void> Pusher::hello() {
    {
        const std::scoped_lock lock(status_mutex_);
        status_.last_attempt = link_.clock.now();
        ++status_.requests;
    }
    const auto greeted = greet(link_.transport, link_.peer);
    if (!greeted) return tl::unexpected(greeted.error());
    retry_after_ms_ = greeted->retry_after_s * 1000;
    if (greeted->refusal) return fail(*greeted->refusal);
    offered_heads_.clear();
    cosigned_.greet();
    greeted_at_ms_ = link_.clock.steady_ms();
    limit_bytes_ = options_.limit_bytes;
    return note_told(greeted->body);
}

Result<void> Pusher::bring(const Offer& first) {
    std::optional<Offer> smaller;
    while (true) {
        const Offer& offer = smaller ? *smaller : first;
        PeerRequest request;
        request.method = "POST";
        request.path = "/sync/v1/records";
        request.accept = "application/json";
        request.content_type = std::string(bundle_media_type) + "; v=" + std::to_string(bundle_version);
        request.body = offer.bytes;
        request.timeout_ms = timeout_ms_of(offer.bytes.size());
        request.answer_bytes_max = holding_bytes_max;
        {
            const std::scoped_lock lock(status_mutex_);
            status_.last_attempt = link_.clock.now();
            ++status_.requests;
            status_.bytes_sent += offer.bytes.size();
        }
        const auto answer = link_.transport.call(request);
        if (!answer) return tl::unexpected(answer.error());
        retry_after_ms_ = answer->retry_after_s * 1000;
        // 422: nothing of it could be proved; the answer says what the peer holds all the same.
        if (answer->status == 200 || answer->status == 422) {
            if (auto told = note_told(answer->body); !told) return told;
            note_offer(offer, answer->body);
            return {};
        }
        if (answer->status != 413 || !shrink(offer.bytes.size())) return fail(unexpected_answer(*answer));
        smaller = next_offer();
        if (!smaller) return {};
    }
}

bool Pusher::shrink(std::size_t bytes) {
    if (limit_bytes_ <= options_.limit_bytes_min) return false;
    limit_bytes_ = std::max(options_.limit_bytes_min, std::min(limit_bytes_, bytes) / 2);
    return true;
}

/// Vector and heads, which the greeting and every answer to a push carry.
Result<void> Pusher::note_told(std::string_view body) {
    auto told = read_holding(body, link_.peer);
    if (!told) return tl::unexpected(told.error());
    their_vector_ = std::move(told->vector);
    their_heads_ = std::move(told->heads);
    their_forks_ = std::move(told->forks);
    told_at_ = told->at;
    const auto known = known_holding(link_.store.read()->logs(), link_.peer);
    known_when_told_ = known ? known->time : HybridTime{};
    const std::scoped_lock lock(status_mutex_);
    status_.their_vector = their_vector_;
    status_.last_success = link_.clock.now();
    return {};
}

/// What was offered and not taken is left alone for a while; heads that were offered are not offered again.
void Pusher::note_offer(const Offer& offer, std::string_view body) {
    const Json answer = bounded_json(body);
    const auto list = [&](const char* name) { return answer.is_object() ? answer.value(name, Json::array()) : Json(); };
    const std::set<LogId> unknown = logs_in(list("unknown"));
    const std::set<LogId> refused = logs_in(list("refused"));
    their_forks_ = link_.replica.standing().forks;  // offered once; the next greeting tells what was kept
    for (const Segment& segment : offer.info.segments) {
        offered_heads_[segment.log] = segment.head;
        const Seq held = their_vector_.at(segment.log);
        if (held < segment.to || refused.contains(segment.log) || unknown.contains(segment.log))
            refused_.skip(segment.log, held, link_.clock.steady_ms());
    }
    const bool spoilt = answer.is_object() && answer.value("cosigned_spoilt", Json(false)) == Json(true);
    cosigned_.advance(offer.info.cosigned_upto, spoilt, refused_.at(link_.clock.steady_ms()));
    const std::scoped_lock lock(status_mutex_);
    const Json taken = answer.is_object() ? answer.value("taken", Json(0)) : Json(0);
    if (taken.is_number_unsigned()) status_.records += taken.get<std::uint64_t>();
}

}  // namespace minglu
