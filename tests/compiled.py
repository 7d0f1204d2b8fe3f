"""Statements that are compiled once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine


@contextmanager
def compiled_once() -> Iterator[None]:
    """Within this, a statement is compiled once for all databases of a kind, not anew for each."""
    made = Compiled()
    begin = Engine.__init__

    def sharing(engine: Engine, *values: Any, **named: Any) -> None:
        begin(engine, *values, **named)
        engine._compiled_cache = made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "__init__", sharing)
        yield


class Compiled(dict[Any, Any]):
    """What engines have compiled, by the kind of database in place of the engine's own dialect."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], made: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), made)
