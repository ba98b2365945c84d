/// entry edit, remove, restore: writing one entry.
#include <algorithm>
#include <optional>

#include "catalog/fields.hpp"
#include "catalog/terms.hpp"
#include "src/cli/batch_options.hpp"
#include "src/cli/command.hpp"
#include "src/cli/field_values.hpp"
#include "src/cli/labels.hpp"
#include "src/cli/one_entry.hpp"

namespace minglu::cli {

namespace {

struct WriteOptions {
    std::string key;
    std::string reason;
    std::string effective_on;
    std::string seen;
    bool is_seen_given = false;
    BatchOptions batch;
};

struct EditOptions : WriteOptions {
    std::vector<std::string> set;
    std::vector<std::string> unset;
    bool override_scheduled = false;
};

struct RemoveOptions : WriteOptions {
    std::string ground;
};

void add_write_options(CLI::App& command, WriteOptions& options) {
    command.add_option("key", options.key, "Entry key, e.g. gi/AGI03244 条目键")->required();
    command.add_option("--reason", options.reason, "Why; stands in the history for ever 理由")->required();
    command.add_option("--effective-on", options.effective_on, "Holds in law from, YYYY-MM-DD 生效日");
    command
        .add_option_function<std::string>(
            "--seen",
            [&options](const std::string& etag) {
                options.seen = etag;
                options.is_seen_given = true;
            },
            "ETag of what you were shown; without it the entry is loaded first 所见版本")
        ->type_name("ETAG");
    add_batch_options(command, options.batch);
}

/// The entry as it is now; null when there is none yet.
Json current_entry(Session& session, const std::string& key) {
    constexpr int not_found = 404;
    const HttpResponse response = session.call(request_of("GET", "/v1/entries/" + key));
    if (response.status == not_found) return nullptr;
    if (response.status != 200) session.end(response);
    return session.parse(response);
}

Json body_of(const WriteOptions& options, const std::string& seen) {
    Json body{{"reason", options.reason}, {"seen", seen}};
    if (!options.effective_on.empty()) body["effective_on"] = options.effective_on;
    if (const Json batch = batch_json(options.batch); !batch.is_null()) body["batch"] = batch;
    return body;
}

/// Whether what was written holds only from a day ahead.
bool is_scheduled(const Json& entry, const std::string& effective_on) {
    const auto periods = elements(entry, "scheduled");
    return !effective_on.empty() && std::any_of(periods.begin(), periods.end(), [&](const Json& period) {
        return text(period, "from") == effective_on;
    });
}

/// `deed`: "移出".
ExitCode show_written(Session& session, const Json& answer, const WriteOptions& options, const std::string& deed) {
    if (session.json()) return ExitCode::ok;
    const Json& entry = member(answer, "entry");
    const Cell listing = listing_cell(entry);
    const bool scheduled = is_scheduled(entry, options.effective_on);
    session.out() << (scheduled ? "将于 " + options.effective_on + " " : "已") << deed << " "
                  << Cell(text(entry, "key")).text << "（" << (scheduled ? "目前" : "")
                  << session.screen().toned(listing.tone, listing.text) << "），记录 " << Cell(text(answer, "dot")).text
                  << '\n';
    for (const Json& warning : elements(answer, "warnings"))
        if (warning.is_string()) session.err() << Cell("warning: " + warning.get<std::string>()).text << '\n';
    if (const auto conflicts = number(entry, "open_conflicts"); conflicts > 0)
        session.out() << "该条目有 " << conflicts << " 个未决冲突\n";
    return ExitCode::ok;
}

/// Old and new values of what differs.
Table difference(const std::string& key, const Json& before, const Json& fields) {
    Table table({"字段", "原值", "新值"});
    for (const auto& [field, value] : fields.items()) {
        const Json& old = member(member(before, "fields"), field.c_str());
        if (old == value) continue;
        table.add({field_label(field), value_text(key, field, old), Cell(value_text(key, field, value), Tone::good)});
    }
    return table;
}

ExitCode run_edit(Session& session, const EditOptions& options) {
    auto fields = fields_of(options.key, options.set, options.unset);
    if (!fields) session.end(fields.error());
    std::string seen = options.seen;
    bool is_new = options.is_seen_given && seen.empty();
    std::optional<Table> changes;
    if (!options.is_seen_given) {
        const Json before = current_entry(session, options.key);
        is_new = before.is_null();
        seen = text(before, "etag");
        changes = difference(options.key, before, *fields);
        // Of a field that nobody knows the node says what it is called.
        const bool all_known = std::all_of(options.unset.begin(), options.unset.end(),
                                           [](const std::string& field) { return find_field(field) != nullptr; });
        if (changes->empty() && !is_new && options.effective_on.empty() && all_known) {
            if (session.json()) {
                session.print_json(Json{{"unchanged", true}, {"entry", before}}.dump());
            } else {
                session.out() << "无变化：所给的值与现值相同，未写入\n";
            }
            return ExitCode::ok;
        }
    }
    Json body = body_of(options, seen);
    body["fields"] = std::move(*fields);
    if (options.override_scheduled) body["override_scheduled"] = true;
    const Json answer = session.ask(request_of("PUT", "/v1/entries/" + options.key, body));
    if (!session.json() && changes && !changes->empty()) changes->print(session.screen());
    return show_written(session, answer, options, is_new ? "新增" : "修改");
}

ExitCode write_listing(Session& session, const WriteOptions& options, const std::string& what, const Json& extra,
                       const std::string& deed) {
    std::string seen = options.seen;
    if (!options.is_seen_given) {
        const Json before = session.parse(get_entry(session, options.key));
        seen = text(before, "etag");
        if (!session.json())
            session.out() << Cell(options.key + "  " + field_text(options.key, member(before, "fields"), "name")).text
                          << '\n';
    }
    Json body = body_of(options, seen);
    body.update(extra);
    const Json answer = session.ask(request_of("POST", "/v1/entries/" + options.key + "/" + what, body));
    return show_written(session, answer, options, deed);
}

ExitCode run_remove(Session& session, const RemoveOptions& options) {
    const Term* const ground = find_term("ground", options.ground);
    const std::string code = ground == nullptr ? options.ground : ground->code;
    return write_listing(session, options, "removal", Json{{"ground", code}}, "移出");
}

ExitCode run_restore(Session& session, const WriteOptions& options) {
    return write_listing(session, options, "restoration", Json::object(), "恢复");
}

std::string grounds_text() {
    std::string out = "Ground, code or label 移出事由：";
    for (const Term* term : terms_of("ground")) out += " " + term->code + " " + term->label_zh + ";";
    return out;
}

}  // namespace

void add_entry_write_commands(CLI::App& entry, Chosen& chosen) {
    add_command<EditOptions>(
        entry, chosen, "edit", "Change or add an entry 修改或新增条目",
        [](CLI::App& command, EditOptions& options) {
            add_write_options(command, options);
            command.add_option("--set", options.set, "field=value, repeatable; lists with ; or as JSON 设置字段")
                ->allow_extra_args(false)
                ->take_all();
            command.add_option("--unset", options.unset, "Field to clear, repeatable 清除字段")
                ->allow_extra_args(false)
                ->take_all();
            command.add_flag("--override-scheduled", options.override_scheduled,
                             "Also where a later change of the same fields is scheduled 覆盖已排定的变更");
        },
        run_edit);
    add_command<RemoveOptions>(
        entry, chosen, "remove", "Take an entry off the list; nothing is deleted 移出名录",
        [](CLI::App& command, RemoveOptions& options) {
            add_write_options(command, options);
            command.add_option("--ground", options.ground, grounds_text())->required();
        },
        run_remove);
    add_command<WriteOptions>(entry, chosen, "restore", "Put a removed entry back on the list 恢复列入",
                              add_write_options, run_restore);
}

}  // namespace minglu::cli
