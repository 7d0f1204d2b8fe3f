"""Opening, migrating and refusing databases."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from app.domain.errors import AppError
from app.models import Base, database, migrate
from app.models.database import HEAD, open_database
from app.models.migrate import alembic_config

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def test_head_is_the_newest_step() -> None:
    script = ScriptDirectory.from_config(alembic_config(None))
    assert script.get_heads() == [HEAD]


def test_the_newest_database_is_what_the_models_say(tmp_path: Path) -> None:
    open_database(tmp_path / "a.db", NOW).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")

    def of_the_models(_: object, name: str | None, kind: str, reflected: bool, __: object) -> bool:
        return not (kind == "table" and reflected and (name or "").startswith("customer_search"))

    with engine.connect() as connection:
        assert len(inspect(connection).get_table_names()) > 30
        context = MigrationContext.configure(
            connection, opts={"include_object": of_the_models, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_down_and_up_again_gives_the_same_schema(tmp_path: Path) -> None:
    def schema(path: Path) -> set[tuple[str, str]]:
        with closing(sqlite3.connect(path)) as c:
            return set(c.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))

    path = tmp_path / "a.db"
    open_database(path, NOW).close()
    before = schema(path)
    assert len(before) > 30
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), "base")
        assert {n for n, _ in schema(path)} == {"alembic_version"}
        command.upgrade(alembic_config(connection), "head")
    engine.dispose()
    assert schema(path) == before


def test_a_database_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    open_database(path, NOW).close()
    with closing(sqlite3.connect(path)) as c, c:
        c.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(AppError) as refused:
        open_database(path, NOW)
    assert refused.value.code == "database.newer"
    with closing(sqlite3.connect(path)) as c:
        assert c.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_copy_is_made_before_a_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "home" / "a.db"
    open_database(path, NOW).close()
    with closing(sqlite3.connect(path)) as c, c:
        c.execute("INSERT INTO local VALUES ('kept', '42')")
    next_release = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, next_release)
    (next_release / "versions" / "9999_next.py").write_text(
        f"from alembic import op\nrevision = '9999'\ndown_revision = '{HEAD}'\n"
        "CHANGES = ('local',)\ndef upgrade():\n    op.execute('DROP TABLE local')\n"
    )
    monkeypatch.setattr(migrate, "MIGRATIONS", next_release)
    monkeypatch.setattr(database, "HEAD", "9999")
    open_database(path, NOW).close()
    (copy,) = (path.parent / "backups").iterdir()
    with closing(sqlite3.connect(path)) as c:
        assert c.execute("SELECT count(*) FROM sqlite_master WHERE name = 'local'").fetchone() == (0,)
    with closing(sqlite3.connect(copy)) as c:
        assert c.execute("SELECT value FROM local WHERE key = 'kept'").fetchone() == ("42",)
        assert c.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"this is no database at all, but long enough to be looked at" * 20)
    with pytest.raises(AppError) as refused:
        open_database(path, NOW)
    assert (refused.value.code, refused.value.params["path"]) == ("database.damaged", str(path))


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    with pytest.raises(AppError) as refused:
        open_database(tmp_path / "home" / "a.db", NOW)
    assert refused.value.code == "folder.not_writable"


def test_the_reading_side_cannot_write(tmp_path: Path) -> None:
    from sqlalchemy.exc import OperationalError

    opened = open_database(tmp_path / "a.db", NOW)
    with opened.read.connect() as read, pytest.raises(OperationalError, match="readonly"):
        read.exec_driver_sql("DELETE FROM customer")
    opened.close()
