"""Becoming another desk: whenever the power fails meanwhile, it is the one or the other, with its key."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.sync import enrolment
from app.sync.enrolment import IDENTITY_FILE, Identity, identity_of, replica_key, succeed
from app.sync.wire import EnrolReply


class PowerCut(BaseException):
    """Nothing more is written."""


@pytest.mark.parametrize(("written", "device"), [(0, 11), (1, 11), (2, 12)])
def test_a_successor_has_its_key_or_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int, device: int
) -> None:
    hub = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    old = Identity(11, 1, "BN03", "Asia/Ho_Chi_Minh", "", hub)
    keys = {11: replica_key(tmp_path, make=True), 12: Ed25519PrivateKey.generate()}
    (tmp_path / IDENTITY_FILE).write_bytes(msgspec.json.encode(old))
    files: list[Path] = []
    keep = enrolment.keep_file

    def until_the_cut(path: Path, data: bytes) -> None:
        if len(files) == written:
            raise PowerCut
        files.append(path)
        keep(path, data)

    monkeypatch.setattr(enrolment, "keep_file", until_the_cut)
    try:
        succeed(tmp_path, old, EnrolReply(12, 1, "BN03B", "Asia/Ho_Chi_Minh"), keys[12])
    except PowerCut:
        assert written < 2
    there = identity_of(tmp_path)
    assert there is not None
    assert there.device == device
    assert replica_key(tmp_path, there.key_file).private_bytes_raw() == keys[device].private_bytes_raw()
