#include "src/node/signing_keys.hpp"

#include <system_error>

#include "src/node/card_file.hpp"
#include "sync/replica_detail.hpp"

namespace minglu {

namespace {

Result<std::string> write_card(const DataPaths& paths, const SigningKey& key, UnixMs now) {
    auto card = read_card_file(paths.card);
    if (!card) return tl::unexpected(card.error());
    card->made = now;
    std::string text = make_card(*card, key);
    if (auto saved = write_secret_file(paths.card, text, IfExists::replace); !saved)
        return tl::unexpected(saved.error());
    return text;
}

}  // namespace

Result<std::string> put_next_key_in_place(const DataPaths& paths, const SigningKey& key, UnixMs now,
                                          const Passphrase& passphrase) {
    // Written anew rather than renamed, so that it is on disk when this returns.
    if (auto saved = save_signing_key(key, paths.signing_key, IfExists::replace, passphrase); !saved)
        return tl::unexpected(saved.error());
    auto card = write_card(paths, key, now);
    if (!card) return card;
    std::error_code ignored;  // the next start removes it
    std::filesystem::remove(paths.next_signing_key, ignored);
    return card;
}

Result<std::unique_ptr<SigningKey>> settle_signing_key(const DataPaths& paths, const ReadTx& tx, UnixMs now,
                                                       const Passphrase& passphrase) {
    const auto own = find_own(tx.logs());
    if (std::filesystem::exists(paths.next_signing_key)) {
        auto next = load_signing_key(paths.next_signing_key, passphrase);
        if (!next) return next;
        if (own && own->signing_key == (*next)->public_key()) {
            if (auto placed = put_next_key_in_place(paths, **next, now, passphrase); !placed)
                return tl::unexpected(placed.error());
            return next;
        }
        std::error_code ignored;
        std::filesystem::remove(paths.next_signing_key, ignored);
    }
    auto key = load_signing_key(paths.signing_key, passphrase);
    if (!key) return key;
    const bool opens_new_log = !own || !tx.setting(reopen_setting).empty();
    if (!opens_new_log && own->signing_key != (*key)->public_key())
        return fail({ErrorCode::bad_value, "this is not the key that the node's log goes on with",
                     paths.signing_key.string(),
                     "put back the key file that belongs to this database; after an old database was put back, use "
                     "minglu restore instead; with keys and no database, minglu init --keys"});
    const auto card = read_card_file(paths.card);
    if (card && card->signing_key != (*key)->public_key())
        if (auto written = write_card(paths, **key, now); !written) return tl::unexpected(written.error());
    return key;
}

}  // namespace minglu
