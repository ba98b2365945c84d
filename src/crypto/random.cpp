#include "src/crypto/random.hpp"

#include <openssl/rand.h>

#include "src/crypto/openssl_handles.hpp"

namespace minglu {

std::string random_bytes(std::size_t count) {
    std::string out(count, '\0');
    openssl_must(RAND_priv_bytes_ex(nullptr, octets(out), count, 0) == 1, "random bytes");
    return out;
}

}  // namespace minglu
