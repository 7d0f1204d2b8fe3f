"""A publisher of its own for tests, and small setups signed by it. A setup is a shell script that notes its
call, so that what starts it is tried to the end on Linux."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.updates import Manifest, signed
from tests.sync.peers import until

KEY = Ed25519PrivateKey.from_private_bytes(b"p" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
NOTES = {"vi": "Tìm nhanh hơn.", "en": "Searches are quicker.", "zh": "搜索更快。"}


def setup_of(version: str, filled: int = 0) -> bytes:
    """A setup that writes beside itself how it was called."""
    script = f'#!/bin/sh\necho "{version} $*" >> "$(dirname "$0")/../called"\nexit 0\n'
    return script.encode() + b"#" * filled


def called(home: Path) -> list[str]:
    """How the setups of a home were called, once the last has been; they are processes of their own."""
    told = home / "called"
    until(lambda: told.exists() and told.read_text().endswith("\n"), "no setup was called")
    return told.read_text().splitlines()


def manifest_of(setup: bytes, version: str, least: str = "0.0.1", system: str = sys.platform) -> Manifest:
    return Manifest(
        version, system, len(setup), sha256(setup).hexdigest(), least, "0003", 1, "2026-11-22", NOTES
    )


def put(
    folder: Path, version: str, filled: int = 0, key: Ed25519PrivateKey = KEY, least: str = "0.0.1"
) -> Path:
    """A setup and its manifest in a folder; the manifest's path."""
    folder.mkdir(parents=True, exist_ok=True)
    setup = setup_of(version, filled)
    manifest = manifest_of(setup, version, least)
    (folder / manifest.setup_name).write_bytes(setup)
    path = folder / manifest.manifest_name
    path.write_bytes(signed(manifest, key))
    return path
