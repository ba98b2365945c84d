#include "src/http/api/export.hpp"

#include <memory>
#include <utility>

#include "catalog/export/csv.hpp"
#include "catalog/export/json.hpp"
#include "src/http/api/entry_search.hpp"
#include "src/http/api/freshness.hpp"
#include "src/http/problem.hpp"

namespace minglu {

namespace {

/// Entries per chunk of the answer: a few hundred kilobytes.
constexpr std::uint32_t page_entries = 500;

/// One snapshot of the catalogue, walked page by page for as long as the client takes more.
class Walk {
public:
    Walk(EntrySearch search, std::unique_ptr<ReadTx> tx, std::shared_ptr<Tally> tally)
        : search_(std::move(search)), tx_(std::move(tx)), catalogue_(*tx_, search_.asked()), tally_(std::move(tally)) {
        search_.look_up(*tx_);
        search_.walk_everything();
    }

    [[nodiscard]] const ReadTx& tx() const { return *tx_; }
    [[nodiscard]] bool is_done() const { return done_; }

    template <class Visit>
    void step(const Visit& visit) {
        const SearchPage page = search_.page(catalogue_, at_, page_entries);
        for (const FoundEntry& found : page.found) visit(found.hit, catalogue_.answer_about(found.hit));
        at_ = page.last;
        tally_->hits = tally_->hits.value_or(0) + page.found.size();
        done_ = !page.more;
    }

private:
    EntrySearch search_;
    std::unique_ptr<ReadTx> tx_;
    CatalogueAt catalogue_;
    std::shared_ptr<Tally> tally_;
    SearchPosition at_;
    bool done_ = false;
};

/// The writers below are called with one chunk at a time; what they write goes to the chunk of that call.
class CsvStream {
public:
    explicit CsvStream(Walk walk)
        : walk_(std::move(walk)),
          csv_({true, HeaderLanguage::chinese, {}, true}, [this](std::string_view bytes) { pending_ += bytes; }) {}

    bool next(std::string& chunk) {
        if (walk_.is_done()) return false;
        walk_.step([this](const EntryHit& hit, const HitAnswer& answer) {
            const std::string_view then = answer.as_known_then ? label_zh(*answer.as_known_then) : "";
            csv_.add(hit.key, hit.period.view, {label_zh(answer.verdict), label_zh(answer.right.state), then});
        });
        chunk = std::exchange(pending_, {});
        return true;
    }

private:
    Walk walk_;
    std::string pending_;
    CsvExport csv_;
};

/// {"freshness":…,"items":[…]}
class JsonStream {
public:
    JsonStream(Walk walk, const std::string& freshness)
        : walk_(std::move(walk)),
          pending_("{\"freshness\":" + freshness + ",\"items\":"),
          json_(JsonForm::array, [this](std::string_view bytes) { pending_ += bytes; }) {}

    bool next(std::string& chunk) {
        if (walk_.is_done()) return false;
        walk_.step([this](const EntryHit& hit, const HitAnswer& answer) {
            const std::string_view then = answer.as_known_then ? name(*answer.as_known_then) : "";
            json_.add(hit.key, hit.period.view, hit.etag, {name(answer.verdict), name(answer.right.state), then});
        });
        if (walk_.is_done()) {
            json_.finish();
            pending_ += '}';
        }
        chunk = std::exchange(pending_, {});
        return true;
    }

private:
    Walk walk_;
    std::string pending_;
    JsonExport json_;
};

HttpResponse download(std::string_view content_type, const std::string& file_name) {
    HttpResponse response;
    response.content_type = content_type;
    response.headers.emplace("Content-Disposition", "attachment; filename=\"" + file_name + "\"");
    response.headers.emplace("Cache-Control", "no-store");
    return response;
}

HttpResponse export_entries(Call& call) {
    const auto format = text_parameter(call.request, "format", "csv");
    if (!format) return problem(format.error());
    if (*format != "csv" && *format != "json") {
        return problem(
            {ErrorCode::bad_request, "no such format: " + *format, "query parameter format", "give csv or json"});
    }
    auto search = EntrySearch::from_request(call.request, call.services.clock.now());
    if (!search) return problem(search.error());
    const Asked asked = search->asked();
    const std::string file_name = "minglu-" + call.services.node.value() + "-" + to_string(asked.as_of) + "." + *format;
    Walk walk(*std::move(search), call.services.store.read(), call.tally);
    const std::string vector = to_string(vector_of(walk.tx()));

    HttpResponse response;
    if (*format == "csv") {
        response = download("text/csv; charset=utf-8", file_name);
        auto stream = std::make_shared<CsvStream>(std::move(walk));
        response.stream = [stream](std::string& chunk) { return stream->next(chunk); };
    } else {
        response = download("application/json", file_name);
        const std::string freshness = freshness_json(call.services, walk.tx(), asked);
        auto stream = std::make_shared<JsonStream>(std::move(walk), freshness);
        response.stream = [stream](std::string& chunk) { return stream->next(chunk); };
    }
    response.headers.emplace("Minglu-Vector", vector);
    return response;
}

}  // namespace

void add_export_routes(Router& router) {
    std::vector<std::string> parameters = search_parameters();
    parameters.emplace_back("format");
    router.add("GET", "/v1/export", Access::read, std::move(parameters), export_entries);
}

}  // namespace minglu
