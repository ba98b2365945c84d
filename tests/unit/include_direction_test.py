"""Who may include whom, and which parts are free of clocks, files, threads, sockets and SQL.

    src -> sync -> catalog -> include

Adapters (src/store, src/http, src/net, src/crypto, src/auth) see the ports and each other never; only src/node, src/cli
and src/main.cpp see adapters. A third-party library belongs to the folders named in OWNERS, and a header that uses one
stays inside its folder. The rules run over the tree, and over small made-up trees that break each of them.
"""

import re
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("include", "catalog", "sync", "src")
COMPOSITION = ("src/node", "src/cli", "src/main.cpp")
# What the program does for its adapters rather than towards the outside: the handlers of src/http may see it.
SERVICES = ("src/audit", "src/checks", "src/imports", "src/lookalikes", "src/sheet")
SOURCE_SUFFIXES = (".hpp", ".h", ".cpp")

# Third-party headers, and the folders whose files may include them ("" = any folder).
OWNERS = (
    (re.compile(r"^sqlite3"), ("src/store/sqlite",)),
    (re.compile(r"^openssl/"), ("src/crypto", "src/net", "src/http")),
    (re.compile(r"^httplib"), ("src/http",)),
    (re.compile(r"^curl/"), ("src/net",)),
    (re.compile(r"^nlohmann/"), ("",)),
    (re.compile(r"^simdjson"), ("catalog", "sync", "src/http")),
    (re.compile(r"^unicode/"), ("catalog", "src/cli")),
    (re.compile(r"^zstd|^zlib"), ("sync", "src/net", "src/http")),
    (re.compile(r"^prometheus/"), ("src/http", "src/node")),
    (re.compile(r"^spdlog/"), ("src/http", "src/node", "src/cli", "src/main.cpp")),
    (re.compile(r"^toml"), ("src/node",)),
    (re.compile(r"^(expat|zip|xlsxwriter)\.h$"), ("src/checks",)),
    (re.compile(r"^qrencode"), ("src/sheet",)),
    (re.compile(r"^CLI/"), ("src/cli", "src/main.cpp")),
)

MACHINE_HEADERS = re.compile(
    r"^(thread|future|condition_variable|fstream|filesystem|unistd\.h|fcntl\.h|poll\.h|netdb\.h|sys/.*|netinet/.*|arpa/.*)$")
CLOCKS = re.compile(r"\b(?:system|steady|high_resolution|utc|file)_clock\s*::\s*now\b|\bsleep_(?:for|until)\b"
                    r"|\b(?:u|nano)sleep\s*\(|\bs?rand\s*\(|\brandom_device\b|\bgettimeofday\b|\bclock_gettime\b"
                    r"|\bstd\s*::\s*time\s*\(")
SQL = re.compile(r'"[^"\n]*\b(?:SELECT\s.+\sFROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM'
                 r'|CREATE\s+(?:TABLE|INDEX)|BEGIN\s+IMMEDIATE)\b')
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\\n])*")', re.DOTALL)


def without_comments(text):
    return COMMENT.sub(lambda match: match.group(1) or " ", text)


def inside(path, folder):
    return folder == "" or path == folder or path.startswith(folder + "/")


def adapter_of(path):
    """'src/store' for src/store/sqlite/x.cpp; none for the composition root and for what is not in src."""
    parts = path.split("/")
    if parts[0] != "src" or len(parts) < 3 or any(inside(path, folder) for folder in COMPOSITION):
        return None
    return "/".join(parts[:2])


class Tree:
    def __init__(self, root):
        self.root = Path(root)
        self.files = {}
        for layer in LAYERS:
            for path in sorted((self.root / layer).rglob("*")):
                if path.suffix in SOURCE_SUFFIXES and path.is_file():
                    self.files[path.relative_to(self.root).as_posix()] = without_comments(
                        path.read_text(encoding="utf-8"))

    def includes(self, path):
        """(name as written, path in the tree or None) of each include."""
        for match in INCLUDE.finditer(self.files[path]):
            name = match.group(2)
            candidates = [f"include/{name}", name]
            if match.group(1) == '"':
                candidates.insert(0, str(Path(path).parent.as_posix()) + "/" + name)
            yield name, next((c for c in candidates if c in self.files), None)

    def third_party(self, path, seen=None):
        """Third-party headers that a file brings in, itself or through headers of the tree."""
        seen = set() if seen is None else seen
        seen.add(path)
        found = {name for name, target in self.includes(path) if target is None and owners_of(name) is not None}
        for _, target in self.includes(path):
            if target is not None and target not in seen:
                found |= self.third_party(target, seen)
        return found


def owners_of(name):
    return next((folders for pattern, folders in OWNERS if pattern.search(name)), None)


def layer_findings(tree):
    for path in tree.files:
        layer = LAYERS.index(path.split("/")[0])
        for name, target in tree.includes(path):
            if target is None:
                continue
            if LAYERS.index(target.split("/")[0]) > layer:
                yield f"{path} includes {name}: {LAYERS[layer]} must not see {target.split('/')[0]}"
            mine, theirs = adapter_of(path), adapter_of(target)
            if mine and theirs and mine != theirs and theirs not in SERVICES:
                yield f"{path} includes {name}: adapters do not see each other; use a port"
            if mine and any(inside(target, folder) for folder in COMPOSITION):
                yield f"{path} includes {name}: an adapter must not see the composition root"


