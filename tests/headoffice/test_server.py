"""The head office over HTTP, in a program of its own that dies and comes back; and what else may answer."""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import chain, repeat
from pathlib import Path

import pytest
import uvicorn

from app.bootstrap import Desktop, HeadOffice
from app.domain.clock import SystemClock
from app.domain.errors import AppError
from app.headoffice import server
from app.home.first_start import enrol_desk
from app.sync.loop import SyncState
from app.sync.transport import TYPE, HttpTransport
from app.sync.verify import verify
from tests.headoffice.hub_process import ROOT, HubProcess
from tests.offices import Company, person
from tests.sync.peers import (
    PATIENCE,
    Authority,
    Peer,
    Relay,
    deaf,
    drips,
    floods,
    goes_on,
    head,
    page,
    reset,
    says,
    until,
)
from tests.sync.test_journal import add_customer, names

CLOCK = SystemClock()


@pytest.fixture
def hub(tmp_path: Path, founded: Path) -> Iterator[HubProcess]:
    shutil.copytree(founded, tmp_path / "headoffice")
    with closing(HubProcess(tmp_path / "headoffice")) as hub:
        yield hub


@contextmanager
def desk_of(hub: HubProcess, name: str) -> Iterator[Desktop]:
    """A new desk, enrolled over HTTP."""
    home = hub.home.parent / name
    with closing(HeadOffice(hub.home, CLOCK)) as beside:
        invitation = beside.enrolment(1, name, "", hub.url)
    enrol_desk(home, invitation, CLOCK)
    with closing(Desktop(home, CLOCK)) as desktop:
        yield desktop


def add(desktop: Desktop, code: str) -> None:
    with desktop.writer.entry("customers.add", person(desktop, "mai").id) as draft:
        add_customer(draft, code)


def at_the_hub(hub: HubProcess) -> list[str]:
    with closing(HeadOffice(hub.home, CLOCK)) as beside, beside.database.read.connect() as read:
        return list(read.exec_driver_sql("SELECT code FROM customer ORDER BY code").scalars())


def refusal(sent: Callable[[], object]) -> str:
    with pytest.raises(AppError) as refused:
        sent()
    return refused.value.code


def good(path: Path) -> bool:
    return verify(path, CLOCK.now()).good


# -- the head office itself -------------------------------------------------------------------------------


def test_two_desks_agree_over_http(hub: HubProcess) -> None:
    with desk_of(hub, "BN03") as one, desk_of(hub, "BN04") as two:
        for at in range(5):
            add(one, f"A-{at:04d}")
            add(two, f"B-{at:04d}")
        one.client.once()
        two.client.once()
        one.client.once()
        assert names(one) == names(two)
        assert sorted(names(one)) == at_the_hub(hub)
        assert len(names(one)) == 10
        assert one.writer.vector() == two.writer.vector()
        assert all(good(place / "office.db") for place in (one.home, two.home))
    assert good(hub.home / "headoffice.db")


def test_a_head_office_killed_at_any_moment_has_everything_once(hub: HubProcess) -> None:
    """Killed while a desk sends many small messages; every time it comes back, and the desk goes on."""
    dice = random.Random(26)
    with desk_of(hub, "BN03") as desktop:
        for at in range(120):
            add(desktop, f"C-{at:04d}")
        failures = 0
        for _ in range(4):
            codes: list[str] = []

            def send(codes: list[str] = codes) -> None:
                desktop.client._chunk = 2000  # some two entries a message
                try:
                    desktop.client.once()
                except AppError as error:
                    codes.append(error.code)

            before = desktop.client.unsent()
            sending = threading.Thread(target=send)
            sending.start()
            wanted = dice.randint(1, 12)
            until(
                lambda before=before, wanted=wanted, sending=sending: (
                    desktop.client.unsent() <= before - wanted or not sending.is_alive()
                ),
                "some messages",
            )
            hub.kill()
            sending.join(PATIENCE)
            assert not sending.is_alive()
            assert set(codes) <= {"sync.offline"}
            failures += len(codes)
            hub.start()
        assert failures >= 2
        desktop.client.once()
        assert desktop.client.unsent() == 0
        assert at_the_hub(hub) == [f"C-{at:04d}" for at in range(120)]
        assert good(hub.home / "headoffice.db")
        with desk_of(hub, "BN04") as other:
            assert len(names(other)) == 120


