#include "src/node/leftovers.hpp"

#include "src/crypto/secret_file.hpp"
#include "src/node/restore.hpp"

namespace minglu {

Result<void> remove_leftovers(const DataPaths& paths) {
    for (const auto& file : {paths.signing_key, paths.next_signing_key, paths.tls_certificate, paths.tls_key,
                             paths.card, paths.config, paths.unfinished_init})
        if (auto removed = remove_temporaries_of(file); !removed) return removed;
    if (!std::filesystem::exists(paths.database)) return {};
    return remove_unfinished_restore(paths.database);
}

}  // namespace minglu
