#include "src/node/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "minglu/json_text.hpp"

namespace minglu {

namespace {

/// The message as a JSON string: `%j` in the pattern.
class JsonMessage final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        const std::string text = json_string({message.payload.data(), message.payload.size()});
        out.append(text.data(), text.data() + text.size());
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<JsonMessage>();
    }
};

}  // namespace

void set_up_logging(const LogConfig& config, const NodeId& node) {
    auto logger = std::make_shared<spdlog::logger>("minglu", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<JsonMessage>('j');
    if (config.format == "json")
        formatter->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","node":")" + node.value() +
                               R"(","message":%j})");
    else
        formatter->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-5l%$ " + node.value() + " %v");
    logger->set_formatter(std::move(formatter));
    logger->set_level(spdlog::level::from_str(config.level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

}  // namespace minglu