def test_while_the_head_office_is_down_work_goes_on(hub: HubProcess) -> None:
    with desk_of(hub, "BN03") as desktop:
        seen: list[SyncState] = []
        desktop.start_sync(seen.append, every=0.05)
        until(lambda: seen and seen[-1].state == "online", "online")
        hub.kill()
        add(desktop, "BN-0001")
        until(lambda: seen[-1].state == "offline" and seen[-1].unsent == 1, "offline, one unsent")
        assert seen[-1].error is not None
        assert seen[-1].error.params["url"] == hub.url
        hub.start()
        desktop.wake_sync()
        until(lambda: seen[-1].state == "online" and seen[-1].unsent == 0, "online, all sent")
        assert at_the_hub(hub) == ["BN-0001"]


def test_another_head_office_at_the_same_address(hub: HubProcess, tmp_path: Path, founded: Path) -> None:
    with desk_of(hub, "BN03") as desktop:
        add(desktop, "BN-0001")
        other = tmp_path / "other"
        shutil.copytree(founded, other)
        (other / "headoffice.key").unlink()
        (other / "headoffice.key").write_bytes(bytes(range(32)))
        hub.kill()
        hub.home, own = other, hub.home
        hub.start()
        assert refusal(desktop.client.once) == "sync.not_authentic"
        assert desktop.client.unsent() == 1
        hub.kill()
        hub.home = own
        hub.start()
        desktop.client.once()
        assert at_the_hub(hub) == ["BN-0001"]


# -- others at the head office's door ---------------------------------------------------------------------


def knocks(hub: HubProcess, *said: bytes) -> socket.socket:
    """A connection to the head office on which something was said."""
    line = socket.create_connection(("127.0.0.1", hub.port))
    line.settimeout(20)
    for each in said:
        line.sendall(each)
    return line


def post_of(length: int, path: str = "/v1/sync") -> bytes:
    return f"POST {path} HTTP/1.1\r\nhost: hub\r\ncontent-length: {length}\r\n\r\n".encode()


def ended(line: socket.socket) -> bytes:
    """What comes until the other side has ended the connection."""
    said = b""
    try:
        while part := line.recv(65536):
            said += part
    except ConnectionResetError:
        pass
    return said


def test_fifty_slow_peers_do_not_keep_a_good_desk_waiting(tmp_path: Path, founded: Path) -> None:
    """Those who say nothing, drip their head or their body, or do not take their answer; while they are there
    a desk reconciles as ever, and within their time they are gone."""
    shutil.copytree(founded, tmp_path / "headoffice")
    with ExitStack() as stack:
        hub = HubProcess(tmp_path / "headoffice", HEAD_SECONDS=4, DEADLINE=6, KEEP_SECONDS=2)
        stack.enter_context(closing(hub))
        desktop = stack.enter_context(desk_of(hub, "BN03"))
        slow: list[socket.socket] = []
        for _ in range(10):
            slow.append(knocks(hub))
            slow.append(knocks(hub, b"POST /v1/sync HTTP/1.1\r\nhost: h"))
            slow.append(knocks(hub, post_of(1000), b"x"))
            slow.append(knocks(hub, post_of(1) + b"x"))
            slow.append(knocks(hub, post_of(1_000_000, "/nowhere")))
        over = threading.Event()

        def drip() -> None:
            while not over.wait(0.05):
                for at, line in enumerate(slow):
                    with suppress(OSError):
                        line.send(b"x" if at % 5 else b"")

        dripping = threading.Thread(target=drip)
        dripping.start()
        stack.callback(dripping.join)
        stack.callback(over.set)
        for at in range(5):
            add(desktop, f"BN-{at:04d}")
            desktop.client.once()
            if at == 0:  # nobody who keeps it waiting had to leave before
                waited_for = [line for each, line in enumerate(slow) if each % 5 < 3]
                assert select.select(waited_for, [], [], 0)[0] == []
        said = [ended(line) for line in slow]
        for at in range(0, 50, 5):
            assert said[at] == b""
            assert said[at + 1] == b""
            assert said[at + 2].startswith(b"HTTP/1.1 408 ")
            assert said[at + 3].startswith(b"HTTP/1.1 200 ")
            assert said[at + 4].startswith(b"HTTP/1.1 404 ")
        over.set()
        for line in slow:
            line.close()
        desktop.client.once()
        assert at_the_hub(hub) == [f"BN-{at:04d}" for at in range(5)]


