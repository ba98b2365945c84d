#include "src/crypto/passphrase.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <vector>

#include "src/crypto/key_file.hpp"
#include "src/crypto/signing_key.hpp"
#include "src/crypto/tls_identity.hpp"
#include "tests/support/temporary_directory.hpp"

namespace {
using namespace minglu;
using std::filesystem::perms;

const Passphrase right("correct horse battery staple");
const Passphrase wrong("correct horse battery stable");

std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
    std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
}

TEST_CASE("a signing key under a passphrase: of either suite, opened by that one alone, never asked for") {
    for (const Suite suite : {Suite::ed25519_sha256, Suite::sm2_sm3}) {
        const test::TemporaryDirectory directory;
        const auto key = generate_signing_key(suite);
        REQUIRE(save_signing_key(*key, directory / "k", IfExists::refuse, right));
        CHECK(std::filesystem::status(directory / "k").permissions() == (perms::owner_read | perms::owner_write));
        CHECK(content(directory / "k").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        CHECK(is_encrypted_key_file(directory / "k"));
        const auto loaded = load_signing_key(directory / "k", right);
        REQUIRE(loaded);
        CHECK((*loaded)->public_key() == key->public_key());
        CHECK((*loaded)->suite() == suite);
        CHECK(verify_signature(suite, key->public_key(), "m", (*loaded)->sign("m")));
        const auto missing = load_signing_key(directory / "k");
        REQUIRE_FALSE(missing);
        CHECK(missing.error().code == ErrorCode::unauthenticated);
        CHECK(missing.error().where == (directory / "k").string());
        CHECK(missing.error().cure.find("--passphrase-file") != std::string::npos);
        const auto other = load_signing_key(directory / "k", wrong);
        REQUIRE_FALSE(other);
        CHECK(other.error().code == ErrorCode::unauthenticated);
        CHECK(other.error().what != missing.error().what);
        // Each time another salt.
        CHECK(key->private_pem(right) != key->private_pem(right));
    }
}

/// The parameters as they stand in the file, in DER: a later program must go on opening it.
TEST_CASE("the file says scrypt with N = 2^14, r = 8, p = 5, and AES-256-CBC") {
    const std::string pem = generate_signing_key(Suite::ed25519_sha256)->private_pem(right);
    const auto begin = pem.find('\n') + 1;
    std::string base64;
    for (const char c : pem.substr(begin, pem.find("-----END") - begin))
        if (c != '\n') base64 += c;
    const std::string der = from_base64(base64).value();
    CHECK(der.find(from_hex("06092b06010401da47040b").value()) != std::string::npos);  // RFC 7914: id-scrypt
    CHECK(der.find(from_hex("02024000020108020105").value()) != std::string::npos);
    CHECK(der.find(from_hex("060960864801650304012a").value()) != std::string::npos);  // aes256-CBC
}

TEST_CASE("a TLS identity under a passphrase is plain in memory alone") {
    const test::TemporaryDirectory directory;
    const TlsIdentity identity = generate_tls_identity(NodeId{"cq"}, {"localhost"}, UnixMs{1'766'109'600'000}).value();
    REQUIRE(save_tls_identity(identity, directory / "t.crt", directory / "t.pem", IfExists::refuse, right));
    CHECK(is_encrypted_key_file(directory / "t.pem"));
    CHECK(load_tls_identity(directory / "t.crt", directory / "t.pem", right).value().key_pem == identity.key_pem);
    for (const Passphrase& not_it : {Passphrase(), wrong}) {
        const auto refused = load_tls_identity(directory / "t.crt", directory / "t.pem", not_it);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::unauthenticated);
        CHECK(refused.error().where == (directory / "t.pem").string());
    }
}

TEST_CASE("a key goes from one passphrase to another and back to none; repeated, nothing is lost") {
    const auto key = generate_signing_key(Suite::sm2_sm3);
    const std::string plain = key->private_pem();
    const std::string under_right = key_under(plain, {}, right).value();
    const std::string under_wrong = key_under(under_right, right, wrong).value();
    CHECK(key_under(under_right, wrong, {}).error().code == ErrorCode::unauthenticated);
    CHECK(key_under(under_wrong, right, wrong).value() == under_wrong);  // it is there already
    CHECK(key_under(under_wrong, wrong, {}).value() == plain);
    CHECK(key_under(plain, right, {}).value() == plain);
    CHECK(key_under("no key", right, wrong).error().code == ErrorCode::malformed);
}

TEST_CASE("a passphrase is the first line of its file") {
    const test::TemporaryDirectory directory;
    const auto file = directory / "p";
    struct Case {
        std::string content;
        std::string passphrase;  // empty: refused
    };
    const std::vector<Case> cases = {
        {"secret words", "secret words"},
        {"secret words\n", "secret words"},
        {"secret words\r\nnext line\n", "secret words"},
        {"  spaces count  \n", "  spaces count  "},
        {std::string(passphrase_bytes_max, 'x') + "\n", std::string(passphrase_bytes_max, 'x')},
        {std::string(passphrase_bytes_max + 1, 'x') + "\n", ""},
        {std::string(9'000, 'x'), ""},
        {"", ""},
        {"\nsecond line\n", ""},
        {std::string("a\0b\n", 4), ""},
    };
    for (const auto& c : cases) {
        write(file, c.content);
        const auto read = read_passphrase_file(file);
        CHECK(read.has_value() == !c.passphrase.empty());
        if (read)
            CHECK(read->bytes() == c.passphrase);
        else
            CHECK(read.error().code == ErrorCode::bad_value);
    }
    CHECK(read_passphrase_file(directory / "none").error().code == ErrorCode::not_found);
    std::filesystem::create_directory(directory / "folder");
    CHECK(read_passphrase_file(directory / "folder").error().code == ErrorCode::not_allowed);
    write(file, "secret words\n");
    std::filesystem::permissions(file, perms::owner_read | perms::group_read);
    CHECK(read_passphrase_file(file));
    for (const perms extra : {perms::group_write, perms::others_read, perms::others_write}) {
        std::filesystem::permissions(file, perms::owner_read | extra);
        CHECK(read_passphrase_file(file).error().code == ErrorCode::not_allowed);
    }
}

TEST_CASE("a passphrase comes from a pipe, in pieces or not at all") {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    REQUIRE(::write(ends[1], "secret words\nmore", 17) == 17);
    CHECK(read_passphrase_descriptor(ends[0]).value().bytes() == "secret words");
    ::close(ends[1]);
    ::close(ends[0]);
    CHECK(read_passphrase_descriptor(ends[0]).error().code == ErrorCode::io);
}

TEST_CASE("a new passphrase has 8 bytes at least") {
    CHECK(check_new_passphrase(Passphrase("12345678")));
    CHECK(check_new_passphrase(Passphrase("1234567")).error().code == ErrorCode::bad_value);
    CHECK_FALSE(check_new_passphrase(Passphrase()));
    CHECK_FALSE(Passphrase().is_given());
}

}  // namespace
