"""What encryption costs: the same rows plain and encrypted, in one run. `python -m benchmarks.encryption`.

Time of the processor: what the disk takes to confirm a commit is the same for both, and differs more from run
to run than the two do."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from app.models.database import Database, open_database
from app.models.keys import Key, KeyFiles, new_key

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ROWS, ROUNDS = 30_000, 300
WORDS = ("nguyen", "tran", "le", "pham", "thi", "van", "duc", "hoa", "lan", "minh", "quang", "yen")


def each_ms(work: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """Milliseconds of the processor for one of many runs."""
    begun = time.process_time()
    for n in range(rounds):
        work(n)
    return (time.process_time() - begun) * 1000 / rounds


def fill(database: Database) -> None:
    """A table as large as an office's customers, and an index of words."""
    with database.transaction() as cur:
        cur.execute("CREATE TABLE act (id INTEGER PRIMARY KEY, who TEXT, amount INTEGER, body BLOB)")
        cur.execute("CREATE VIRTUAL TABLE found USING fts5(words)")
        size = len(WORDS)
        rows = [
            (n, f"{WORDS[n % size]} {WORDS[n // size % size]} {WORDS[n // 144 % size]} {n}")
            for n in range(ROWS)
        ]
        cur.executemany(
            "INSERT INTO act VALUES (?, ?, 1000, ?)", [(n, who, who.encode() * 8) for n, who in rows]
        )
        cur.executemany("INSERT INTO found (rowid, words) VALUES (?, ?)", rows)


def counter(database: Database, n: int) -> None:
    """A receipt: a look-up and two rows, on the disk when it returns."""
    with database.transaction() as cur:
        cur.execute("SELECT amount FROM act WHERE id = ?", (n * 97 % ROWS,))
        cur.fetchone()
        cur.execute("UPDATE act SET amount = amount + 1 WHERE id = ?", (n * 97 % ROWS,))
        cur.execute("INSERT INTO act (who, amount, body) VALUES ('x', 1, ?)", (bytes(600),))


def search(database: Database, n: int) -> None:
    """Three words typed."""
    size = len(WORDS)
    said = f"{WORDS[n % size]} {WORDS[n // size % size]}*"
    with database.reading() as cur:
        cur.execute(
            "SELECT act.who FROM found JOIN act ON act.id = found.rowid WHERE found MATCH ? LIMIT 50", (said,)
        )
        cur.fetchall()


def measure(path: Path, key: Key | None) -> dict[str, float]:
    """Milliseconds each, and the mebibytes of the file."""
    with closing(open_database(path, NOW, key)) as database:
        fill(database)
        found = {
            "counter transaction": each_ms(lambda n: counter(database, n)),
            "search": each_ms(lambda n: search(database, n)),
        }
    found["opening"] = each_ms(lambda n: open_database(path, NOW).close(), 20)
    return found | {"MiB": path.stat().st_size / (1 << 20)}


def main() -> None:
    """Print a line for each."""
    with tempfile.TemporaryDirectory(prefix="daumoi-encryption-") as folder:
        os.environ["DAUMOI_KEYS"] = f"{folder}/keys"
        key = new_key()
        KeyFiles(Path(folder) / "keys").keep(key)
        plain = measure(Path(folder) / "plain.db", None)
        encrypted = measure(Path(folder) / "encrypted.db", key)
    for name in plain:
        print(f"{name:20} plain {plain[name]:8.2f}   encrypted {encrypted[name]:8.2f}")


if __name__ == "__main__":
    main()
