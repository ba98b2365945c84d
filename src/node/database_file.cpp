#include "src/node/database_file.hpp"

#include <string>
#include <system_error>

namespace minglu {

std::array<std::filesystem::path, 3> parts_of(const std::filesystem::path& database) {
    return {database, database.string() + "-wal", database.string() + "-shm"};
}

void keep_private(const std::filesystem::path& database) {
    using std::filesystem::perms;
    for (const auto& part : parts_of(database)) {
        std::error_code ignored;  // of what is not there, or another's
        std::filesystem::permissions(part, perms::owner_read | perms::owner_write, ignored);
    }
}

}  // namespace minglu
