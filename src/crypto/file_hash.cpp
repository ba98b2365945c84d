#include "src/crypto/file_hash.hpp"

#include <fstream>
#include <stdexcept>
#include <vector>

#include "src/crypto/openssl_handles.hpp"

namespace minglu {

Result<Hash> sha256_of_file(const std::filesystem::path& file) {
    constexpr std::size_t piece_bytes = std::size_t{1} << 20;
    std::ifstream in(file, std::ios::binary);
    if (!in) return fail({ErrorCode::io, "cannot be read", file.string(), "look at its permissions and at the disk"});
    const DigestContextPtr context(EVP_MD_CTX_new());
    bool ok = context != nullptr && EVP_DigestInit_ex2(context.get(), EVP_sha256(), nullptr) == 1;
    std::vector<char> piece(piece_bytes);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
        ok = ok && EVP_DigestUpdate(context.get(), piece.data(), static_cast<std::size_t>(in.gcount())) == 1;
    if (in.bad()) return fail({ErrorCode::io, "reading failed", file.string(), "look at the disk"});
    Hash out{};
    ok = ok && EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1;
    if (!ok) throw std::runtime_error("OpenSSL failed to compute a digest");
    return out;
}

}  // namespace minglu
