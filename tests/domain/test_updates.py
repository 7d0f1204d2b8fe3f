"""What a publisher signs, when a desk may take it, and that a version that does not start gives way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.domain.errors import AppError
from app.domain.trial import MOST_RETURNS, MOST_STARTS, Start, Trial, forgiven, started, stood
from app.domain.updates import (
    LARGEST,
    MOST_MANIFEST,
    Manifest,
    may_take,
    read_manifest,
    signed,
    version,
)

KEY = Ed25519PrivateKey.from_private_bytes(b"p" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(b"h" * 32)
NOTES = {"vi": "Nhanh hơn", "en": "Quicker", "zh": "更快"}
MANIFEST = Manifest("1.2.0", "win32", 70 << 20, "0a" * 32, "1.0.0", "0004", 5, "2026-11-22", NOTES)


def refusal(call: object, *values: object, **named: object) -> str:
    with pytest.raises(AppError) as raised:
        call(*values, **named)  # type: ignore[operator]
    return raised.value.code


def resigned(change: dict[str, object], key: Ed25519PrivateKey = KEY) -> bytes:
    """A manifest with other values, signed as the publisher would, past what `signed` refuses."""
    text = json.dumps(json.loads(json.loads(signed(MANIFEST, KEY))["manifest"]) | change)
    signature = key.sign(b"daumoi update 1\0" + text.encode())
    return json.dumps({"manifest": text, "signature": signature.hex()}).encode()


# -- what is signed ---------------------------------------------------------------------------------------


def test_what_was_signed_is_read_and_nothing_else() -> None:
    data = signed(MANIFEST, KEY)
    assert read_manifest(data, [OTHER.public_key().public_bytes_raw(), PUBLIC]) == MANIFEST
    assert read_manifest(resigned({"of_a_later_release": 1}), [PUBLIC]) == MANIFEST
    assert refusal(read_manifest, data, []) == "update.by_hand"
    assert refusal(read_manifest, signed(MANIFEST, OTHER), [PUBLIC]) == "update.not_signed"
    assert refusal(read_manifest, resigned({}, OTHER), [PUBLIC]) == "update.not_signed"


@given(at=st.integers(0, len(signed(MANIFEST, KEY)) - 1), to=st.integers(0, 255))
def test_no_byte_can_be_another(at: int, to: int) -> None:
    data = signed(MANIFEST, KEY)
    changed = data[:at] + bytes([to]) + data[at + 1 :]
    read: object
    try:
        read = read_manifest(changed, [PUBLIC])  # a blank for a blank
    except AppError as error:
        read = error.code
    assert read in (MANIFEST, "update.none", "update.not_signed")


@given(st.binary(max_size=300) | st.text().map(str.encode))
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    assert refusal(read_manifest, data, [PUBLIC]) == "update.none"


def test_a_deep_or_endless_one_is_refused() -> None:
    deep = b"[" * 30_000
    assert refusal(read_manifest, deep, [PUBLIC]) == "update.none"
    assert refusal(read_manifest, signed(MANIFEST, KEY) + b" " * MOST_MANIFEST, [PUBLIC]) == "update.none"


@pytest.mark.parametrize(
    "change",
    [
        {"size": 10_000_000_000},
        {"size": LARGEST + 1},
        {"size": -1},
        {"size": True},
        {"version": "../../1.2.0"},
        {"version": "1.2"},
        {"version": "1.2.0\n"},
        {"version": "٣.0.0"},
        {"sha256": "0a" * 31},
        {"sha256": "0A" * 32},
        {"system": "..\\win32"},
        {"least": "9.0.0"},
        {"notes": {"vi": "x" * 4001}},
        {"notes": {"xx": "x"}},
        {"notes": None},
        {"revision": "../0004"},
    ],
)
def test_not_even_the_publisher_can_go_beyond_the_limits(change: dict[str, object]) -> None:
    assert refusal(read_manifest, resigned(change), [PUBLIC]) == "update.none"


def test_the_name_of_the_file_is_worked_out() -> None:
    assert MANIFEST.setup_name == "Daumoi-Setup-1.2.0.exe"
    assert MANIFEST.note("en") == "Quicker"
    assert replace(MANIFEST, notes={"zh": "更快"}).note("vi") == "更快"


# -- when it may be taken ---------------------------------------------------------------------------------

VERSIONS = st.tuples(*[st.integers(0, 3)] * 3).map(lambda v: ".".join(map(str, v)))


@given(VERSIONS, VERSIONS, VERSIONS, VERSIONS)
def test_never_back_never_over_a_step_never_an_old_one_again(
    offered: str, running: str, least: str, newest: str
) -> None:
    manifest = replace(MANIFEST, version=offered, least=least)
    why = ""
    try:
        may_take(manifest, running, "win32", newest=newest, failed=["3.3.3"])
    except AppError as error:
        why = error.code
    against = {
        "update.not_newer": version(offered) <= version(running),
        "update.step_missing": version(running) < version(least),
        "update.replaced": version(offered) < version(newest),
        "update.failed_before": offered == "3.3.3",
    }
    assert against[why] if why else not any(against.values())
    assert refusal(may_take, manifest, running, "linux") == "update.other_system"


# -- on trial ---------------------------------------------------------------------------------------------


class Pc(RuleBasedStateMachine):
    """A PC on which updates are installed that work or not, by setups that work or not, and people who start
    the program again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.program, self.data = 1, 1
        """The version that is installed, and the one that has last brought the data to its form."""
        self.good = {1: True}
        self.trial: Trial | None = None
        self.can_return = True
        self.setup_works = True
        self.cut_off = 0
        """Starts of the version on trial that came to no good end."""
        self.returned_from: set[int] = set()

    @rule(good=st.booleans(), can_return=st.booleans(), setup_works=st.booleans())
    @precondition(lambda self: self.good[self.program] and self.program == self.data)
    def update(self, good: bool, can_return: bool, setup_works: bool) -> None:
        after = max(self.good) + 1
        self.good[after] = good
        self.can_return, self.setup_works = can_return, True
        self.trial = Trial(f"{self.program}.0.0", f"{after}.0.0", str(self.data))
        self.cut_off = 0
        if setup_works:
            self.program = after
        self.setup_works = setup_works

    @rule(works=st.booleans())
    def the_setup_works_or_not(self, works: bool) -> None:
        self.setup_works = works

    @rule(end=st.sampled_from(["stands", "is closed", "cannot open", "is cut off"]))
    def start(self, end: str) -> None:
        """How a good version ends; a bad one is cut off, unless the disk is full before it comes so far."""
        before, running = self.trial, f"{self.program}.0.0"
        what, self.trial = started(self.trial, running, can_return=self.can_return)
        if what is Start.GO_BACK:
            assert before is not None
            assert self.cut_off >= MOST_STARTS  # it was given its tries
            self.data = int(before.revision)
            if self.setup_works:
                self.returned_from.add(self.program)
                self.program = int(before.before.partition(".")[0])
            return
        if what is Start.WENT_BACK:
            assert before is not None
            self.data = int(before.revision)
        if what is Start.TRYING:
            assert self.cut_off < MOST_STARTS
        assert self.data <= self.program
        self.data = self.program  # it migrates
        if end == "cannot open":
            self.trial = forgiven(self.trial, running)
        elif end == "is cut off" or not self.good[self.program]:
            self.cut_off += 1
        elif end == "is closed":
            self.trial = forgiven(self.trial, running)
        else:
            self.trial = stood(self.trial, running)

    @invariant()
    def data_are_never_newer_than_the_program(self) -> None:
        assert self.data <= self.program

    @invariant()
    def it_does_not_go_back_for_ever(self) -> None:
        assert self.trial is None or self.trial.returns <= MOST_RETURNS

    @invariant()
    def nobody_comes_back_to_what_has_failed(self) -> None:
        assert self.program not in self.returned_from


