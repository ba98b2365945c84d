#include "src/crypto/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "minglu/hash.hpp"
#include "src/crypto/random.hpp"

namespace minglu {
namespace {

constexpr mode_t owner_only = S_IRUSR | S_IWUSR;
constexpr mode_t anyone_else = S_IRWXG | S_IRWXO;
constexpr std::size_t secret_bytes_max = 64u * 1024;

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool ok() const { return fd_ >= 0; }

private:
    int fd_;
};

/// Removes the temporary name, whatever became of the file.
class TemporaryName {
public:
    explicit TemporaryName(std::string path) : path_(std::move(path)) {}
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;
    ~TemporaryName() { ::unlink(path_.c_str()); }
    [[nodiscard]] const char* c_str() const { return path_.c_str(); }

private:
    std::string path_;
};

tl::unexpected<Error> system_failure(const std::string& doing, const std::filesystem::path& path, int error) {
    const ErrorCode code = error == ENOSPC || error == EDQUOT  ? ErrorCode::disk_full
                           : error == ENOENT                   ? ErrorCode::not_found
                           : error == EACCES || error == EPERM ? ErrorCode::not_allowed
                                                               : ErrorCode::io;
    return fail({code, "cannot " + doing + ": " + std::generic_category().message(error), path.string(),
                 "check that the directory exists, has room and belongs to the user that runs the program"});
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// A name is durable once its directory is.
bool sync_directory_of(const std::filesystem::path& path) {
    const std::string directory = path.has_parent_path() ? path.parent_path().string() : std::string(".");
    const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return fd.ok() && ::fsync(fd.get()) == 0;
}

constexpr std::string_view temporary_mark = ".new-";
constexpr std::size_t temporary_digits = 16;

std::string temporary_name_of(const std::filesystem::path& path) {
    return path.string() + std::string(temporary_mark) + to_hex(random_bytes(temporary_digits / 2));
}

bool is_temporary_of(const std::string& name, const std::string& file) {
    const std::string begin = file + std::string(temporary_mark);
    return name.size() == begin.size() + temporary_digits && name.starts_with(begin) &&
           name.find_first_not_of("0123456789abcdef", begin.size()) == std::string::npos;
}

}  // namespace

Result<void> write_secret_file(const std::filesystem::path& path, std::string_view bytes, IfExists if_exists) {
    const TemporaryName temporary(temporary_name_of(path));
    {
        const Descriptor fd(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, owner_only));
        if (!fd.ok()) return system_failure("create the file", path, errno);
        if (!write_all(fd.get(), bytes) || ::fsync(fd.get()) != 0) return system_failure("write the file", path, errno);
    }
    // link() never replaces, rename() always does; both are one step.
    const int placed = if_exists == IfExists::replace ? ::rename(temporary.c_str(), path.c_str())
                                                      : ::link(temporary.c_str(), path.c_str());
    if (placed != 0 && errno == EEXIST) {
        return fail({ErrorCode::already_exists, "there is a file already", path.string(),
                     "move it away if it is really not needed any more"});
    }
    if (placed != 0) return system_failure("put the file in place", path, errno);
    if (!sync_directory_of(path)) return system_failure("sync the directory", path, errno);
    return {};
}

Result<void> remove_temporaries_of(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> found;
    std::error_code error;
    for (std::filesystem::directory_iterator at(path.parent_path(), error), end; !error && at != end;
         at.increment(error))
        if (is_temporary_of(at->path().filename().string(), path.filename().string())) found.push_back(at->path());
    if (error && error != std::errc::no_such_file_or_directory)
        return system_failure("look through the directory", path.parent_path(), error.value());
    for (const auto& file : found)
        if (auto removed = remove_file(file); !removed) return removed;
    return {};
}

Result<void> remove_file(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_failure("remove the file", path, errno);
    if (!sync_directory_of(path)) return system_failure("sync the directory", path, errno);
    return {};
}

Result<std::string> read_secret_file(const std::filesystem::path& path) {
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (!fd.ok()) return system_failure("open the file", path, errno);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return system_failure("look at the file", path, errno);
    if (!S_ISREG(status.st_mode) || (status.st_mode & anyone_else) != 0) {
        return fail({ErrorCode::not_allowed, "a key file must be a regular file that only its owner can read",
                     path.string(), "chmod 600 the file; make a new key if others may have read this one"});
    }
    if (static_cast<std::size_t>(status.st_size) > secret_bytes_max) {
        return fail({ErrorCode::too_large, "a key file has at most 64 KiB", path.string(), "name the right file"});
    }
    std::string out(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t got = ::read(fd.get(), out.data() + done, out.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return system_failure("read the file", path, errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    out.resize(done);
    return out;
}

}  // namespace minglu
