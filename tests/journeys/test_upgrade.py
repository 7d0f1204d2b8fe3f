"""The data of a former release is brought to this one in the window: how far it is is seen, nothing hangs,
and what does not come about is said."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import bootstrap
from app.models.store import Cursor
from app.ui.start.card import Card
from app.ui.start.signin import SignInPage
from app.ui.start.upgrade import STEPS, UpgradePage
from app.window.frame import DeskWindow
from app.window.instance import Act, Answer, Busy, Message, Said
from tests.journeys.conftest import Open
from tests.journeys.windows import desk_of, good, said, settle
from tests.releases.conftest import following, unpacked
from tests.ui.looks import cut_off


def signs_in(qtbot: QtBot, window: DeskWindow) -> None:
    qtbot.waitUntil(lambda: isinstance(window.currentWidget(), SignInPage), timeout=20_000)
    settle(qtbot, window)
    assert window.usable
    assert good(desk_of(window))


def test_how_far_it_is_is_seen_and_the_window_stays(
    open_window: Open, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk with its head office in the same folder: both are upgraded."""
    home = unpacked("schema-2", tmp_path) / "supervisor"
    seen: list[str] = []
    show, go, settle_ = UpgradePage._show, threading.Event(), bootstrap.settle

    def shown(page: UpgradePage, step: str, done: int, total: int) -> None:
        show(page, step, done, total)
        assert cut_off(page) == []
        seen.append(step)

    def slowly(cur: Cursor) -> None:
        assert go.wait(20)
        settle_(cur)

    monkeypatch.setattr(UpgradePage, "_show", shown)
    monkeypatch.setattr(bootstrap, "settle", slowly)
    window = open_window(home)
    page = window.currentWidget()
    assert isinstance(page, UpgradePage), said(window)
    assert not window.usable  # a fault from here on to the sign-in asks nobody to go on working
    qtbot.waitUntil(lambda: "check" in seen, timeout=20_000)
    window.close()
    assert window.isVisible()
    assert "Cửa sổ còn mở cho đến khi nâng cấp xong" in said(window)
    assert window.visits.hear(Message(Act.QUIT)) == Answer(Said.BUSY, Busy.WORK)
    go.set()
    signs_in(qtbot, window)
    assert list(dict.fromkeys(seen)) == list(STEPS)
    assert [step for step in seen if step in ("migrate", "check")] == ["migrate", "check"] * 2
    assert len(list((home / "backups").glob("*-0002-*.db"))) == 2
    window.close()
    assert not window.isVisible()


def test_what_does_not_come_about_is_said_and_tried_again(
    open_window: Open, home: Path, tmp_path: Path, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.MonkeyPatch.context() as newer:
        following(tmp_path, newer)("op.execute('DELETE FROM staff')")
        window = open_window(home)
        qtbot.waitUntil(lambda: not isinstance(window.currentWidget(), UpgradePage), timeout=20_000)
        card = window.currentWidget()
        assert isinstance(card, Card)
        assert card.title.text() == "Chưa nâng cấp; dữ liệu vẫn nguyên như trước"
        assert "hãy dùng tiếp phiên bản trước" in card.sentence.text()
        assert cut_off(card) == []
    assert "staff had" in caplog.text
    window.begin()
    signs_in(qtbot, window)
