#include "src/node/config.hpp"

#include <toml++/toml.h>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

namespace minglu {

namespace {

/// Reads tables and keys by name and remembers which were asked for, so that the rest can be called unknown.
class Reader {
public:
    Reader(const toml::table& root, std::string file) : root_(root), file_(std::move(file)) {}

    template <class T>
    void read(const char* table, const char* key, T& into) {
        known_[table].insert(key);
        const auto node = root_[table][key];
        if (!node) return;
        if (const auto value = node.template value_exact<T>())
            into = *value;
        else
            refuse(std::string(table) + "." + key + " has the wrong type", *node.node());
    }
    void range(const char* table, const char* key, std::int64_t value, std::int64_t least, std::int64_t most) {
        if (value >= least && value <= most) return;
        error_ = Error{ErrorCode::bad_value, std::string(table) + "." + key + " is " + std::to_string(value), file_,
                       "choose a value from " + std::to_string(least) + " to " + std::to_string(most)};
    }
    void one_of(const char* table, const char* key, const std::string& value, const std::set<std::string>& allowed) {
        if (allowed.contains(value)) return;
        std::string list;
        for (const std::string& item : allowed) list += (list.empty() ? "" : ", ") + item;
        error_ = Error{ErrorCode::bad_value, std::string(table) + "." + key + " is '" + value + "'", file_,
                       "choose one of " + list};
    }
    [[nodiscard]] std::optional<Error> finish() {
        for (const auto& [name, node] : root_) {
            const std::string table(name.str());
            const auto known = known_.find(table);
            if (known == known_.end() || !node.is_table()) {
                refuse("'" + table + "' is not known here", node);
                continue;
            }
            for (const auto& [key, value] : *node.as_table())
                if (!known->second.contains(std::string(key.str())))
                    refuse("'" + table + "." + std::string(key.str()) + "' is not known here", value);
        }
        return error_;
    }

private:
    void refuse(std::string what, const toml::node& at) {
        error_ = Error{ErrorCode::bad_value, std::move(what), file_ + " line " + std::to_string(at.source().begin.line),
                       "compare with the examples in config/"};
    }

