"""Lines of text on paper."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.documents.pdf import REGULAR, text_width
from app.documents.wording import wrap


@given(st.text("xiWđ水 ", max_size=60), st.integers(8, 120))
def test_lines_fit_and_hold_every_letter(text: str, width: int) -> None:
    lines = wrap(text, width, REGULAR, 9)
    assert all(text_width(line, REGULAR, 9) <= width or len(line) == 1 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_word_as_long_as_pages_is_broken_where_each_line_ends() -> None:
    """It took minutes when each line was sought letter by letter from the end."""
    lines = wrap("x" * 40_000, 400, REGULAR, 9)
    assert len({len(line) for line in lines[:-1]}) == 1
    assert text_width(lines[0] + "x", REGULAR, 9) > 400
