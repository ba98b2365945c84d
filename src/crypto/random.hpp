#pragma once
#include <cstddef>
#include <string>

namespace minglu {

/// `count` bytes fit for keys, from OpenSSL's generator seeded by the kernel. Throws when there is no entropy.
[[nodiscard]] std::string random_bytes(std::size_t count);

}  // namespace minglu