@pytest.mark.parametrize(("size", "keeps"), [(32 << 20, 1000), (60_000, 1)], ids=["long", "short"])
def test_a_peer_that_does_not_take_its_answer_is_left(
    monkeypatch: pytest.MonkeyPatch, size: int, keeps: int
) -> None:
    class Verbose:
        def answer(self, path: str, data: bytes) -> bytes:
            return bytes(size)

    monkeypatch.setattr(server, "DEADLINE", 0.5)
    monkeypatch.setattr(server, "KEEP_SECONDS", keeps)
    verbose = uvicorn.Server(server._config(server.asgi(Verbose()), None, None))  # type: ignore[arg-type]
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as line:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        serving = threading.Thread(target=verbose.run, kwargs={"sockets": [listening]})
        serving.start()
        line.connect(listening.getsockname())
        line.sendall(post_of(1) + b"x")
        until(lambda: verbose.server_state.connections, "an answer under way")
        until(lambda: not verbose.server_state.connections, "left")
        line.settimeout(PATIENCE)
        assert len(ended(line)) < size
        verbose.should_exit = True
        serving.join(PATIENCE)


def test_more_than_there_is_room_for_is_asked_to_come_again(tmp_path: Path, founded: Path) -> None:
    shutil.copytree(founded, tmp_path / "headoffice")
    with ExitStack() as stack:
        hub = stack.enter_context(closing(HubProcess(tmp_path / "headoffice", ROOM=300_000)))
        way = stack.enter_context(closing(HttpTransport(hub.url)))
        desktop = stack.enter_context(desk_of(hub, "BN03"))
        with closing(knocks(hub, post_of(900_000), bytes(290_000))) as greedy:
            modest = stack.enter_context(closing(knocks(hub, post_of(50_000), bytes(40_000))))
            until(lambda: refusal(lambda: way.post("/v1/sync", bytes(200_000))) == "sync.busy", "full")
            with pytest.raises(AppError) as told:
                way.post("/v1/sync", bytes(200_000))
            assert told.value.params["wait"] == 5
            add(desktop, "BN-0001")  # what is small finds room at any time
            desktop.client.once()
            assert at_the_hub(hub) == ["BN-0001"]
            greedy.shutdown(socket.SHUT_RDWR)
            modest.shutdown(socket.SHUT_RDWR)
        until(lambda: way.post("/v1/sync", bytes(200_000)), "room again")


def test_a_message_too_large_is_refused_on_both_sides(hub: HubProcess) -> None:
    with closing(HttpTransport(hub.url)) as way:
        assert refusal(lambda: way.post("/v1/sync", bytes(server.MAX_PACKED + 1))) == "sync.too_large"
    with closing(knocks(hub, post_of(1 << 40), bytes(server.MAX_PACKED + 1))) as line:
        assert ended(line).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("path", ["/", "/v1/", "/v2/sync", "/v1/sync/more"])
def test_another_path_is_no_message(hub: HubProcess, path: str) -> None:
    with closing(HttpTransport(hub.url)) as way:
        assert refusal(lambda: way.post(path, b"x")) == "sync.nonsense"


@pytest.mark.skipif(os.name == "nt", reason="signals are not of Windows")
def test_the_head_office_ends_when_it_is_told_to_though_somebody_hangs_on(
    tmp_path: Path, founded: Path
) -> None:
    shutil.copytree(founded, tmp_path / "headoffice")
    with ExitStack() as stack:
        hub = stack.enter_context(closing(HubProcess(tmp_path / "headoffice", END_SECONDS=1)))
        asks = b"POST /v1/sync HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n"
        line = stack.enter_context(closing(knocks(hub, asks)))
        assert line.recv(100).startswith(b"HTTP/1.1 100 ")
        hub.process.terminate()
        hub.process.join(PATIENCE)
        assert hub.process.exitcode == -signal.SIGTERM


