#include "src/cli/new_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace minglu::cli {

namespace {

constexpr int parts_max = 100;   ///< commands that write one file at once
constexpr unsigned mode = 0666;  ///< less the umask

Error is_there(const std::filesystem::path& path) {
    return {ErrorCode::already_exists, "there is such a file already", path.string(),
            "give another name, or --force to replace it"};
}

/// 0 or an errno. Some file systems of carried disks know no rename that refuses to replace: a look before has to do.
int rename_to(const std::filesystem::path& from, const std::filesystem::path& to, Existing existing) {
    if (existing == Existing::replace) return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    std::error_code unreadable;
    if (std::filesystem::exists(to, unreadable)) return EEXIST;
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

std::filesystem::path part_of(const std::filesystem::path& path, int n) {
    return path.string() + "." + std::to_string(n) + ".part";
}

/// What commands that were killed left of this file. One that is still at work holds the lock of its own.
void remove_leftovers(const std::filesystem::path& path) {
    for (int n = 0; n < parts_max; ++n) {
        const std::filesystem::path part = part_of(path, n);
        const int file = ::open(part.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
        if (file < 0) continue;
        if (::flock(file, LOCK_EX | LOCK_NB) == 0) ::unlink(part.c_str());
        ::close(file);
    }
}

}  // namespace

Result<void> may_write(const std::filesystem::path& path, Existing existing) {
    std::error_code unreadable;
    if (existing == Existing::keep && std::filesystem::exists(std::filesystem::symlink_status(path, unreadable)))
        return fail(is_there(path));
    return {};
}

NewFile::NewFile(std::filesystem::path path, std::filesystem::path part, int file, Existing existing)
    : path_(std::move(path)), part_(std::move(part)), file_(file), existing_(existing) {}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)),
      part_(std::exchange(other.part_, {})),
      file_(std::exchange(other.file_, -1)),
      existing_(other.existing_) {}

NewFile::~NewFile() {
    close();
    if (!part_.empty()) ::unlink(part_.c_str());
}

void NewFile::close() {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
}

tl::unexpected<Error> NewFile::failed(const char* what) const {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    const std::string reason = std::generic_category().message(errno);
    return fail({full ? ErrorCode::disk_full : ErrorCode::io, std::string(what) + ": " + reason, path_.string(),
                 "check the directory and the space"});
}

Result<NewFile> NewFile::begin(const std::filesystem::path& path, Existing existing) {
    if (const auto free = may_write(path, existing); !free) return fail(free.error());
    remove_leftovers(path);
    for (int n = 0; n < parts_max; ++n) {
        const std::filesystem::path part = part_of(path, n);
        const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (file >= 0) {
            ::flock(file, LOCK_EX | LOCK_NB);  // nobody has it; where it cannot be had nobody removes this file either
            return NewFile(path, part, file, existing);
        }
        if (errno != EEXIST) break;
    }
    return NewFile(path, {}, -1, existing).failed("cannot write the file");
}

Result<void> NewFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file_, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed("cannot write the file");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void> NewFile::keep() {
    if (::fsync(file_) != 0) return failed("cannot write the file to the disk");
    close();
    if (const int code = rename_to(part_, path_, existing_); code != 0) {
        errno = code;
        if (code == EEXIST) return fail(is_there(path_));
        return failed("cannot give the file its name");
    }
    part_.clear();
    const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
    file_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file_ < 0 || (::fsync(file_) != 0 && errno != EINVAL)) return failed("cannot write the folder to the disk");
    close();
    return {};
}

}  // namespace minglu::cli
