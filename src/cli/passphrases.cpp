#include "src/cli/passphrases.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace minglu::cli {

namespace {

/// What is typed does not show while this lives.
class Unseen {
public:
    Unseen() {
        ::tcgetattr(STDIN_FILENO, &before_);
        termios unseen = before_;
        unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
    }
    ~Unseen() {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::cerr << '\n';
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

private:
    termios before_{};
};

Result<Passphrase> ask(std::string_view prompt) {
    if (::isatty(STDIN_FILENO) != 1)
        return fail({ErrorCode::unauthenticated, "nobody can be asked for the passphrase: this is no terminal", "",
                     "give --passphrase-file FILE or --passphrase-fd N"});
    const Unseen unseen;  // first: what was typed ahead is thrown away
    std::cerr << prompt << std::flush;
    return read_passphrase_descriptor(STDIN_FILENO);
}

Result<Passphrase> read_named(const PassphraseFrom& from, std::string_view prompt) {
    if (from.descriptor) return read_passphrase_descriptor(*from.descriptor);
    return from.ask ? ask(prompt) : read_passphrase_file(from.file);
}

}  // namespace

bool is_named(const PassphraseFrom& from) {
    return from.descriptor || from.ask || !from.file.empty();
}

Result<Passphrase> read_passphrase(const PassphraseFrom& from, const KeysConfig& keys) {
    if (is_named(from)) return read_named(from, "密钥口令 passphrase of the keys: ");
    if (!keys.passphrase_file.empty()) return read_passphrase_file(keys.passphrase_file);
    if (!from.credential.empty() && std::filesystem::exists(from.credential))
        return read_passphrase_file(from.credential);
    return Passphrase();
}

Result<Passphrase> read_new_passphrase(const PassphraseFrom& from) {
    if (!is_named(from)) return Passphrase();
    auto first = read_named(from, "新口令 new passphrase: ");
    if (!first) return first;
    if (const auto fit = check_new_passphrase(*first); !fit) return fail(fit.error());
    if (!from.ask) return first;
    auto second = ask("再输入一次 the same again: ");
    if (!second) return second;
    if (first->bytes() != second->bytes())
        return fail(
            {ErrorCode::bad_value, "the two passphrases differ", "", "nothing was changed; repeat the command"});
    return first;
}

}  // namespace minglu::cli
