"""Unlocking the window by a person's own PIN or password. A PIN is of this desk alone: kept beside the
drafts, never sent; it opens the window of somebody who has signed in with the password, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, select

from app.domain.errors import AppError
from app.domain.pins import TRIES, check_pin, looks_like_a_pin
from app.models import Local, Staff
from app.models.base import canonical_json
from app.services.drafts import LocalWriter
from app.services.signin import SHORTEST, SignIn
from app.services.writer import Person

# A tenth of a second on an old PC (OWASP's least for Argon2id): after five tries the PIN is worth nothing.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True, slots=True)
class _Pin:
    hash: str
    wrong: int
    """Tries since the last good one. Each counts before it is looked at: pulling the plug gives none back."""
    of: str
    """What password it was set with: with another one it is void."""


class PinService:
    """PINs of the people of an office at this desk."""

    def __init__(self, read: Engine, writer: LocalWriter, office_no: int, sign_in: SignIn) -> None:
        self._read = read
        self._writer = writer
        self._office_no = office_no
        self._sign_in = sign_in

    def usable(self, person: UUID) -> bool:
        """Whether the person's PIN unlocks: it is set, and there are tries left."""
        pin = self._pin(person)
        return pin is not None and pin.wrong < TRIES

    def set(self, person: UUID, password: str, pin: str) -> None:
        """The person unlocks with `pin` from now on. AppError "pin.form", "pin.easy", "sign_in.wrong" for a
        wrong password."""
        check_pin(pin)
        self._sign_in.confirm(person, password)
        self._keep(person, _Pin(_hasher.hash(pin), 0, self._password_mark(person)))

    def drop(self, person: UUID) -> None:
        """The person has no PIN any more."""
        self._writer.execute_local('DELETE FROM local WHERE "key" = ?', (_name(person),))

    def unlock(self, person: Person, said: str) -> None:
        """Whether it is the person who says it: by the PIN or the password. AppError "pin.wrong" with how
        many tries are `left`, "pin.spent" when none is, "unlock.wrong"."""
        pin = self._pin(person.id)
        meant = looks_like_a_pin(said) and pin is not None
        left = 0
        if meant and pin is not None and pin.wrong < TRIES:
            self._keep(person.id, _Pin(pin.hash, pin.wrong + 1, pin.of))
            left = TRIES - pin.wrong - 1
            try:
                _hasher.verify(pin.hash, said)
            except (VerificationError, InvalidHashError):
                pass
            else:
                self._keep(person.id, _Pin(pin.hash, 0, pin.of))
                return
        wrong = AppError("unlock.wrong")
        if meant:
            wrong = AppError("pin.wrong", left=left) if left else AppError("pin.spent")
        if len(said) < SHORTEST:  # so it is no password: nobody waits until that is found out
            raise wrong
        try:
            self._sign_in.confirm(person.id, said)
        except AppError as error:
            raise wrong from error
        if pin is not None and pin.wrong:
            self._keep(person.id, _Pin(pin.hash, 0, pin.of))

    def _pin(self, person: UUID) -> _Pin | None:
        with self._read.connect() as read:
            kept: Any = read.execute(select(Local.value).where(Local.key == _name(person))).scalar()
        if kept is None:
            return None
        pin = _Pin(kept["hash"], kept["wrong"], kept["of"])
        return pin if pin.of == self._password_mark(person) else None

    def _password_mark(self, person: UUID) -> str:
        s = Staff
        wanted = select(s.password_hash).where(
            s.office_no == self._office_no, s.id == person, s.retired_at.is_(None)
        )
        with self._read.connect() as read:
            found = read.execute(wanted).scalar() or ""
        return blake2b(found.encode(), digest_size=16).hexdigest()

    def _keep(self, person: UUID, pin: _Pin) -> None:
        self._writer.execute_local(
            'INSERT INTO local ("key", value) VALUES (?, ?) ON CONFLICT ("key") '
            "DO UPDATE SET value = excluded.value",
            (_name(person), canonical_json({"hash": pin.hash, "wrong": pin.wrong, "of": pin.of})),
        )


def _name(person: UUID) -> str:
    return f"pin.{person}"
