"""How a day is asked for, what its closing check finds, and the cable that can be pulled."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from app.cli import main
from app.demo.cable import Cable
from app.demo.check import close_the_day
from app.words import tr
from tests.offices import ON_BOTH, Company
from tests.sync.test_journal import save_customers


@pytest.mark.parametrize("option", [["--bundle"], ["--kill"], ["--database", "postgresql:///day"]])
def test_only_a_played_day_has_other_ways(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--language", "en", "demo", *option])
    tr.use("vi")
    assert refused.value.code == 2
    assert "--database, --bundle and --kill go with --play" in capsys.readouterr().err


CHANGED = {
    "customer": "UPDATE customer SET name = 'Ai đó' WHERE code = 'BN-0002'",
    "digest": "UPDATE digest SET sum = 1",
    "entry": "UPDATE entry SET kind = 'customers.change' WHERE kind = 'customers.add'",
}


@ON_BOTH
@pytest.mark.parametrize("table", [*CHANGED])
def test_the_closing_check_finds_what_was_changed_at_the_head_office(company: Company, table: str) -> None:
    desk = company.desk("BN03")
    save_customers(desk, "BN-0001", "BN-0002")
    desk.client.once()
    said: list[str] = []

    def check() -> bool:
        said.clear()
        return close_the_day([desk], company.headoffice.database, company.clock.now(), said.append)

    assert check()
    assert said[-1] == "  BN03: agrees with the head office"
    with company.headoffice.database.transaction(company.office_no) as cur:
        cur.execute(CHANGED[table])
        assert cur.rowcount > 0
    assert not check()
    wrong = [line for line in said if "DIFFERS" in line]
    assert wrong[0].startswith("  head office: ")
    assert wrong[1:] == (["  BN03: DIFFERS in ['customer']"] if table == "customer" else [])


@pytest.fixture
def far_end() -> Iterator[tuple[int, bytearray, threading.Event]]:
    """A port, what comes in there, and whether that has ended; every byte is answered by a point."""
    come, ended = bytearray(), threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def take() -> None:
            line, _ = listening.accept()
            with line:
                while data := line.recv(4096):
                    come.extend(data)
                    line.sendall(b"." * len(data))
            ended.set()

        threading.Thread(target=take, daemon=True).start()
        yield listening.getsockname()[1], come, ended


def test_a_cable_loses_what_comes_after_the_bytes_it_was_given(
    far_end: tuple[int, bytearray, threading.Event],
) -> None:
    port, come, ended = far_end
    with closing(Cable(port)) as cable:
        cable.stop_after(150)
        with socket.create_connection(("127.0.0.1", cable.port), timeout=10) as line:
            line.sendall(b"a" * 100)
            answer = b""
            while len(answer) < 100:
                answer += line.recv(4096)
            assert not cable.stopped
            line.sendall(b"b" * 100)
            while len(answer) < 150:
                answer += line.recv(4096)
            assert cable.stopped
            line.sendall(b"c")
        assert ended.wait(10)
    assert bytes(come) == b"a" * 100 + b"b" * 50
