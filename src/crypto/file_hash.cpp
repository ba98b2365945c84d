#include "src/crypto/file_hash.hpp"

#include <fstream>
#include <vector>

namespace minglu {

Result<Hash> sha256_of_file(const std::filesystem::path& file) {
    constexpr std::size_t piece_bytes = std::size_t{1} << 20;
    std::ifstream in(file, std::ios::binary);
    if (!in) return fail({ErrorCode::io, "cannot be read", file.string(), "look at its permissions and at the disk"});
    Sha256 sha256;
    std::vector<char> piece(piece_bytes);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
        sha256.add({piece.data(), static_cast<std::size_t>(in.gcount())});
    if (in.bad()) return fail({ErrorCode::io, "reading failed", file.string(), "look at the disk"});
    return sha256.finish();
}

}  // namespace minglu
