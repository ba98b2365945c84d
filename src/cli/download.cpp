#include "src/cli/download.hpp"

#include "src/cli/labels.hpp"

namespace minglu::cli {

std::uint64_t download(Session& session, HttpRequest request, const std::string& path, Existing existing) {
    auto file = NewFile::begin(path, existing);
    if (!file) session.end(file.error());
    std::uint64_t written = 0;
    const Backend::Sink sink = [&](std::string_view bytes) {
        written += bytes.size();
        return file->write(bytes);
    };
    (void)session.send(std::move(request), &sink);
    if (const auto kept = file->keep(); !kept) session.end(kept.error());
    return written;
}

void export_to_file(Session& session, HttpRequest request, const std::string& path, Existing existing) {
    const std::uint64_t bytes = download(session, std::move(request), path, existing);
    if (session.json()) {
        session.print_json(Json{{"file", path}, {"bytes", bytes}}.dump());
    } else {
        session.out() << "已导出 " << path << "（" << bytes_text(static_cast<std::int64_t>(bytes)) << "）\n";
    }
}

}  // namespace minglu::cli
