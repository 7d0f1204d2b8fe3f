"""Are the contents of scans and photos what their digests say? Each is read anew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.models.store import Cursor


@dataclass(frozen=True, slots=True)
class ContentsVerdict:
    """What was found: so many contents that are `whole`; the digests of those that are `missing` although
    they should be here, and `damaged`; how many are `elsewhere`: at a desk those that are fetched when
    somebody wants to see them, at the head office those that have not come yet."""

    whole: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...]
    elsewhere: int

    @property
    def good(self) -> bool:
        """What should be here is here, as it was."""
        return not self.missing and not self.damaged


def verify_contents(
    cur: Cursor, folder: Path | None, step: Callable[[int, int], None] = lambda done, total: None
) -> ContentsVerdict:
    """Read every content that a replica says it has: from the files in `folder`, or without one from its
    database."""
    cur.execute("SELECT digest FROM blob WHERE done = size ORDER BY digest")
    digests = [bytes(digest) for (digest,) in cur.fetchall()]
    whole, missing, damaged = 0, [], []
    for number, digest in enumerate(digests):
        step(number, len(digests))
        found = digest_of_parts(cur, digest) if folder is None else _digest_of_file(folder, digest)
        if found is None:
            missing.append(digest.hex())
        elif found != digest:
            damaged.append(digest.hex())
        else:
            whole += 1
    cur.execute(
        "SELECT count(DISTINCT a.digest) FROM attachment a WHERE NOT EXISTS "
        "(SELECT 1 FROM blob b WHERE b.digest = a.digest AND b.done = b.size)"
    )
    return ContentsVerdict(whole, tuple(missing), tuple(damaged), int(cur.fetchone()[0]))


def digest_of_parts(cur: Cursor, digest: bytes) -> bytes | None:
    """The digest of what is kept under this one in the database; None where nothing is."""
    cur.execute('SELECT "number" FROM blob_part WHERE digest = ? ORDER BY "number"', (digest,))
    numbers = cur.fetchall()
    hashed = hashlib.sha256()
    for (number,) in numbers:
        cur.execute('SELECT content FROM blob_part WHERE digest = ? AND "number" = ?', (digest, number))
        hashed.update(cur.fetchone()[0])
    return hashed.digest() if numbers else None


def _digest_of_file(folder: Path, digest: bytes) -> bytes | None:
    name = digest.hex()
    try:
        with (folder / name[:2] / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except FileNotFoundError:
        return None
