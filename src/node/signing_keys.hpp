#pragma once
/// The key files of a node over a change of keys. The next key is on disk before the record that names it commits; the
/// log then says which of the two counts, so that a crash at any point leaves a node that goes on.
#include <memory>
#include <string>

#include "minglu/store.hpp"
#include "src/crypto/signing_key.hpp"
#include "src/node/config.hpp"

namespace minglu {

/// The key that the node's log goes on with, or a newer one that its key was changed to elsewhere. A next key that the
/// log names takes the place of the one before it, and the card is made anew; one that no record names is removed.
/// `passphrase` is that of the key files, none where they are plain. Errors: those of load_signing_key and of files;
/// bad_value when the log goes on with a key that is not here.
[[nodiscard]] Result<std::unique_ptr<SigningKey>> settle_signing_key(const DataPaths& paths, const ReadTx& tx,
                                                                     UnixMs now, const Passphrase& passphrase);

/// Puts the next key file in place of the present one, and a new card in place of the old. The card's text. Errors:
/// those of files, of parse_card.
[[nodiscard]] Result<std::string> put_next_key_in_place(const DataPaths& paths, const SigningKey& key, UnixMs now,
                                                        const Passphrase& passphrase);

}  // namespace minglu
