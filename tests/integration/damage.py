"""Changes bytes in the database of a node, behind its back: what a failing disk, or a hand, would do."""

import contextlib
import sqlite3


@contextlib.contextmanager
def database(node):
    with contextlib.closing(sqlite3.connect(node.data / "minglu.db")) as opened, opened:
        opened.text_factory = bytes
        yield opened


def value_of(node, table, column, where):
    """The bytes of one value, or an integer."""
    with database(node) as opened:
        rows = opened.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchall()
    assert len(rows) == 1, f"{len(rows)} rows of {table} where {where}"
    return rows[0][0]


def flip_value(node, table, column, where, at=-1):
    """Flips the lowest bit of one byte (of an integer: its lowest bit) through SQL; indexes follow."""
    value = value_of(node, table, column, where)
    with database(node) as opened:
        kind = opened.execute(f"SELECT typeof({column}) FROM {table} WHERE {where}").fetchone()[0].decode()
        changed = value ^ 1 if kind == "integer" else flipped(value, at)
        opened.execute(f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE {where}", (changed,))


def put_value(node, table, column, where, value):
    """Puts back what `value_of` has told."""
    with database(node) as opened:
        kind = opened.execute(f"SELECT typeof({column}) FROM {table} WHERE {where}").fetchone()[0].decode()
        opened.execute(f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE {where}", (value,))


def flipped(value, at):
    changed = bytearray(value)
    changed[at] ^= 1
    return bytes(changed)


def flip_in_file(node, needle, at):
    """Flips one bit of every copy of `needle` in the file itself, behind the back of SQLite: no index follows."""
    with database(node) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    path = node.data / "minglu.db"
    content = path.read_bytes()
    assert needle in content, "the bytes are not in the file"
    path.write_bytes(content.replace(needle, flipped(needle, at)))