def third_party_findings(tree):
    for path in tree.files:
        for name, target in tree.includes(path):
            if target is None:
                owners = owners_of(name)
                if owners is not None and not any(inside(path, folder) for folder in owners):
                    yield f"{path} includes <{name}>, which belongs to {', '.join(owners)}"
                if owners is not None and inside(path, "include"):
                    yield f"{path} includes <{name}>: a public header must not need a third-party library"
            elif Path(target).parent != Path(path).parent and not inside(path, str(Path(target).parent.as_posix())):
                leaked = tree.third_party(target)
                if leaked:
                    yield f"{path} includes {name}, which brings in {', '.join(sorted(leaked))} from another folder"


def purity_findings(tree):
    for path, text in tree.files.items():
        if not inside(path, "src/node") and CLOCKS.search(text):
            yield f"{path} uses {CLOCKS.search(text).group(0)!r}: time and chance come through ports"
        if not inside(path, "src/store") and SQL.search(text):
            yield f"{path} holds SQL: {SQL.search(text).group(0)[:60]!r}"
        if inside(path, "catalog") or inside(path, "include"):
            for name, _ in tree.includes(path):
                if MACHINE_HEADERS.search(name):
                    yield f"{path} includes <{name}>: this layer has no thread, file or socket"


RULES = (layer_findings, third_party_findings, purity_findings)


def findings(root):
    tree = Tree(root)
    return sorted({finding for rule in RULES for finding in rule(tree)})


class TheTree(unittest.TestCase):
    def test_keeps_the_rules(self):
        found = findings(ROOT)
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_is_seen(self):
        self.assertIn("include/minglu/ids.hpp", Tree(ROOT).files)


class TheRules(unittest.TestCase):
    """Each row: what is in the tree besides the good files, and what the one finding must name (None = no finding)."""

    GOOD = {
        "include/minglu/ids.hpp": "#include <string>\n",
        "catalog/fold.hpp": '#include "minglu/ids.hpp"\n',
        "catalog/json.hpp": "#include <nlohmann/json.hpp>\n",
        "catalog/fold.cpp": '#include "catalog/fold.hpp"\n#include "json.hpp"\n// #include <thread> in a comment\n',
        "sync/log.hpp": '#include "catalog/fold.hpp"\n#include <mutex>\n',
        "src/store/sqlite/db.hpp": "#include <sqlite3.h>\n",
        "src/store/sqlite/store.cpp": '#include "db.hpp"\nauto q = "SELECT a FROM b";\n',
        "src/store/open.hpp": '#include "minglu/ids.hpp"\n',
        "src/http/server.hpp": '#include "sync/log.hpp"\n',
        "src/http/server.cpp": '#include "src/http/server.hpp"\n#include <httplib.h>\n',
        "src/http/api/route.cpp": '#include "src/http/server.hpp"\n',
        "src/node/node.hpp": '#include "src/http/server.hpp"\n#include "src/store/open.hpp"\n',
        "src/node/clock.cpp": "auto t = std::chrono::system_clock::now();\n",
        "src/main.cpp": '#include "src/node/node.hpp"\n',
    }
    ROWS = (
        ("sync/log.cpp", '#include "catalog/fold.hpp"\n', None),
        ("catalog/a.cpp", '#include "sync/log.hpp"\n', "catalog must not see sync"),
        ("sync/a.cpp", '#include "src/http/server.hpp"\n', "sync must not see src"),
        ("include/minglu/a.hpp", '#include "catalog/fold.hpp"\n', "include must not see catalog"),
        ("src/store/a.cpp", '#include "src/http/server.hpp"\n', "adapters do not see each other"),
        ("src/http/a.cpp", '#include "src/store/open.hpp"\n', "adapters do not see each other"),
        ("src/http/a.cpp", '#include "src/node/node.hpp"\n', "an adapter must not see the composition root"),
        ("src/node/a.cpp", '#include "src/http/server.hpp"\n#include "src/store/open.hpp"\n', None),
        ("src/http/a.cpp", "#include <sqlite3.h>\n", "belongs to src/store/sqlite"),
        ("src/store/memory/a.cpp", "#include <sqlite3.h>\n", "belongs to src/store/sqlite"),
        ("sync/a.cpp", "#include <openssl/evp.h>\n", "belongs to src/crypto"),
        ("src/node/a.cpp", '#include "src/store/sqlite/db.hpp"\n', "brings in sqlite3.h"),
        ("sync/a.cpp", '#include "catalog/json.hpp"\n', "brings in nlohmann/json.hpp"),
        ("include/minglu/a.hpp", "#include <nlohmann/json.hpp>\n", "public header"),
        ("catalog/a.cpp", "#include <thread>\n", "no thread, file or socket"),
        ("catalog/a.cpp", "#include <filesystem>\n", "no thread, file or socket"),
        ("catalog/a.cpp", "#include <sys/socket.h>\n", "no thread, file or socket"),
        ("catalog/a.cpp", "auto t = std::chrono::steady_clock::now();\n", "come through ports"),
        ("sync/a.cpp", "std::this_thread::sleep_for(x);\n", "come through ports"),
        ("catalog/a.cpp", "// steady_clock::now() is not for us\n", None),
        ("sync/a.cpp", 'auto q = "DELETE FROM entry";\n', "holds SQL"),
        ("sync/a.cpp", 'auto m = "select one from the list";\n', None),
    )

    def test_made_up_trees(self):
        for path, text, expected in self.ROWS:
            with self.subTest(path=path, text=text), tempfile.TemporaryDirectory() as folder:
                for name, content in {**self.GOOD, path: text}.items():
                    file = Path(folder, name)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(content, encoding="utf-8")
                found = findings(folder)
                if expected is None:
                    self.assertEqual([], found)
                else:
                    self.assertEqual(1, len(found), found)
                    self.assertIn(expected, found[0])


if __name__ == "__main__":
    unittest.main()
