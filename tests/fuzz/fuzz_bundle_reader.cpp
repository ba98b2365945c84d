// Fuzz target: a stream of bundles comes apart alike however its bytes come, and no byte is lost or invented.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "sync/bundle_reader.hpp"
#include "tests/fuzz/targets.hpp"

namespace minglu::test {
namespace {

std::vector<FramedBundle> read_all(std::string_view bytes, std::size_t piece) {
    BundleReader reader([bytes, piece](char* to, std::size_t size) mutable {
        const std::size_t count = std::min({piece, size, bytes.size()});
        std::memcpy(to, bytes.data(), count);
        bytes.remove_prefix(count);
        return count;
    });
    std::vector<FramedBundle> bundles;
    while (auto bundle = reader.next()) bundles.push_back(*std::move(bundle));
    return bundles;
}

/// A bundle that was framed whole has a first line; only of the last one may less be here.
void check(const std::vector<FramedBundle>& bundles, std::string_view bytes) {
    std::string again;
    for (const FramedBundle& bundle : bundles) {
        require(bundle.at == again.size(), "a bundle says where it begins");
        require(!bundle.whole || bundle.info.has_value(), "a whole bundle has a first line");
        require(bundle.whole || &bundle == &bundles.back(), "nothing can be read after a cut");
        again += bundle.bytes;
    }
    require(bytes.starts_with(again), "the bytes are those of the stream");
    require(again == bytes || (!bundles.empty() && !bundles.back().whole), "what is whole is read to its end");
}

}  // namespace

bool fuzz_bundle_reader(std::string_view bytes) {
    const auto bundles = read_all(bytes, bytes.size() + 1);
    check(bundles, bytes);
    const auto in_pieces = read_all(bytes, 7);
    require(std::equal(bundles.begin(), bundles.end(), in_pieces.begin(), in_pieces.end(),
                       [](const FramedBundle& a, const FramedBundle& b) {
                           return a.bytes == b.bytes && a.at == b.at && a.whole == b.whole && a.info == b.info;
                       }),
            "the pieces do not matter");
    return !bundles.empty() && bundles.front().whole;
}

}  // namespace minglu::test
