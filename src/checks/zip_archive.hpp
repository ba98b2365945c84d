#pragma once
/// Zip files of strangers. What an archive says of its sizes is not believed: whoever reads names a bound, and what
/// really comes out is counted.
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "minglu/error.hpp"

namespace minglu {

constexpr std::size_t zip_files_max = 4'096;

class ZipArchive {
public:
    /// `bytes` outlives the archive. Errors: malformed, too_large (files in it).
    [[nodiscard]] static Result<ZipArchive> open(std::string_view bytes);
    [[nodiscard]] static Result<ZipArchive> open_file(const std::filesystem::path& file);
    ~ZipArchive();
    ZipArchive(ZipArchive&&) noexcept;
    ZipArchive& operator=(ZipArchive&&) noexcept;

    [[nodiscard]] bool has(const std::string& name) const;
    using Sink = std::function<Result<void>(std::string_view bytes)>;
    /// Unpacks one file piece by piece. Errors: not_found, malformed (damaged, encrypted), too_large (more than
    /// `bytes_max` comes out), what the sink returned.
    [[nodiscard]] Result<void> read(const std::string& name, std::size_t bytes_max, const Sink& sink) const;

private:
    struct Handle;
    explicit ZipArchive(std::unique_ptr<Handle> handle);
    template <class MakeSource>
    [[nodiscard]] static Result<ZipArchive> take_over(const MakeSource& make_source);
    std::unique_ptr<Handle> handle_;
};

}  // namespace minglu
