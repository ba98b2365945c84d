#include "src/checks/goods_list.hpp"

#include <fstream>
#include <functional>
#include <utility>

#include "catalog/text/encoding.hpp"
#include "minglu/store.hpp"
#include "src/checks/xlsx_reader.hpp"

namespace minglu {

namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10;

/// Hands over the source piece by piece.
Result<void> for_each_piece(const ListSource& source, const std::function<Result<void>(std::string_view)>& take) {
    if (source.file.empty()) return take(source.bytes);
    std::ifstream in(source.file, std::ios::binary);
    std::string piece(piece_bytes, '\0');
    while (in) {
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        if (auto taken = take({piece.data(), static_cast<std::size_t>(in.gcount())}); !taken) return taken;
    }
    if (in.bad() || !in.eof()) throw StoreFault(ErrorCode::io, "cannot read " + source.file.string());
    return {};
}

std::string beginning_of(const ListSource& source) {
    constexpr std::size_t magic_bytes = 4;
    if (source.file.empty()) return std::string(source.bytes.substr(0, magic_bytes));
    std::string beginning(magic_bytes, '\0');
    std::ifstream in(source.file, std::ios::binary);
    in.read(beginning.data(), magic_bytes);
    beginning.resize(static_cast<std::size_t>(in.gcount()));
    return beginning;
}

/// Keeps rows as long as they stay within the limits.
class Keep {
public:
    explicit Keep(const TableLimits& limits) : limits_(limits) {}

    Result<void> operator()(const CsvRow& row) {
        const auto refuse = [&](const std::string& what) {
            return fail({ErrorCode::too_large, what, "row " + std::to_string(row.row), "split the list"});
        };
        if (rows_.size() >= limits_.rows_max) return refuse("more than " + std::to_string(limits_.rows_max) + " rows");
        if (row.cells.size() > limits_.columns_max)
            return refuse("more than " + std::to_string(limits_.columns_max) + " columns");
        for (const std::string& cell : row.cells) bytes_ += cell.size();
        if (bytes_ > limits_.text_bytes_max)
            return refuse("more text than " + std::to_string(limits_.text_bytes_max >> 20) + " MiB");
        rows_.push_back(row);
        return {};
    }
    [[nodiscard]] std::vector<CsvRow> take() && { return std::move(rows_); }

private:
    const TableLimits& limits_;
    std::vector<CsvRow> rows_;
    std::size_t bytes_ = 0;
};

Result<std::vector<CsvRow>> read_csv(const ListSource& source, const TableLimits& limits) {
    Keep keep(limits);
    Decoder decoder;
    CsvReader reader([&keep](const CsvRow& row) { return keep(row); });
    std::string text;
    const auto feed = [&](const Result<void>& decoded) {
        if (auto read = reader.feed(std::exchange(text, {})); !read) return read;
        return decoded;
    };
    auto read = for_each_piece(source, [&](std::string_view bytes) { return feed(decoder.feed(bytes, text)); });
    if (read) read = feed(decoder.finish(text));
    if (read) read = reader.finish();
    if (!read) return fail(read.error());
    return std::move(keep).take();
}

Result<std::vector<CsvRow>> read_rows(const ListSource& source, const TableLimits& limits) {
    const std::string beginning = beginning_of(source);
    if (is_old_workbook(beginning))
        return fail({ErrorCode::bad_request, "an .xls workbook, or one with a password", "",
                     "save it as .xlsx without a password, or as CSV"});
    if (!is_xlsx(beginning)) return read_csv(source, limits);
    const auto archive = source.file.empty() ? ZipArchive::open(source.bytes) : ZipArchive::open_file(source.file);
    if (!archive) return fail(archive.error());
    return read_xlsx(*archive, source.sheet, limits);
}

}  // namespace

Result<GoodsList> read_goods_list(const ListSource& source, const TableLimits& limits) {
    TableLimits with_header = limits;
    with_header.rows_max += goods_header_rows;
    auto rows = read_rows(source, with_header);
    if (!rows) return fail(rows.error());
    std::vector<std::vector<std::string>> first;
    for (std::size_t i = 0; i < std::min(rows->size(), goods_header_rows); ++i) first.push_back((*rows)[i].cells);
    auto header = find_goods_header(first);
    if (!header) return fail(header.error());
    GoodsList list{std::move((*rows)[header->row].cells), std::move(header->columns), {}};
    rows->erase(rows->begin(), rows->begin() + static_cast<std::ptrdiff_t>(header->row) + 1);
    if (rows->size() > limits.rows_max)
        return fail(
            {ErrorCode::too_large, "more than " + std::to_string(limits.rows_max) + " rows", "", "split the list"});
    list.rows = std::move(*rows);
    // Cells under no header stay in the result.
    for (const CsvRow& row : list.rows)
        if (row.cells.size() > list.headers.size()) list.headers.resize(row.cells.size());
    return list;
}

GoodsRow goods_row(const GoodsColumns& columns, const CsvRow& row) {
    const auto pick = [&](const std::vector<std::size_t>& places) {
        std::vector<std::string_view> cells;
        for (const std::size_t place : places)
            if (place < row.cells.size() && !row.cells[place].empty()) cells.emplace_back(row.cells[place]);
        return cells;
    };
    GoodsRow goods{pick(columns.numbers), pick(columns.names), pick(columns.holders), {}};
    if (columns.nice_class && *columns.nice_class < row.cells.size()) goods.nice_class = row.cells[*columns.nice_class];
    return goods;
}

}  // namespace minglu
