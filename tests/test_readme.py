"""The tests that tests/README.md names are there."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).resolve().parent


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", (HERE / "README.md").read_text("utf-8"))
    assert len(named) > 20
    for file, test in named:
        assert f"def {test}" in (HERE / file).read_text("utf-8"), f"{file}::{test}"
