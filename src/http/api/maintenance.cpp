// Long tasks of an operator: rebuild, verify, backup. One at a time.
#include <atomic>

#include "src/http/api/json_answer.hpp"
#include "src/http/api/maintenance_stream.hpp"
#include "src/http/api/write_body.hpp"
#include "src/http/api/write_routes.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

using Busy = std::shared_ptr<std::atomic<bool>>;
using Task = std::function<std::string(const Progress&)>;

JsonWriter begin_result(const std::vector<std::string>& findings) {
    JsonWriter json;
    json.begin_object().member_boolean("ok", findings.empty()).key("findings").begin_array();
    for (const std::string& finding : findings) json.text(finding);
    json.end_array();
    return json;
}

HttpResponse run(const Services& services, const Busy& busy, Task task) {
    if (busy->exchange(true))
        return problem({ErrorCode::busy, "another maintenance task is at work", "", "wait until it is through"});
    return stream_task(
        std::move(task), [busy] { *busy = false; }, services.on_unknown);
}

HttpResponse not_offered() {
    return problem({ErrorCode::busy, "this process does not offer the task", "", "start the node with `minglu serve`"});
}

std::optional<Error> fault_in_body(const Call& call) {
    const auto body = WriteBody::parse(call.request.body, {});
    return body ? std::nullopt : std::optional<Error>(body.error());
}

HttpResponse rebuild(Call& call, const Busy& busy) {
    if (const auto fault = fault_in_body(call)) return problem(*fault);
    return run(call.services, busy, [&replica = call.services.replica](const Progress& progress) {
        const bool same = replica.rebuild(progress);
        std::vector<std::string> findings;
        if (!same)
            findings.emplace_back(
                "the state root came out otherwise than it was: the views had been damaged, and are "
                "now as the log says");
        return std::move(begin_result(findings).end_object()).take();
    });
}

HttpResponse verify(Call& call, const Busy& busy) {
    if (const auto fault = fault_in_body(call)) return problem(*fault);
    if (!call.services.verify) return not_offered();
    return run(call.services, busy, [&services = call.services](const Progress& progress) {
        return std::move(begin_result(services.verify(progress)).end_object()).take();
    });
}

HttpResponse backup(Call& call, const Busy& busy) {
    const auto body = WriteBody::parse(call.request.body, {"path", "verify"});
    const auto path = body ? required_text(*body, "path", "say where to write the backup") : fail(body.error());
    if (!path) return problem(path.error());
    const auto verify = body->has("verify") ? body->flag("verify") : Result<bool>(true);
    if (!verify) return problem(verify.error());
    const BackupOrder order{*path, *verify};
    if (!order.target.is_absolute())
        return problem({ErrorCode::bad_request, "not an absolute path: " + *path, "member path of the body",
                        "give the whole path on the node's machine"});
    if (!call.services.backup) return not_offered();
    return run(call.services, busy, [&services = call.services, order](const Progress& progress) {
        services.backup(order, progress);
        return std::move(begin_result({})
                             .member("path", order.target.string())
                             .member("manifest", order.target.string() + ".manifest.json")
                             .member_boolean("verified", order.verify)
                             .end_object())
            .take();
    });
}

}  // namespace

void add_maintenance_routes(Router& router) {
    const Busy busy = std::make_shared<std::atomic<bool>>(false);
    router.add("POST", "/v1/maintenance/rebuild", Access::admin, {},
               [busy](Call& call) { return rebuild(call, busy); });
    router.add("POST", "/v1/maintenance/verify", Access::admin, {}, [busy](Call& call) { return verify(call, busy); });
    router.add("POST", "/v1/maintenance/backup", Access::admin, {}, [busy](Call& call) { return backup(call, busy); });
}

}  // namespace minglu
