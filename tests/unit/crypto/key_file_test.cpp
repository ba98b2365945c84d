#include <doctest/doctest.h>

#include <fstream>

#include "src/crypto/random.hpp"
#include "src/crypto/signing_key.hpp"
#include "tests/support/temporary_directory.hpp"

namespace {
using namespace minglu;
using std::filesystem::perms;

perms mode_of(const std::filesystem::path& path) {
    return std::filesystem::status(path).permissions();
}

TEST_CASE("a saved key comes back the same, from a file that only its owner reads") {
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3}) {
        const test::TemporaryDirectory directory;
        const auto key = generate_signing_key(suite);
        REQUIRE(save_signing_key(*key, directory / "signing.pem").has_value());
        CHECK(mode_of(directory / "signing.pem") == (perms::owner_read | perms::owner_write));
        CHECK(directory.files() == 1);
        const auto loaded = load_signing_key(directory / "signing.pem");
        REQUIRE(loaded.has_value());
        CHECK((*loaded)->suite() == suite);
        CHECK((*loaded)->public_key() == key->public_key());
        CHECK((*loaded)->private_pem() == key->private_pem());
        CHECK(verify_signature(suite, key->public_key(), "m", (*loaded)->sign("m")));
    }
}

TEST_CASE("a key is not written over another unless asked") {
    const test::TemporaryDirectory directory;
    const auto first = generate_signing_key(Suite::ed25519_sha256);
    const auto second = generate_signing_key(Suite::ed25519_sha256);
    REQUIRE(save_signing_key(*first, directory / "k").has_value());
    CHECK(save_signing_key(*second, directory / "k").error().code == ErrorCode::already_exists);
    CHECK(load_signing_key(directory / "k").value()->public_key() == first->public_key());
    REQUIRE(save_signing_key(*second, directory / "k", IfExists::replace).has_value());
    CHECK(load_signing_key(directory / "k").value()->public_key() == second->public_key());
    CHECK(directory.files() == 1);
}

TEST_CASE("a key file that others may touch is refused") {
    const test::TemporaryDirectory directory;
    REQUIRE(save_signing_key(*generate_signing_key(Suite::ed25519_sha256), directory / "k").has_value());
    for (const perms extra : {perms::group_read, perms::group_write, perms::others_read, perms::others_exec}) {
        std::filesystem::permissions(directory / "k", perms::owner_read | perms::owner_write | extra);
        CHECK(load_signing_key(directory / "k").error().code == ErrorCode::not_allowed);
    }
    std::filesystem::permissions(directory / "k", perms::owner_read);
    CHECK(load_signing_key(directory / "k").has_value());
}

TEST_CASE("what is no key file says so") {
    const test::TemporaryDirectory directory;
    CHECK(load_signing_key(directory / "none").error().code == ErrorCode::not_found);
    std::filesystem::create_directory(directory / "folder");
    CHECK(load_signing_key(directory / "folder").error().code == ErrorCode::not_allowed);
    const auto content = [&](const std::string& bytes) {
        REQUIRE(write_secret_file(directory / "k", bytes, IfExists::replace).has_value());
        const auto loaded = load_signing_key(directory / "k");
        REQUIRE_FALSE(loaded.has_value());
        CHECK(loaded.error().where == (directory / "k").string());
        return loaded.error().code;
    };
    CHECK(content("") == ErrorCode::malformed);
    CHECK(content("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n") == ErrorCode::malformed);
    CHECK(content(std::string(70'000, 'x')) == ErrorCode::too_large);
    CHECK(save_signing_key(*generate_signing_key(Suite::sm2_sm3), directory / "no").has_value());
    CHECK(write_secret_file(directory / "absent/k", "x", IfExists::refuse).error().code == ErrorCode::not_found);
}

TEST_CASE("random bytes differ and fill their length") {
    CHECK(random_bytes(0).empty());
    CHECK(random_bytes(33).size() == 33);
    CHECK(random_bytes(32) != random_bytes(32));
}

}  // namespace
