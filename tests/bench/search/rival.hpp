#pragma once
/// Other engines over the same texts. They give any 20 rows that match: no ranking, no reasons.
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace minglu::bench {

enum class Ask {
    nothing,  ///< they cannot be asked this
    number,
    number_start,
    name_start,
    words,  ///< parted by spaces, each as it stands somewhere in the text
};

struct RivalRow {
    std::string number;
    std::string name;
    std::string text;  ///< everything, number and name included
};

class Rival {
public:
    virtual ~Rival() = default;
    [[nodiscard]] virtual std::string name() const = 0;
    virtual void add(const RivalRow& row) = 0;
    /// After the last row: indexes are made.
    virtual void finish() = 0;
    [[nodiscard]] virtual double bytes() = 0;  ///< on disk, text included
    /// Rows found, at most 20.
    virtual std::size_t find(Ask ask, std::string_view text) = 0;
};

/// SQLite's FTS5 with its trigram tokenizer; words shorter than three characters by looking at every row.
[[nodiscard]] std::unique_ptr<Rival> open_fts5(const std::filesystem::path& file);
/// PostgreSQL with a trigram index (pg_trgm) on the text, B-trees on number and name. `connection` as libpq takes it.
/// Null when the benchmark was built without libpq.
[[nodiscard]] std::unique_ptr<Rival> open_postgres(const std::string& connection);

/// Words of a question.
template <class Visit>
void for_each_word(std::string_view text, Visit&& visit) {
    while (!text.empty()) {
        const std::size_t end = text.find(' ');
        if (end != 0) visit(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

}  // namespace minglu::bench
