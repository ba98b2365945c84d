#include "src/node/key_passphrase.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "src/crypto/key_file.hpp"
#include "src/crypto/secret_file.hpp"
#include "src/node/leftovers.hpp"
#include "src/node/lock.hpp"

namespace minglu {

namespace {

std::vector<std::filesystem::path> key_files(const DataPaths& paths) {
    std::vector<std::filesystem::path> files{paths.signing_key, paths.tls_key};
    if (std::filesystem::exists(paths.next_signing_key)) files.push_back(paths.next_signing_key);
    return files;
}

}  // namespace

bool keys_are_encrypted(const DataPaths& paths) {
    const auto files = key_files(paths);
    return std::any_of(files.begin(), files.end(), is_encrypted_key_file);
}

Result<void> change_key_passphrase(const DataPaths& paths, const Passphrase& from, const Passphrase& to) {
    const auto lock = DataLock::take(paths.lock);
    if (!lock) {
        Error error = lock.error();
        if (error.code == ErrorCode::busy) error.cure = "stop the node first: it is started with the new passphrase";
        return fail(std::move(error));
    }
    std::vector<std::pair<std::filesystem::path, std::string>> changed;
    for (const auto& file : key_files(paths)) {
        const auto pem = read_secret_file(file);
        if (!pem) return fail(pem.error());
        auto under = key_under(*pem, from, to);
        if (!under) {
            under.error().where = file.string();
            return fail(under.error());
        }
        changed.emplace_back(file, *std::move(under));
    }
    for (const auto& [file, pem] : changed)
        if (auto written = write_secret_file(file, pem, IfExists::replace); !written) return written;
    return remove_leftovers(paths);  // a key under the passphrase of before, or under none
}

}  // namespace minglu