TYPES = """
import sys
import msgspec
import app.bootstrap
from app.headoffice import server
worked_out = []
def seen(frame, event, _):
    if "annotations" in frame.f_code.co_name:
        worked_out.append(frame.f_code.co_name)
sys.setprofile(seen)
server.asgi(None)
assert worked_out, "this is no longer how it is seen"
worked_out.clear()
for kind in msgspec.Struct.__subclasses__():
    msgspec.msgpack.Decoder(kind)
sys.setprofile(None)
assert not worked_out, worked_out
"""


def test_the_types_of_messages_are_worked_out_before_threads_need_them() -> None:
    """Two threads that decode a type for the first time at once would end the process."""
    done = subprocess.run([sys.executable, "-c", TYPES], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_more_connections_than_there_may_be_are_refused_until_the_silent_ones_are_gone(
    tmp_path: Path, founded: Path
) -> None:
    shutil.copytree(founded, tmp_path / "headoffice")
    with ExitStack() as stack:
        hub = stack.enter_context(closing(HubProcess(tmp_path / "headoffice", CONNECTIONS=4, HEAD_SECONDS=3)))
        desktop = stack.enter_context(desk_of(hub, "BN03"))
        for _ in range(6):
            stack.enter_context(closing(knocks(hub)))
        assert refusal(desktop.client.once) == "sync.hub_trouble"
        until(lambda: not failing(desktop), "let in again")


def failing(desktop: Desktop) -> bool:
    try:
        desktop.client.once()
    except AppError:
        return True
    return False


# -- over TLS, and by several processes -------------------------------------------------------------------


def test_over_tls(tmp_path: Path, founded: Path) -> None:
    shutil.copytree(founded, tmp_path / "headoffice")
    authority = Authority(tmp_path)
    with closing(HubProcess(tmp_path / "headoffice", certificate=authority.issue("127.0.0.1"))) as hub:
        assert hub.url.startswith("https:")
        with closing(HeadOffice(hub.home, CLOCK)) as beside:
            invitation = beside.enrolment(1, "BN03", "", hub.url)
        enrol_desk(tmp_path / "BN03", invitation, CLOCK, HttpTransport(hub.url, ca=authority.path))
        way = HttpTransport(hub.url, ca=authority.path)
        with closing(Desktop(tmp_path / "BN03", CLOCK, way)) as desktop:
            add(desktop, "BN-0001")
            desktop.client.once()
        assert at_the_hub(hub) == ["BN-0001"]
        with closing(HttpTransport(hub.url)) as other:
            assert refusal(lambda: other.post("/v1/sync", b"x")) == "sync.certificate"


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path, founded: Path) -> None:
    authority = Authority(tmp_path)
    (tmp_path / "text.pem").write_text("no certificate", "utf-8")
    for certificate in (tmp_path / "none.pem", tmp_path / "text.pem", authority.path):
        with pytest.raises(AppError) as refused:
            server.serve(None, "127.0.0.1", 0, lambda port: None, certificate)  # type: ignore[arg-type]
        assert refused.value.code == "headoffice.certificate"
        assert refused.value.params["path"] == str(certificate)


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are looked for in /proc")
def test_several_processes_serve_one_port_and_end_with_their_parent(tmp_path: Path, founded: Path) -> None:
    shutil.copytree(founded, tmp_path / "headoffice")
    with closing(HubProcess(tmp_path / "headoffice", workers=2)) as hub, desk_of(hub, "BN03") as desktop:
        until(lambda: len(hub.workers()) == 2, "both processes")
        for at in range(4):
            add(desktop, f"BN-{at:04d}")
            desktop.client.once()
        first = hub.workers()
        os.kill(min(first), signal.SIGKILL)
        until(lambda: hub.workers() - first, "another in its place")
        add(desktop, "BN-0004")
        until(lambda: passes(desktop), "served again")
        assert at_the_hub(hub) == [f"BN-{at:04d}" for at in range(5)]
        last = hub.workers()
        hub.kill()
        until(lambda: not any(map(is_there, last)), "ended with their parent")
        hub.start()
        add(desktop, "BN-0005")
        until(lambda: passes(desktop), "served again on the same port")
        assert len(at_the_hub(hub)) == 6
        last = hub.workers()
        hub.process.terminate()
        hub.process.join(PATIENCE)
        assert hub.process.exitcode == 0
        assert not any(map(is_there, last))


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def passes(desktop: Desktop) -> bool:
    try:
        desktop.client.once()
    except AppError as error:
        if error.code != "sync.offline":
            raise
        return False
    return True


