from __future__ import annotations

import pytest

from app.domain.errors import AppError
from app.domain.people import ACTS, ROLES, clashes, may, require


@pytest.mark.parametrize(
    ("roles", "act", "allowed"),
    [
        (["clerk"], "requests.register", True),
        (["clerk"], "cash.collect", False),
        (["cashier"], "cash.collect", True),
        (["cashier"], "cash.reverse", False),
        (["supervisor"], "cash.reverse", True),
        (["reader"], "readings.enter", True),
        (["reader"], "cash.collect", False),
        (["reader", "cashier"], "cash.collect", True),
        (["administrator"], "staff.manage", True),
        (["administrator"], "cash.collect", False),
        (["supervisor"], "staff.manage", False),
        (["clerk"], "requests.restricted", False),
        ([], "customers.see", False),
        (["king"], "customers.see", False),
    ],
)
def test_rights(roles: list[str], act: str, allowed: bool) -> None:
    assert may(roles, act) is allowed
    if allowed:
        require(roles, act)
    else:
        with pytest.raises(AppError) as caught:
            require(roles, act)
        assert (caught.value.code, caught.value.params) == ("not_allowed", {"act": act})


def test_an_act_that_nobody_has_heard_of_is_a_mistake_in_the_program() -> None:
    with pytest.raises(KeyError):
        may(ROLES, "cash.vanish")


def test_every_act_is_somebodys_and_every_role_has_one() -> None:
    assert all(roles and roles <= set(ROLES) for roles in ACTS.values())
    for role in ROLES:
        assert [act for act, roles in ACTS.items() if role in roles]


def test_reading_and_collecting_in_one_hand_is_seen() -> None:
    assert clashes(["reader", "cashier"]) == (("readings.enter", "cash.collect"),)
    assert clashes(["cashier"]) == ()
    assert clashes(["clerk", "administrator"]) == ()
