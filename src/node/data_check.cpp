#include "src/node/data_check.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "src/node/card_file.hpp"
#include "sync/replica_detail.hpp"

namespace minglu {

namespace {

constexpr std::string_view begin_anew =
    "bring back a backup with minglu restore; without one move the directory aside and begin anew with the keys that "
    "are left: minglu init --keys";

/// What a restore or a hand has left of a database, by name.
std::vector<std::filesystem::path> leftovers(const std::filesystem::path& database) {
    std::vector<std::filesystem::path> found;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(database.parent_path(), ignored))
        if (file.path() != database && file.path().filename().string().starts_with(database.filename().string()))
            found.push_back(file.path());
    std::sort(found.begin(), found.end());
    return found;
}

std::string names(const std::vector<std::filesystem::path>& files) {
    std::string text;
    for (const auto& file : files) text += (text.empty() ? "" : ", ") + file.filename().string();
    return text;
}

Error no_database(const std::filesystem::path& database, const std::string& what) {
    return {ErrorCode::not_found, what, database.string(), std::string(begin_anew)};
}

Error other_node(const std::string& what, const NodeId& found, const NodeId& configured,
                 const std::filesystem::path& where, const std::string& cure) {
    return {ErrorCode::bad_value, what + found.value() + ", and the configuration says node.id = " + configured.value(),
            where.string(), cure};
}

}  // namespace

Result<void> check_database_is_there(const DataPaths& paths) {
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(paths.database, missing);
    if (!missing && bytes > 0) return {};
    const auto left = leftovers(paths.database);
    Error error = no_database(paths.database, missing ? "the database is gone" : "the database is empty");
    if (!left.empty()) {
        error.what += ", though a part of it or of a restore is here: " + names(left);
        error.cure = "repeat minglu restore if one was broken off; else put " + paths.database.filename().string() +
                     " back beside it, or " + error.cure;
    }
    return fail(std::move(error));
}

Result<void> check_belongs(const NodeConfig& config, const ReadTx& tx) {
    const DataPaths paths(config.data);
    const auto own = find_own(tx.logs());
    if (!own) return fail(no_database(paths.database, "the database holds no log of this node: nothing began in it"));
    if (node_of(own->id) != config.node)
        return fail(other_node("the database is that of node ", node_of(own->id), config.node, paths.database,
                               "set node.id to " + node_of(own->id).value() + ", or name the directory of " +
                                   config.node.value() + " with --data"));
    if (!std::filesystem::exists(paths.card)) return {};
    const auto card = read_card_file(paths.card);
    if (!card) return tl::unexpected(card.error());
    if (card->node != config.node)
        return fail(other_node(
            "the card is that of node ", card->node, config.node, paths.card,
            "put back the card of " + config.node.value() + ", or remove the file: minglu serve makes it anew"));
    return {};
}

}  // namespace minglu
