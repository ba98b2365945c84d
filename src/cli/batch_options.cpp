#include "src/cli/batch_options.hpp"

namespace minglu::cli {

void add_batch_options(CLI::App& command, BatchOptions& batch) {
    command.add_option("--title", batch.title, "Title of the published list 名录标题");
    command.add_option("--document-number", batch.document_number, "e.g. 渝知发〔2012〕47号 文号");
    command.add_option("--published-on", batch.published_on, "Date on the notice, YYYY-MM-DD 发文日期");
}

Json batch_json(const BatchOptions& batch) {
    Json json;
    if (!batch.title.empty()) json["title"] = batch.title;
    if (!batch.document_number.empty()) json["document_number"] = batch.document_number;
    if (!batch.published_on.empty()) json["published_on"] = batch.published_on;
    return json;
}

}  // namespace minglu::cli
