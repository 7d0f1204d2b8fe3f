"""An update of the program: what its publisher signs, and when a desk may take it.

The publisher's key is not the head office's: a head office that was taken over can withhold an update, but it
cannot make one. Nothing of a manifest is read before its signature was found good.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.domain.errors import AppError

Version = tuple[int, int, int]

SUFFIX = ".daumoi-update"
"""Of a manifest's file, which lies beside the setup."""

MOST_MANIFEST = 64 << 10
"""No manifest has more bytes; what has is not read."""

LARGEST = 400 << 20
"""No setup has more bytes: six times the one of today."""

MOST_NOTES = 4000
NOTES = ("vi", "en", "zh")

_ABOUT = b"daumoi update 1\0"
"""Before what is signed, so that no other signature of the same key passes for one of a manifest."""

_VERSION = re.compile(r"(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PLAIN = re.compile(r"[a-z0-9]{1,16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the publisher says of a setup. `system`: for which one (`sys.platform`); `least`: the version from
    which one may go; `revision`, `schema`: of the database and of entries; `notes`: what is new, by
    language."""

    version: str
    system: str
    size: int
    sha256: str
    least: str
    revision: str
    schema: int
    made_on: str
    notes: Mapping[str, str]

    @property
    def digest(self) -> bytes:
        """SHA-256 of the setup."""
        return bytes.fromhex(self.sha256)

    @property
    def setup_name(self) -> str:
        """The name of the setup's file: worked out, never taken from what comes."""
        return f"Daumoi-Setup-{self.version}{'.exe' if self.system == 'win32' else '.run'}"

    @property
    def manifest_name(self) -> str:
        """The name of the manifest's file beside it."""
        return f"Daumoi-Setup-{self.version}{SUFFIX}"

    def note(self, language: str) -> str:
        """What is new, in a language; in another one where there is none in it."""
        return self.notes.get(language) or next((self.notes[n] for n in NOTES if self.notes.get(n)), "")


def version(text: str) -> Version:
    """`1.2.0` as numbers, which order. ValueError."""
    found = _VERSION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no version")
    one, two, three = found.groups()
    return int(one), int(two), int(three)


def signed(manifest: Manifest, key: Any) -> bytes:
    """The bytes of a manifest's file, signed with a publisher's Ed25519 private key. ValueError for a
    manifest that nobody would read."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, sort_keys=True)
    _checked(json.loads(text))
    signature = key.sign(_ABOUT + text.encode())
    outer = {"manifest": text, "signature": signature.hex()}
    return json.dumps(outer, ensure_ascii=False, indent=1).encode() + b"\n"


def read_manifest(data: bytes, keys: Iterable[bytes]) -> Manifest:
    """The manifest in `data`, signed by one of these public keys. AppError "update.by_hand" where there are
    none, "update.none" for what is no manifest, "update.not_signed" for one that nobody of the publishers has
    signed as it is."""
    keys = list(keys)
    if not keys:
        raise AppError("update.by_hand")
    if len(data) > MOST_MANIFEST:
        raise AppError("update.none")
    try:
        outer = json.loads(data)
        text, signature = outer["manifest"], bytes.fromhex(outer["signature"])
        signed_bytes = _ABOUT + text.encode()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise AppError("update.none") from error
    if not any(_signed_by(key, signature, signed_bytes) for key in keys):
        raise AppError("update.not_signed")
    try:
        return _checked(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError) as error:  # of a later form, or a slip
        raise AppError("update.none") from error


def may_take(
    manifest: Manifest, running: str, system: str, *, newest: str = "", failed: Sequence[str] = ()
) -> None:
    """Whether a desk may go from what it runs to this one. `newest`: the newest version it has ever been
    offered; `failed`: those that did not start here.

    AppError "update.other_system", "update.not_newer", "update.replaced" (a newer one was offered before: an
    old manifest is shown again), "update.failed_before", "update.step_missing" (`least` must be installed
    first).
    """
    offered = version(manifest.version)
    if manifest.system != system:
        raise AppError("update.other_system", version=manifest.version)
    if offered <= version(running):
        raise AppError("update.not_newer", version=manifest.version, running=running)
    if manifest.version in failed:
        raise AppError("update.failed_before", version=manifest.version)
    if newest and offered < version(newest):
        raise AppError("update.replaced", version=manifest.version, newest=newest)
    if version(running) < version(manifest.least):
        raise AppError("update.step_missing", version=manifest.version, least=manifest.least)


def _signed_by(key: bytes, signature: bytes, data: bytes) -> bool:
    # Here: the start of the program reads this module, and asks for signatures only to go back.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _checked(read: Any) -> Manifest:
    """A manifest whose every value is within its limits. ValueError, TypeError, KeyError."""
    wanted = Manifest.__dataclass_fields__.keys()
    manifest = Manifest(**{name: read[name] for name in wanted})
    texts = ("version", "system", "sha256", "least", "revision", "made_on")
    if not all(isinstance(getattr(manifest, name), str) for name in texts):
        raise TypeError("a text is none")
    for number, most in ((manifest.size, LARGEST), (manifest.schema, 1 << 16)):
        if type(number) is not int or not 0 < number <= most:
            raise ValueError("a number is beyond its limits")
    if version(manifest.least) > version(manifest.version):
        raise ValueError("the least version is newer than the version itself")
    if not _SHA256.fullmatch(manifest.sha256) or not _PLAIN.fullmatch(manifest.system):
        raise ValueError("no digest, or no system")
    if not _PLAIN.fullmatch(manifest.revision) or not re.fullmatch(r"\d{4}-\d\d-\d\d", manifest.made_on):
        raise ValueError("no revision, or no date")
    notes = manifest.notes
    if not isinstance(notes, dict) or not notes.keys() <= set(NOTES):
        raise ValueError("notes in an unknown language")
    if not all(isinstance(note, str) and len(note) <= MOST_NOTES for note in notes.values()):
        raise ValueError("a note that is none, or too long")
    return manifest