# -- lines that break ------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["reset", "silence"])
def test_an_answer_lost_after_the_commit_counts_once(hub: HubProcess, what: str) -> None:
    with desk_of(hub, "BN03") as desktop:
        own = desktop.client._transport
        with closing(Relay(hub.port, 3, what)) as relay, closing(HttpTransport(relay.url, 3.0)) as way:
            desktop.client._transport = way
            passed = []
            for code in ("BN-0001", "BN-0002", "BN-0003", "BN-0004"):
                add(desktop, code)
                passed.append(passes(desktop))
            assert passed.count(False) == 1
            assert relay.connections == 2
            assert desktop.client.unsent() == 0
        desktop.client._transport = own
        assert at_the_hub(hub) == [f"BN-{at:04d}" for at in range(1, 5)]
        assert good(desktop.home / "office.db")
    assert good(hub.home / "headoffice.db")


# -- what else may answer ---------------------------------------------------------------------------------


CHUNKED = f"HTTP/1.1 200 OK\r\ncontent-type: {TYPE}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
PEERS = {
    "a captive portal": (page("200 OK"), "sync.nonsense"),
    "a portal elsewhere": (page("302 Found", "location: http://portal.example/\r\n"), "sync.nonsense"),
    "a portal that says so": (page("511 Network Authentication Required"), "sync.nonsense"),
    "a portal's page as a message": (says(head(6) + b"<html>"), "sync.nonsense"),
    "a door": (page("403 Forbidden"), "sync.nonsense"),
    "a web server": (page("404 Not Found"), "sync.nonsense"),
    "another web server": (page("405 Method Not Allowed"), "sync.nonsense"),
    "an error page": (says(head(5, "text/plain", "500 Error") + b"error"), "sync.hub_trouble"),
    "nothing behind the gateway": (page("502 Bad Gateway"), "sync.hub_trouble"),
    "a pause for maintenance": (page("503 Service Unavailable"), "sync.hub_trouble"),
    "silence behind the gateway": (page("504 Gateway Timeout"), "sync.hub_trouble"),
    "a rush": (page("503 Service Unavailable", "retry-after: 7\r\n"), "sync.busy"),
    "a rush with a date": (page("503 Busy", "retry-after: Fri, 20 Nov 2026 01:00:00 GMT\r\n"), "sync.busy"),
    "too many": (page("429 Too Many Requests"), "sync.busy"),
    "a small gateway": (page("413 Content Too Large"), "sync.too_large"),
    "a gateway that waited": (page("408 Request Timeout"), "sync.offline"),
    "a door with a word": (page("407 Proxy Authentication Required"), "sync.proxy_password"),
    "gigabytes promised": (says(head(5 << 30)), "sync.nonsense"),
    "a length that is none": (says(head("many")), "sync.nonsense"),
    "gigabytes sent": (floods(CHUNKED, b"100000\r\n" + bytes(1 << 20) + b"\r\n"), "sync.nonsense"),
    "a head without end": (floods(b"HTTP/1.1 200 OK\r\n", b"x: " + b"x" * 997 + b"\r\n"), "sync.nonsense"),
    "a line without end": (floods(b"HTTP/1.1 200 OK\r\nx: ", b"x" * 1000), "sync.nonsense"),
    "a promise without end": (drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "sync.offline"),
    "gigabytes packed": (says(head(20, more="content-encoding: gzip\r\n") + bytes(20)), "sync.nonsense"),
    "two lengths": (says(head(4, more="content-length: 5\r\n") + bytes(9)), "sync.nonsense"),
    "another protocol": (says(b"220 mail.example ESMTP ready\r\n\r\n"), "sync.nonsense"),
    "noise": (says(head(1000) + bytes(1000)), "sync.nonsense"),
    "nothing": (says(head(0)), "sync.nonsense"),
    "an answer cut short": (says(head(1000) + bytes(10)), "sync.offline"),
    "a connection cut at once": (says(b""), "sync.offline"),
    "a connection reset": (lambda line, over, asked: reset(line), "sync.offline"),
    "a head cut short": (says(b"HTTP/1.1 200 OK\r\ncontent-ty"), "sync.offline"),
    "silence": (deaf, "sync.offline"),
    "a head in drops": (drips(b"HTTP/1.1 200 OK\r\nx-", b"x"), "sync.offline"),
    "a body in drops": (drips(head(1_000_000), b"x"), "sync.offline"),
    "a body in small chunks": (drips(CHUNKED, b"1\r\nx\r\n"), "sync.offline"),
}  # fmt: skip


