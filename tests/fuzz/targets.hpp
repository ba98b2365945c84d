#pragma once
/// The fuzz targets: one function for each parser that meets bytes from outside, in a file of its name. libFuzzer calls
/// them through main_fuzz.cpp; corpus_test.cpp replays the corpus through them in every build.
#include <stdexcept>
#include <string_view>

namespace minglu::test {

/// Each takes one input and says whether the parser accepted it. Anything but returning is a finding.
[[nodiscard]] bool fuzz_answers(std::string_view bytes);
[[nodiscard]] bool fuzz_bundle(std::string_view bytes);
[[nodiscard]] bool fuzz_bundle_reader(std::string_view bytes);
[[nodiscard]] bool fuzz_card(std::string_view bytes);
[[nodiscard]] bool fuzz_configuration(std::string_view bytes);
[[nodiscard]] bool fuzz_csv(std::string_view bytes);
[[nodiscard]] bool fuzz_evidence(std::string_view bytes);
[[nodiscard]] bool fuzz_head(std::string_view bytes);
[[nodiscard]] bool fuzz_json(std::string_view bytes);
[[nodiscard]] bool fuzz_numbers(std::string_view bytes);
[[nodiscard]] bool fuzz_op(std::string_view bytes);
[[nodiscard]] bool fuzz_proof(std::string_view bytes);
[[nodiscard]] bool fuzz_query(std::string_view bytes);
[[nodiscard]] bool fuzz_record(std::string_view bytes);
[[nodiscard]] bool fuzz_request(std::string_view bytes);
[[nodiscard]] bool fuzz_revocations(std::string_view bytes);
[[nodiscard]] bool fuzz_sheet(std::string_view bytes);
[[nodiscard]] bool fuzz_vector(std::string_view bytes);
[[nodiscard]] bool fuzz_xlsx(std::string_view bytes);

/// What a target throws when its property does not hold.
struct Finding : std::logic_error {
    using std::logic_error::logic_error;
};

/// A property that must hold whatever the input.
inline void require(bool holds, const char* property) {
    if (!holds) throw Finding(property);
}

}  // namespace minglu::test
