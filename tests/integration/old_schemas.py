"""What an earlier program would hold of a node: its database as of an earlier schema, made by the migrations themselves."""

import contextlib
import hashlib
import sqlite3

from node import ROOT

MIGRATIONS = sorted((ROOT / "src" / "store" / "sqlite" / "migrations").glob("*.sql"))
NEWEST = len(MIGRATIONS)

# Where a column that is there still held something else than it does now: since which version, and what before.
OTHERWISE = {("incident", column): (8, f"coalesce(last_{column}, {column})")
             for column in ("at", "received", "done", "advice")}
# Settings by which a program knows what an earlier one has done; none of that has been done yet.
LATER_SETTINGS = ("text_analysis", "records_read")


def tables(database, schema="main"):
    rows = database.execute(f"SELECT name FROM {schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for name, in rows)


def columns(database, table, schema="main"):
    return [row[1] for row in database.execute(f'PRAGMA {schema}.table_info("{table}")')]


def as_it_was(table, column, version):
    since, expression = OTHERWISE.get((table, column), (0, None))
    return expression if version < since else f'"{column}"'


def write_older(path, database, version):
    """Writes to `path` what of `database` fits into the schema of that version."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as older:
        older.execute("PRAGMA page_size = 8192")
        older.execute("PRAGMA journal_mode = WAL").fetchall()
        for migration in MIGRATIONS[:version]:
            older.executescript(migration.read_text(encoding="utf-8"))
        older.execute("ATTACH ? AS newer", (str(database),))
        older.execute("BEGIN")
        for table in tables(older):
            names = columns(older, table)
            values = ", ".join(as_it_was(table, name, version) for name in names)
            named = ", ".join(f'"{name}"' for name in names)
            older.execute(f'INSERT INTO main."{table}" ({named}) SELECT {values} FROM newer."{table}"')
        older.executemany("DELETE FROM setting WHERE key = ?", [(setting,) for setting in LATER_SETTINGS])
        older.execute(f"PRAGMA user_version = {version}")
        older.execute("COMMIT")


def version_of(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("PRAGMA user_version").fetchone()[0]


def content_of(path):
    """How many rows each table has, and a hash of them."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        names = tables(database)
        database.text_factory = bytes
        rows = {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in names}
        return {name: (len(of), hashlib.sha256("\n".join(of).encode()).hexdigest()) for name, of in rows.items()}