TestPc = Pc.TestCase
TestPc.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_after_two_starts_that_failed_it_goes_back_and_a_third_is_never_tried() -> None:
    trial: Trial | None = Trial("1.0.0", "1.1.0", "0003")
    for _ in range(MOST_STARTS):
        what, trial = started(trial, "1.1.0", can_return=True)
        assert what is Start.TRYING
    what, trial = started(trial, "1.1.0", can_return=True)
    assert what is Start.GO_BACK
    assert started(trial, "1.0.0", can_return=True) == (Start.WENT_BACK, None)


def test_who_stood_once_is_not_on_trial_any_more() -> None:
    _, trial = started(Trial("1.0.0", "1.1.0", "0003"), "1.1.0", can_return=True)
    assert stood(trial, "1.1.0") is None
    assert stood(trial, "1.0.0") == trial


def test_without_a_way_back_it_starts_as_well_as_it_can_and_a_person_can_go_back() -> None:
    failed = Trial("1.0.0", "1.1.0", "0003", starts=MOST_STARTS)
    what, trial = started(failed, "1.1.0", can_return=False)
    assert what is Start.STRANDED
    assert forgiven(trial, "1.1.0") == failed  # a full disk gives no further try
    given_up = replace(failed, returns=MOST_RETURNS)
    assert started(given_up, "1.1.0", can_return=True)[0] is Start.STRANDED
    assert started(given_up, "1.0.0", can_return=True) == (Start.WENT_BACK, None)
