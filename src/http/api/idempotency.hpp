#pragma once
/// Writes that may be sent again without happening twice (Idempotency-Key).
///
/// The reply is stored in the transaction of the write, under the key and a hash of the request. What is stored is the
/// part of the answer that says what was written; what stands in the catalogue since then is added anew each time.
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "minglu/store.hpp"
#include "src/http/api/context.hpp"

namespace minglu {

constexpr std::size_t idempotency_key_max = 200;

/// Keys whose request is being answered now. Thread-safe.
class KeysInUse {
public:
    /// False when it is in use already.
    [[nodiscard]] bool take(const std::string& key);
    void give_back(const std::string& key);

private:
    std::mutex mutex_;
    std::set<std::string> keys_;
};

/// One request, as far as repetition is concerned. Made before anything is done, lives until it is answered.
class Once {
public:
    Once(const Call& call, std::shared_ptr<KeysInUse> in_use);
    ~Once();
    Once(const Once&) = delete;
    Once& operator=(const Once&) = delete;

    /// The answer when the request must not go on: the key is malformed (400), was used for another request (422), or
    /// the same request is being answered right now (409).
    [[nodiscard]] const std::optional<HttpResponse>& refused() const { return refused_; }
    /// What an earlier, equal request was answered with.
    [[nodiscard]] const std::optional<StoredReply>& earlier() const { return earlier_; }
    /// To be called inside the transaction of the write. Nothing happens without a key.
    void keep(WriteTx& tx, int status, std::string body) const;
    /// Marks an answer that comes from `earlier`.
    [[nodiscard]] static HttpResponse replayed(HttpResponse response);

private:
    std::shared_ptr<KeysInUse> in_use_;
    std::string key_;  ///< empty: none was given, or it is not held here
    Hash request_{};
    UnixMs at_;
    std::optional<HttpResponse> refused_;
    std::optional<StoredReply> earlier_;
};

}  // namespace minglu
