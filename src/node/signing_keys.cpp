#include "src/node/signing_keys.hpp"

#include <algorithm>
#include <system_error>

#include "src/node/card_file.hpp"
#include "sync/key_chain.hpp"
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

/// Whether changes known here lead from the key of the node's log on to this one: the node was put back to before them.
bool is_newer_key(const ReadTx& tx, const LogRow& own, const SigningKey& key) {
    const auto changes = key_changes(tx);
    const KeyChain chain = key_chain(node_of(own.id), key.suite(), key.public_key(), changes);
    const auto is_of_log = [&](const NodeKey& known) { return known.key == own.signing_key; };
    return chain.keys.back().key == key.public_key() && std::any_of(chain.keys.begin(), chain.keys.end(), is_of_log);
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
    if (!opens_new_log && own->signing_key != (*key)->public_key() && !is_newer_key(tx, *own, **key))
        return fail(
            {ErrorCode::bad_value, "this is not the key that the node's log goes on with", paths.signing_key.string(),
             "put back the key file that belongs to this database. Where it is an old one, and this key is newer: "
             "bring back a backup with minglu restore, or start with the old key until a partner tells of the "
             "change (incident old_key), then put back the newer one. With keys and no database, minglu init "
             "--keys"});
    const auto card = read_card_file(paths.card);
    if (card && card->signing_key != (*key)->public_key())
        if (auto written = write_card(paths, **key, now); !written) return tl::unexpected(written.error());
    return key;
}

}  // namespace minglu
