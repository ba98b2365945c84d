#include "src/checks/zip_archive.hpp"

#include <zip.h>

#include <utility>

namespace minglu {

namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10;
constexpr const char* save_again = "open the file in a spreadsheet and save it again as .xlsx, or as CSV";

}  // namespace

struct ZipArchive::Handle {
    explicit Handle(zip_t* opened) : zip(opened) {}
    ~Handle() { zip_discard(zip); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    zip_t* zip;
};

ZipArchive::ZipArchive(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
ZipArchive::~ZipArchive() = default;
ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;
ZipArchive& ZipArchive::operator=(ZipArchive&&) noexcept = default;

template <class MakeSource>
Result<ZipArchive> ZipArchive::take_over(const MakeSource& make_source) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const source = make_source(&error);
    zip_t* const zip = source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
    const std::string what = zip_error_strerror(&error);
    zip_error_fini(&error);
    if (zip == nullptr) {
        if (source != nullptr) zip_source_free(source);
        return fail({ErrorCode::malformed, "not a zip archive, which every .xlsx is: " + what, "", save_again});
    }
    ZipArchive archive(std::make_unique<Handle>(zip));
    if (zip_get_num_entries(zip, 0) > static_cast<zip_int64_t>(zip_files_max))
        return fail({ErrorCode::too_large, "more than " + std::to_string(zip_files_max) + " files in the archive", "",
                     save_again});
    return archive;
}

Result<ZipArchive> ZipArchive::open(std::string_view bytes) {
    return take_over(
        [&](zip_error_t* error) { return zip_source_buffer_create(bytes.data(), bytes.size(), 0, error); });
}

Result<ZipArchive> ZipArchive::open_file(const std::filesystem::path& file) {
    return take_over([&](zip_error_t* error) { return zip_source_file_create(file.c_str(), 0, 0, error); });
}

bool ZipArchive::has(const std::string& name) const {
    return zip_name_locate(handle_->zip, name.c_str(), ZIP_FL_NOCASE) >= 0;
}

Result<void> ZipArchive::read(const std::string& name, std::size_t bytes_max, const Sink& sink) const {
    const zip_int64_t index = zip_name_locate(handle_->zip, name.c_str(), ZIP_FL_NOCASE);
    if (index < 0) return fail({ErrorCode::not_found, "the workbook has no part " + name, "", save_again});
    struct Close {
        void operator()(zip_file_t* file) const { zip_fclose(file); }
    };
    const std::unique_ptr<zip_file_t, Close> file(zip_fopen_index(handle_->zip, static_cast<zip_uint64_t>(index), 0));
    const auto damaged = [&](const char* what) {
        return fail({ErrorCode::malformed, std::string("cannot be unpacked: ") + what, name,
                     "save it again without a password, as .xlsx or CSV"});
    };
    if (file == nullptr) return damaged(zip_error_strerror(zip_get_error(handle_->zip)));
    std::string piece(piece_bytes, '\0');
    std::size_t total = 0;
    for (;;) {
        const zip_int64_t count = zip_fread(file.get(), piece.data(), piece.size());
        if (count < 0) return damaged(zip_error_strerror(zip_file_get_error(file.get())));
        if (count == 0) return {};
        total += static_cast<std::size_t>(count);
        if (total > bytes_max)
            return fail({ErrorCode::too_large, "more than " + std::to_string(bytes_max >> 20) + " MiB when unpacked",
                         name, "split the list, and remove pictures and formats"});
        if (auto taken = sink({piece.data(), static_cast<std::size_t>(count)}); !taken) return taken;
    }
}

}  // namespace minglu
