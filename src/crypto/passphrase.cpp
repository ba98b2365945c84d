#include "src/crypto/passphrase.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

namespace minglu {

class Passphrase::Bytes {
public:
    explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
    ~Bytes() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;
    [[nodiscard]] std::string_view view() const { return bytes_; }

private:
    std::string bytes_;
};

namespace {

/// One byte more than the longest line, so that a longer one shows.
struct Buffer {
    std::array<char, passphrase_bytes_max + 3> bytes{};
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

tl::unexpected<Error> no_passphrase(std::string what, const std::string& where) {
    return fail(
        {ErrorCode::bad_value, std::move(what), where, "write the passphrase as the first line, at most 1,024 bytes"});
}

Result<Passphrase> first_line(int descriptor, const std::string& where) {
    Buffer buffer;
    std::size_t size = 0;
    std::string_view read;
    while (size < buffer.bytes.size() && read.find('\n') == std::string_view::npos) {
        const ssize_t got = ::read(descriptor, buffer.bytes.data() + size, buffer.bytes.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            return fail({ErrorCode::io, "cannot read the passphrase: " + std::generic_category().message(errno), where,
                         "name an open descriptor, or a file"});
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
        read = {buffer.bytes.data(), size};
    }
    read = read.substr(0, read.find('\n'));
    if (read.ends_with('\r')) read.remove_suffix(1);
    if (read.empty()) return no_passphrase("the first line is empty", where);
    if (read.size() > passphrase_bytes_max) return no_passphrase("the first line is too long for a passphrase", where);
    if (read.find('\0') != std::string_view::npos) return no_passphrase("a passphrase has no zero byte", where);
    return Passphrase(read);
}

/// Closes what was opened here.
struct Opened {
    int descriptor;
    explicit Opened(int opened) : descriptor(opened) {}
    Opened(const Opened&) = delete;
    Opened& operator=(const Opened&) = delete;
    ~Opened() {
        if (descriptor >= 0) ::close(descriptor);
    }
};

}  // namespace

Passphrase::Passphrase(std::string_view bytes) : bytes_(std::make_shared<const Bytes>(bytes)) {}

std::string_view Passphrase::bytes() const {
    return bytes_ ? bytes_->view() : std::string_view();
}

Result<Passphrase> read_passphrase_file(const std::filesystem::path& file) {
    const Opened opened(::open(file.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (opened.descriptor < 0 || ::fstat(opened.descriptor, &status) != 0)
        return fail({errno == ENOENT ? ErrorCode::not_found : ErrorCode::not_allowed,
                     "cannot open the passphrase file: " + std::generic_category().message(errno), file.string(),
                     "name a file that the user who runs the program can read"});
    if (!S_ISREG(status.st_mode) || (status.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        return fail({ErrorCode::not_allowed, "a passphrase file must be a regular file that others cannot read",
                     file.string(),
                     "chmod 600 the file, or 640 with a group of its own; change the passphrase if others "
                     "may have read it"});
    return first_line(opened.descriptor, file.string());
}

Result<Passphrase> read_passphrase_descriptor(int descriptor) {
    return first_line(descriptor, "descriptor " + std::to_string(descriptor));
}

Result<void> check_new_passphrase(const Passphrase& passphrase) {
    if (passphrase.bytes().size() >= passphrase_bytes_min && passphrase.bytes().size() <= passphrase_bytes_max)
        return {};
    return fail({ErrorCode::bad_value, "a new passphrase has 8 to 1,024 bytes", "",
                 "choose a longer one, e.g. from openssl rand -base64 24"});
}

}  // namespace minglu
