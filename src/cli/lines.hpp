#pragma once
/// Answers that come line by line.
#include <functional>
#include <string>
#include <string_view>

namespace minglu::cli {

/// Hands over each whole line of a streamed answer.
class Lines {
public:
    explicit Lines(std::function<void(const std::string&)> take) : take_(std::move(take)) {}
    void feed(std::string_view bytes) {
        for (const char c : bytes) {
            if (c == '\n') {
                end();
            } else {
                line_ += c;
            }
        }
    }
    void end() {
        if (!line_.empty()) take_(line_);
        line_.clear();
    }

private:
    std::function<void(const std::string&)> take_;
    std::string line_;
};

}  // namespace minglu::cli
