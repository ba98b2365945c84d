#pragma once
/// A file that takes its name only once it is whole and on the disk.
#include <filesystem>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu::cli {

enum class Existing { keep, replace };

/// Errors: already_exists (with Existing::keep). For a look before long work; NewFile looks again.
[[nodiscard]] Result<void> may_write(const std::filesystem::path& path, Existing existing);

class NewFile {
public:
    /// Begins a temporary file beside `path`; those that killed commands left of it go. Errors: already_exists (with
    /// Existing::keep), io.
    [[nodiscard]] static Result<NewFile> begin(const std::filesystem::path& path, Existing existing);
    ~NewFile();  ///< removes the temporary file unless it was kept
    NewFile(NewFile&& other) noexcept;
    NewFile& operator=(NewFile&&) = delete;

    /// Errors: disk_full, io.
    [[nodiscard]] Result<void> write(std::string_view bytes);
    /// Syncs it and gives it its name, which is then synced too. Errors: already_exists, disk_full, io.
    [[nodiscard]] Result<void> keep();

private:
    NewFile(std::filesystem::path path, std::filesystem::path part, int file, Existing existing);
    [[nodiscard]] tl::unexpected<Error> failed(const char* what) const;
    void close();

    std::filesystem::path path_;
    std::filesystem::path part_;
    int file_ = -1;
    Existing existing_;
};

}  // namespace minglu::cli
