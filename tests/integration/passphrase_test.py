"""Keys under a passphrase: made, served, exchanged with, rotated, backed up; changed and removed; missing and wrong ones."""

import os
import pty
import shutil
import subprocess

from support import MINGLU, NodeCase, gi_rows, introduce, main

USAGE, REFUSED, BUSY, LOCKED = 2, 3, 6, 9


class Passphrases(NodeCase):
    def secret(self, name, text):
        path = self.folder / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return path

    def keys(self, node):
        return {path.name: path.read_bytes() for path in sorted((node.data / "keys").glob("*.pem"))}

    def encrypted(self, node):
        return {name: b"ENCRYPTED PRIVATE KEY" in pem for name, pem in self.keys(node).items()}

    def configure(self, node, secret):
        with open(node.data / "minglu.toml", "a", encoding="utf-8") as config:
            config.write(f'\n[keys]\npassphrase_file = "{secret}"\n')

    def on_terminal(self, *words, typed):
        """Runs a command on a terminal of its own, types a line at each prompt; exit status and what was shown."""
        process, terminal = pty.fork()
        if process == 0:
            os.execv(MINGLU, [MINGLU, *(str(word) for word in words)])
        shown = b""
        lines = list(typed)
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:  # the other end is gone
                break
            if not part:
                break
            shown += part
            if lines and shown.endswith(b": "):
                os.write(terminal, lines.pop(0).encode() + b"\n")
        _, status = os.waitpid(process, 0)
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), shown.decode()

    def test_a_node_lives_with_encrypted_keys(self):
        for suite in ("ed25519-sha256", "sm2-sm3"):
            with self.subTest(suite):
                secret = self.secret(f"{suite}.secret", "川渝 correct horse")
                cq = self.node("c" + suite[0], start=False, options=["--suite", suite, "--passphrase-file", secret])
                self.assertEqual({"sign.pem": True, "tls.pem": True}, self.encrypted(cq))
                for path in (cq.data / "keys").iterdir():
                    self.assertEqual(0o600, path.stat().st_mode & 0o777)
                self.configure(cq, secret)
                cq.start()
                sc = self.node("s" + suite[0])
                introduce(cq, sc)
                introduce(sc, cq)
                cq.bring_in(self.file("list.csv", gi_rows(90001, 3)))
                self.until_equal(cq, sc)
                before = self.keys(cq)
                cq.ok("key", "rotate", "--reason", "更换")  # by the running service
                self.assertNotEqual(before["sign.pem"], self.keys(cq)["sign.pem"])
                self.assertEqual({"sign.pem": True, "tls.pem": True}, self.encrypted(cq))
                backup = self.folder / f"{suite}.db"
                cq.ok("backup", backup)
                cq.stop()
                cq.ok("key", "rotate", "--reason", "再次更换")  # without it
                self.assertEqual({"sign.pem": True, "tls.pem": True}, self.encrypted(cq))
                cq.start()
                cq.edit("gi/AGI90001", "category=蔬菜")
                self.until_equal(cq, sc)
                cq.stop()
                cq.ok("restore", backup)
                cq.start()
                cq.edit("gi/AGI90002", "category=茶叶")
                self.until_equal(cq, sc)
                self.assertEqual("蔬菜", cq.entry("gi/AGI90001")["fields"]["category"])
                self.assert_sound(cq, sc)

    def test_without_the_right_passphrase_nothing_opens(self):
        secret, wrong = self.secret("secret", "correct horse"), self.secret("wrong", "correct house")
        cq = self.node("cq", start=False, options=["--passphrase-file", secret])
        for words in (["sync", "status"], ["serve"], ["key", "rotate", "--reason", "x"]):
            missing = cq.run(*words)
            self.assertEqual(LOCKED, missing.status, missing)
            self.assertIn("--passphrase-file", missing.err)
            self.assertIn(str(cq.data / "keys"), missing.err)
            other = cq.run(*words, "--passphrase-file", wrong)
            self.assertEqual(LOCKED, other.status, other)
            self.assertIn("does not open this key", other.err)
        self.assertEqual("unauthenticated", cq.run("--json", "sync", "status").problem()["code"])
        asked = cq.run("sync", "status", "--passphrase")  # standard input is no terminal
        self.assertEqual(LOCKED, asked.status, asked)
        self.assertIn("no terminal", asked.err)
        cq.refused(4, "sync", "status", "--passphrase-file", self.folder / "none")
        secret.chmod(0o644)
        cq.refused(8, "sync", "status", "--passphrase-file", secret)
        self.assertEqual(USAGE, cq.run("sync", "status", "--passphrase-file", secret, "--passphrase-fd", "0").status)

    def test_a_command_says_which_configuration_named_no_passphrase(self):
        secret = self.secret("secret", "correct horse")
        cq = self.node("cq", start=False, options=["--passphrase-file", secret])
        service = self.folder / "service.toml"  # as in /etc
        service.write_text((cq.data / "minglu.toml").read_text() + f'\n[keys]\npassphrase_file = "{secret}"\n')
        problem = cq.refused(LOCKED, "verify")
        self.assertIn(str(cq.data / "minglu.toml"), problem["detail"])
        self.assertIn("--config", problem["cure"])
        cq.ok("verify", "--config", service)

    def test_the_passphrase_comes_from_a_descriptor_or_the_service_manager(self):
        secret = self.secret("secret", "correct horse")
        cq = self.node("cq", start=False, options=["--passphrase-file", secret])
        with open(secret, "rb") as source:
            done = subprocess.run(cq.command("sync", "status", "--passphrase-fd", source.fileno()),
                                  pass_fds=[source.fileno()], capture_output=True, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        credentials = self.folder / "credentials"
        credentials.mkdir()
        shutil.copy(secret, credentials / "passphrase")
        (credentials / "passphrase").chmod(0o440)
        cq.environment["CREDENTIALS_DIRECTORY"] = str(credentials)
        cq.start()
        cq.stop()

    def test_a_person_is_asked_on_the_terminal_alone(self):
        data = self.folder / "asked"
        node = ["--data", data, "init", "--node", "cq", "--name", "x", "--passphrase"]
        status, shown = self.on_terminal(*node, typed=["correct horse", "another horse"])
        self.assertEqual(REFUSED, status, shown)
        status, shown = self.on_terminal(*node, typed=["correct horse", "correct horse"])
        self.assertEqual(0, status, shown)
        self.assertNotIn("horse", shown)
        status, shown = self.on_terminal("--data", data, "sync", "status", "--passphrase", typed=["correct horse"])
        self.assertEqual(0, status, shown)
        status, shown = self.on_terminal("--data", data, "sync", "status", "--passphrase", typed=["wrong horse"])
        self.assertEqual(LOCKED, status, shown)
        status, shown = self.on_terminal("--data", data, "sync", "status", typed=[])  # not asked for: nobody is asked
        self.assertEqual(LOCKED, status, shown)

    def test_a_passphrase_is_set_changed_and_removed(self):
        first, second = self.secret("first", "correct horse"), self.secret("second", "battery staple")
        cq = self.node("cq")
        running = cq.run("key", "passphrase", "--new-passphrase-file", first)
        self.assertEqual(BUSY, running.status, running)
        cq.stop()
        plain = self.keys(cq)
        cq.refused(REFUSED, "key", "passphrase", "--new-passphrase-file", self.secret("short", "horse"))
        self.assertEqual(USAGE, cq.run("key", "passphrase").status)
        self.assertEqual(USAGE, cq.run("key", "passphrase", "--remove", "--new-passphrase-file", first).status)
        self.assertEqual(plain, self.keys(cq))
        cq.ok("key", "passphrase", "--new-passphrase-file", first)
        under_first = self.keys(cq)
        self.assertEqual({"sign.pem": True, "tls.pem": True}, self.encrypted(cq))
        cq.refused(LOCKED, "key", "passphrase", "--new-passphrase-file", second)
        cq.refused(LOCKED, "key", "passphrase", "--passphrase-file", second, "--new-passphrase-file", second)
        self.assertEqual(under_first, self.keys(cq))
        cq.ok("key", "passphrase", "--passphrase-file", first, "--new-passphrase-file", second)
        cq.refused(LOCKED, "sync", "status", "--passphrase-file", first)
        cq.ok("sync", "status", "--passphrase-file", second)
        # Broken off between the files: it is repeated.
        (cq.data / "keys" / "tls.pem").write_bytes(under_first["tls.pem"])
        broken_off = cq.run("sync", "status", "--passphrase-file", second)
        self.assertEqual(LOCKED, broken_off.status)
        self.assertIn("repeat minglu key passphrase", broken_off.err)
        cq.ok("key", "passphrase", "--passphrase-file", first, "--new-passphrase-file", second)
        cq.ok("sync", "status", "--passphrase-file", second)
        cq.ok("key", "passphrase", "--passphrase-file", second, "--remove")
        self.assertEqual(plain, self.keys(cq))
        self.assertEqual(["sign.pem", "tls.crt", "tls.pem"], sorted(path.name for path in (cq.data / "keys").iterdir()))
        self.configure(cq, first)
        cq.start()
        self.assertIn("the keys are plain", cq.log_text())


if __name__ == "__main__":
    main()