@pytest.mark.parametrize("name", PEERS)
def test_what_is_no_head_office_is_named_within_the_deadline(
    company: Company, desktop: Desktop, name: str
) -> None:
    answers, code = PEERS[name]
    add(desktop, "BN-0001")
    with closing(Peer(answers)) as peer, closing(HttpTransport(peer.url, timeout=1.0, deadline=1.5)) as way:
        desktop.client._transport = way
        assert refusal(desktop.client.once) == code
        assert not peer.over.is_set()
    desktop.client._transport = company.transport
    desktop.client.once()
    assert desktop.client.unsent() == 0
    with company.headoffice.database.read.connect() as read:
        assert read.exec_driver_sql("SELECT code FROM customer").scalars().all() == ["BN-0001"]


def test_nobody_there_and_an_address_that_is_none() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    for url, code in (
        (f"http://127.0.0.1:{port}", "sync.offline"),
        ("ftp://127.0.0.1", "sync.nonsense"),
        ("http://127.0.0.1:nine", "sync.nonsense"),
    ):
        with closing(HttpTransport(url, timeout=1.0)) as way:
            assert refusal(lambda way=way: way.post("/v1/sync", b"x")) == code


def test_closing_the_program_does_not_wait_for_a_silent_peer(hub: HubProcess) -> None:
    asked = threading.Event()

    def silent(line: socket.socket, over: threading.Event, _: bytes) -> None:
        asked.set()
        goes_on(over, lambda: None)

    with closing(Peer(silent)) as peer:
        home = hub.home.parent / "BN03"
        with desk_of(hub, "BN03"):
            pass
        way = HttpTransport(peer.url, timeout=10 * PATIENCE, deadline=10 * PATIENCE)
        with closing(Desktop(home, CLOCK, way)) as desktop:
            desktop.start_sync(lambda state: None, every=0.05)
            assert asked.wait(PATIENCE)
            desktop.close()
            assert not peer.over.is_set()


def test_a_slow_line_brings_smaller_messages(company: Company, desktop: Desktop) -> None:
    with closing(HttpTransport("http://127.0.0.1:9", timeout=1.0)) as nobody:
        desktop.client._transport = nobody
        sizes = []
        for _ in range(8):
            sizes.append(desktop.client._chunk)
            assert refusal(desktop.client.once) == "sync.offline"
    assert sizes[:3] == [512 << 10, 256 << 10, 128 << 10]
    assert desktop.client._chunk == 8 << 10
    desktop.client._transport = company.transport
    for _ in range(9):
        desktop.client.once()
    assert desktop.client._chunk == 2 << 20


def test_a_pass_ends_between_two_messages_when_it_is_told_to(company: Company, desktop: Desktop) -> None:
    desktop.client.once()
    for number in range(4):
        with desktop.writer.entry("customers.edit", person(desktop, "yen").id) as draft:
            add_customer(draft, f"BN-{number}")
    desktop.client._chunk = 1
    told = chain([True, True], repeat(False))
    desktop.client.once(lambda: next(told))
    sent = 4 - desktop.client.unsent()
    assert 0 < sent < 4
    desktop.client.once()
    assert desktop.client.unsent() == 0


def test_connections_send_at_once() -> None:
    """Else an answer in two pieces waits for the other side to acknowledge the first."""
    with (
        server._listening("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
