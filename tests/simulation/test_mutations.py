"""The list of mutations fits the program as it is. Whether each is noticed takes minutes: `simulate
--mutations`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.simulation.mutating import ROOT
from tests.simulation.mutations import MUTATIONS, Mutation
from tests.simulation.switches import Switches

README = Path(__file__).with_name("README.md")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: m.name)
def test_it_can_be_applied(mutation: Mutation) -> None:
    """Its text is there exactly once, and what stands there then is a program, and another one."""
    text = (ROOT / mutation.file).read_text("utf-8")
    assert ast.dump(ast.parse(mutation.apply(text))) != ast.dump(ast.parse(text))


@pytest.mark.parametrize("mutation", [m for m in MUTATIONS if m.test], ids=lambda m: m.name)
def test_the_test_that_notices_it_is_there(mutation: Mutation) -> None:
    file, _, name = mutation.test.partition("::")
    body = ast.parse((ROOT / file).read_text("utf-8")).body
    assert name.partition("[")[0] in {n.name for n in body if isinstance(n, ast.FunctionDef)}


def test_each_has_a_name_and_a_row_in_the_table() -> None:
    names = [m.name for m in MUTATIONS]
    assert len(set(names)) == len(names) >= 24
    lines = README.read_text("utf-8").splitlines()
    rows = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert rows[1:] == names


def test_its_switches_are_the_worlds() -> None:
    for mutation in MUTATIONS:
        Switches(**mutation.switches)


def test_a_text_that_is_not_there_once_is_told() -> None:
    for old in ("def apply", "no such text"):
        with pytest.raises(ValueError, match="times"):
            Mutation("none", "", old, "").apply("def apply(): ...\ndef apply_again(): ...\n")