    const toml::table& root_;
    std::string file_;
    std::map<std::string, std::set<std::string>> known_;
    std::optional<Error> error_;
};

Result<NodeConfig> read_config(const toml::table& root, const std::string& file) {
    NodeConfig config;
    std::string id;
    std::string data;
    Reader reader(root, file);
    reader.read("node", "id", id);
    reader.read("node", "name", config.name);
    reader.read("node", "data", data);
    reader.read("http", "listen", config.http.listen);
    reader.read("http", "open_reads", config.http.open_reads);
    reader.read("http", "behind_proxy", config.http.behind_proxy);
    reader.read("http", "threads", config.http.threads);
    reader.read("http", "body_bytes_max", config.http.body_bytes_max);
    reader.read("peer", "listen", config.peer.listen);
    std::string url;
    reader.read("peer", "url", url);
    if (root["peer"]["url"]) config.peer.url = url;
    reader.read("peer", "threads", config.peer.threads);
    reader.read("sync", "poll_wait_s", config.sync.poll_wait_s);
    reader.read("sync", "bundle_bytes_max", config.sync.bundle_bytes_max);
    reader.read("sync", "log_bytes_per_day_max", config.sync.log_bytes_per_day_max);
    reader.read("log", "level", config.log.level);
    reader.read("log", "format", config.log.format);
    reader.read("audit", "mode", config.audit.mode);
    reader.read("verify", "round_s", config.verify.round_s);
    std::string passphrase_file;
    reader.read("keys", "passphrase_file", passphrase_file);
    config.keys.passphrase_file = passphrase_file;
    reader.range("http", "threads", config.http.threads, 1, 256);
    reader.range("http", "body_bytes_max", config.http.body_bytes_max, 64 * 1024, std::int64_t{1} << 30);
    reader.range("peer", "threads", config.peer.threads, 2, 256);
    reader.range("sync", "poll_wait_s", config.sync.poll_wait_s, 0, 60);
    reader.range("sync", "bundle_bytes_max", config.sync.bundle_bytes_max, 64 * 1024, 8 * 1024 * 1024);
    reader.range("sync", "log_bytes_per_day_max", config.sync.log_bytes_per_day_max, 64 * 1024, std::int64_t{1} << 50);
    reader.range("verify", "round_s", config.verify.round_s, 0, 31 * 24 * 60 * 60);
    reader.one_of("log", "level", config.log.level, {"debug", "info", "warn", "error"});
    reader.one_of("log", "format", config.log.format, {"text", "json"});
    reader.one_of("audit", "mode", config.audit.mode, {"case", "all"});
    if (auto error = reader.finish()) return fail(*std::move(error));
    auto node = parse_node_id(id);
    if (!node) {
        Error error = node.error();
        error.where = file + ", node.id";
        return fail(std::move(error));
    }
    config.node = *std::move(node);
    config.data = data;
    return config;
}

/// On one line: TOML takes the line feed with which a text of several lines begins for its layout.
std::string quoted(const std::string& text) {
    std::ostringstream out;
    const toml::value<std::string> value(text);
    out << toml::toml_formatter(value, toml::format_flags::allow_unicode_strings);
    return out.str();
}

}  // namespace

DataPaths::DataPaths(const std::filesystem::path& data)
    : config(data / "minglu.toml"),
      database(data / "minglu.db"),
      lock(data / "lock"),
      socket(data / "minglu.sock"),
      card(data / "card.json"),
      signing_key(data / "keys" / "sign.pem"),
      next_signing_key(data / "keys" / "sign.next.pem"),
      tls_certificate(data / "keys" / "tls.crt"),
      tls_key(data / "keys" / "tls.pem"),
      spool(data / "spool"),
      unfinished_init(data / "init-unfinished") {}

Result<NodeConfig> load_config(const std::filesystem::path& data_dir,
                               const std::optional<std::filesystem::path>& config_file) {
    const std::filesystem::path file = config_file.value_or(DataPaths(data_dir).config);
    if (!std::filesystem::exists(file))
        return fail({ErrorCode::not_found, "no configuration at " + file.string(), "",
                     "make a node with minglu init, or name its directory with --data"});
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in) return fail({ErrorCode::io, "cannot read the configuration", file.string(), "check who may read it"});
    auto config = parse_config(text, file.string());
    if (config) config->file = file;
    if (config && config->keys.passphrase_file.is_relative() && !config->keys.passphrase_file.empty())
        config->keys.passphrase_file = file.parent_path() / config->keys.passphrase_file;
    if (config && (!data_dir.empty() || config->data.empty()))
        config->data = data_dir.empty() ? file.parent_path() : data_dir;
    return config;
}

Result<NodeConfig> parse_config(std::string_view text, const std::string& file) {
    try {
        return read_config(toml::parse(text, file), file);
    } catch (const toml::parse_error& error) {
        return fail({ErrorCode::bad_value, std::string(error.description()),
                     file + " line " + std::to_string(error.source().begin.line), "mend the file"});
    }
}

std::string config_text(const NodeConfig& config) {
    std::ostringstream out;
    out << "# Every key and its meaning: docs/OPERATIONS.md and the examples in config/.\n\n[node]\nid = "
        << quoted(config.node.value()) << "\nname = " << quoted(config.name)
        << "\n\n[http]\nlisten = " << quoted(config.http.listen)
        << "\nopen_reads = " << (config.http.open_reads ? "true" : "false")
        << "\nbehind_proxy = " << (config.http.behind_proxy ? "true" : "false")
        << "\n\n[peer]\nlisten = " << quoted(config.peer.listen);
    if (config.peer.url) out << "\nurl = " << quoted(*config.peer.url);
    out << "\n\n[log]\nlevel = " << quoted(config.log.level) << "\nformat = " << quoted(config.log.format) << "\n";
    return out.str();
}

}  // namespace minglu
