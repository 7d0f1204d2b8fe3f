"""Who is at the desk: sign-in by name and password (Argon2id)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, select

from app.domain.errors import AppError
from app.models import Staff
from app.services.writer import Person

# RFC 9106's second recommendation for little memory: 64 MiB, three passes.
_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$hZRx94pWLO/8Mgerg7qUsg$+mNk94g2/t4t+HzjlOiKusQl2ksTXF7cZpepnwiH8qI"
"""Of a password that nobody knows, made beforehand: hashing at the start would hold up the window."""


SHORTEST = 8
"""Letters that a password has at least."""


def hash_password(password: str) -> str:
    """What is kept of a password. AppError "password.short" under 8 characters."""
    if len(password) < SHORTEST:
        raise AppError("password.short")
    return _hasher.hash(password)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who may sign in."""

    login: str
    name: str
    roles: tuple[str, ...]


class SignIn:
    """Sign-in against the staff that the head office has entered for this office."""

    def __init__(self, read: Engine, office_no: int) -> None:
        self._read = read
        self._office_no = office_no

    def people(self) -> list[Known]:
        """Who may sign in, in the order of their login names."""
        s = Staff
        wanted = select(s.login, s.name, s.roles).where(
            s.office_no == self._office_no, s.retired_at.is_(None)
        )
        with self._read.connect() as read:
            return [Known(r.login, r.name, tuple(r.roles)) for r in read.execute(wanted.order_by(s.login))]

    def sign_in(self, login: str, password: str) -> Person:
        """The person. AppError "sign_in.wrong" for a wrong name as for a wrong password, in the same time."""
        s = Staff
        wanted = select(s.id, s.name, s.roles, s.password_hash).where(
            s.office_no == self._office_no, s.login == login.strip().casefold(), s.retired_at.is_(None)
        )
        with self._read.connect() as read:
            found = read.execute(wanted).first()
        try:
            _hasher.verify(found.password_hash if found else _NOBODY, password)
        except (VerificationError, InvalidHashError) as error:
            raise AppError("sign_in.wrong") from error
        if found is None:
            raise AppError("sign_in.wrong")
        return Person(found.id, found.name, tuple(found.roles))

    def confirm(self, person: UUID, password: str) -> None:
        """That it is this person, who is let in still. AppError "sign_in.wrong"."""
        s = Staff
        wanted = select(s.password_hash).where(
            s.office_no == self._office_no, s.id == person, s.retired_at.is_(None)
        )
        with self._read.connect() as read:
            found = read.execute(wanted).scalar()
        try:
            _hasher.verify(found or _NOBODY, password)
        except (VerificationError, InvalidHashError) as error:
            raise AppError("sign_in.wrong") from error
