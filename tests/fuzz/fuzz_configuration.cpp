// Fuzz target: a configuration that is written again reads the same.
#include "src/node/config.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {

bool fuzz_configuration(std::string_view bytes) {
    const auto config = parse_config(bytes, "minglu.toml");
    if (!config) {
        require(config.error().code == ErrorCode::bad_value, "what is refused is a bad value");
        return false;
    }
    const std::string text = config_text(*config);
    const auto again = parse_config(text, "minglu.toml");
    require(again.has_value(), "a configuration that is written again is one");
    require(again->node == config->node && again->name == config->name, "the node reads the same");
    require(again->http.listen == config->http.listen && again->peer.url == config->peer.url,
            "its addresses read the same");
    require(config_text(*again) == text, "a configuration has one text");
    return true;
}

}  // namespace minglu::test
