from __future__ import annotations

from PySide6.QtGui import QFontMetrics
from pytestqt.qtbot import QtBot

from app.ui.kit.charts import key_lines, name_lines
from app.ui.kit.theme import font


def test_names_under_a_chart_keep_to_their_slots(qtbot: QtBot) -> None:
    metrics = QFontMetrics(font(9))
    long = ("Đổi công suất, loại đồng hồ (công tơ)", "Góp ý", "Lắp đặt mới, phải xây lắp")
    lines = name_lines(long, 90, metrics)
    assert lines[1] == ["Góp ý"]
    assert [len(each) for each in lines] == [2, 1, 2]
    assert all(metrics.horizontalAdvance(line) <= 90 for each in lines for line in each)
    assert name_lines(long, 400, metrics) == [[each] for each in long]


def test_days_that_would_touch_are_left_out(qtbot: QtBot) -> None:
    days = [f"{day:02d}/11" for day in range(1, 10)]
    shown = name_lines(days, 20, QFontMetrics(font(9)))
    kept = [n for n, each in enumerate(shown) if each]
    assert kept == list(range(0, 9, kept[1]))
    assert kept[1] > 1


def test_figures_beside_a_ring_are_never_cut(qtbot: QtBot) -> None:
    metrics = QFontMetrics(font(9))
    names = ["Chi nhánh Bắc Ninh", "Trụ sở khu phố Thị Cầu"]
    figures = ["3.299.695 đ · 76 %", "1.044.545 đ · 24 %"]
    line = max(metrics.horizontalAdvance(f"{n} · {f}") for n, f in zip(names, figures, strict=True))
    assert key_lines(names, figures, line, 100, metrics) == [
        [f"{n} · {f}"] for n, f in zip(names, figures, strict=True)
    ]
    assert key_lines(names, figures, line - 1, 4 * metrics.height(), metrics) == [
        [n, f] for n, f in zip(names, figures, strict=True)
    ]
    cut = key_lines(names, figures, line - 1, 3 * metrics.height(), metrics)
    assert all(metrics.horizontalAdvance(each) <= line - 1 for (each,) in cut)
    assert [each.endswith(f) for (each,), f in zip(cut, figures, strict=True)] == [True, True]
