"""Run by Alembic: migrate on the connection that `open_database` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

import app.models  # noqa: F401 fills the metadata
from app.models.base import Base


def _plain(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """A step names the database's own types, so that it means the same in every later release."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def _of_the_models(_: Any, name: str | None, kind: str, reflected: bool, __: Any) -> bool:
    """The full-text index keeps tables of its own; it is on SQLite only, and so is what it indexes."""
    if kind == "table" and name == "search_doc":
        return bool(context.get_bind().dialect.name == "sqlite")
    return not (kind == "table" and reflected and (name or "").startswith("customer_search"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=_plain,
    include_object=_of_the_models,
)
with context.begin_transaction():
    context.run_migrations()
