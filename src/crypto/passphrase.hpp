#pragma once
/// The words that private keys are kept under. The bytes are wiped when nobody holds them any more.
#include <filesystem>
#include <memory>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

constexpr std::size_t passphrase_bytes_min = 8;
constexpr std::size_t passphrase_bytes_max = 1'024;

/// None when made without bytes: keys are then neither encrypted nor decrypted. Copies share their bytes.
class Passphrase {
public:
    Passphrase() = default;
    explicit Passphrase(std::string_view bytes);

    [[nodiscard]] bool is_given() const { return bytes_ != nullptr; }
    [[nodiscard]] std::string_view bytes() const;

private:
    class Bytes;
    std::shared_ptr<const Bytes> bytes_;
};

/// The first line of a file, without its end. Errors: not_found; not_allowed when it is no regular file, or others may
/// read it (its group may: so do the credentials of systemd); bad_value for a line that is no passphrase; io.
[[nodiscard]] Result<Passphrase> read_passphrase_file(const std::filesystem::path& file);
/// The first line from an open descriptor, e.g. a pipe. Errors: bad_value, io.
[[nodiscard]] Result<Passphrase> read_passphrase_descriptor(int descriptor);
/// Whether it may protect a key: 8 to 1,024 bytes. Errors: bad_value.
[[nodiscard]] Result<void> check_new_passphrase(const Passphrase& passphrase);

}  // namespace minglu
