"""The head office over HTTP, in a program of its own that dies and comes back; and what else may answer."""

from __future__ import annotations

import random
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.bootstrap import Desktop, HeadOffice, enrol_desk
from app.domain.clock import SystemClock
from app.domain.errors import AppError
from app.sync.client import SyncState
from app.sync.transport import TYPE, HttpTransport
from app.sync.verify import verify
from tests.offices import Company
from tests.sync.test_journal import add_customer, names

CLOCK = SystemClock()
ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0


def until(so: Callable[[], object], what: str) -> None:
    """Wait for a condition, not for a time."""
    end = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not so():
        assert time.monotonic() < end, what
        pause.wait(0.005)


class HubProcess:
    """The head office of a home over HTTP, on the same port again after it was killed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = 0
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.headoffice.hub_process", str(self.home), str(self.port)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
        limit = threading.Timer(PATIENCE, self._process.kill)
        limit.start()
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        limit.cancel()

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._process.wait(PATIENCE)
        assert self._process.stdout
        self._process.stdout.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def hub(tmp_path: Path, founded: Path) -> Iterator[HubProcess]:
    shutil.copytree(founded, tmp_path / "headoffice")
    hub = HubProcess(tmp_path / "headoffice")
    yield hub
    hub.kill()


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
    with desktop.writer.entry("customers.add", None) as draft:
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


# -- what else may answer ---------------------------------------------------------------------------------


class Peer:
    """Something that is no head office, on a port of this machine. `answers` gets each connection with what
    was asked; `over` is set when it is to end."""

    def __init__(
        self, answers: Callable[[socket.socket, threading.Event], None], tls: ssl.SSLContext | None = None
    ) -> None:
        self.over = threading.Event()
        self._answers = answers
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            with line:
                try:
                    if self._tls:
                        line = self._tls.wrap_socket(line, server_side=True)
                    line.settimeout(PATIENCE)
                    asked = b""
                    while b"\r\n\r\n" not in asked:
                        asked += line.recv(65536) or b"\r\n\r\n"
                    self._answers(line, self.over)
                except OSError:
                    continue

    def close(self) -> None:
        self.over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(PATIENCE)


def says(data: bytes) -> Callable[[socket.socket, threading.Event], None]:
    return lambda line, over: line.sendall(data)


def head(length: int | str, kind: str = TYPE, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n{more}\r\n".encode()


def drips(before: bytes, drop: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def answer(line: socket.socket, over: threading.Event) -> None:
        line.sendall(before)
        end = time.monotonic() + 15
        while not over.wait(0.02) and time.monotonic() < end:
            line.sendall(drop)

    return answer


def floods(before: bytes) -> Callable[[socket.socket, threading.Event], None]:
    def answer(line: socket.socket, over: threading.Event) -> None:
        line.sendall(before)
        part = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
        while not over.is_set():
            line.sendall(part)

    return answer


PORTAL = b"<html><body>Please sign in to the network</body></html>"
PEERS = {
    "a captive portal": (says(head(len(PORTAL), "text/html; charset=utf-8") + PORTAL), "sync.nonsense"),
    "a portal elsewhere": (
        says(head(0, "text/html", "302 Found", "location: http://portal.example/\r\n")), "sync.nonsense",
    ),
    "an error page": (says(head(5, "text/plain", "500 Internal Server Error") + b"error"), "sync.nonsense"),
    "gigabytes promised": (says(head(5 << 30)), "sync.nonsense"),
    "a length that is none": (says(head("many")), "sync.nonsense"),
    "gigabytes sent": (
        floods(f"HTTP/1.1 200 OK\r\ncontent-type: {TYPE}\r\ntransfer-encoding: chunked\r\n\r\n".encode()),
        "sync.nonsense",
    ),
    "gigabytes packed": (says(head(20, more="content-encoding: gzip\r\n") + bytes(20)), "sync.nonsense"),
    "another protocol": (says(b"220 mail.example ESMTP ready\r\n\r\n"), "sync.nonsense"),
    "noise": (says(head(1000) + bytes(1000)), "sync.nonsense"),
    "nothing": (says(head(0)), "sync.nonsense"),
    "an answer cut short": (says(head(1000) + bytes(10)), "sync.offline"),
    "a connection cut at once": (says(b""), "sync.offline"),
    "a head cut short": (says(b"HTTP/1.1 200 OK\r\ncontent-ty"), "sync.offline"),
    "silence": (drips(b"", b""), "sync.offline"),
    "a head in drops": (drips(b"HTTP/1.1 200 OK\r\nx-", b"x"), "sync.offline"),
    "a body in drops": (drips(head(1_000_000), b"x"), "sync.offline"),
}  # fmt: skip


@pytest.mark.parametrize("name", PEERS)
def test_what_is_no_head_office_is_named_within_the_deadline(
    company: Company, desktop: Desktop, name: str
) -> None:
    answers, code = PEERS[name]
    add(desktop, "BN-0001")
    with closing(Peer(answers)) as peer, closing(HttpTransport(peer.url, timeout=1.0, deadline=1.5)) as way:
        desktop.client._transport = way
        begun = time.monotonic()
        assert refusal(desktop.client.once) == code
        assert time.monotonic() - begun < 10
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


def test_a_certificate_that_proves_nothing_is_named(tmp_path: Path) -> None:
    with closing(Peer(says(head(0)), of_our_own_making(tmp_path))) as peer:
        way = HttpTransport(peer.url, timeout=5.0)
        assert refusal(lambda: way.post("/v1/sync", b"x")) == "sync.certificate"
        way.close()


def of_our_own_making(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "peer.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_closing_the_program_does_not_wait_for_a_silent_peer(hub: HubProcess) -> None:
    asked = threading.Event()

    def silent(line: socket.socket, over: threading.Event) -> None:
        asked.set()
        over.wait(15)

    with closing(Peer(silent)) as peer:
        home = hub.home.parent / "BN03"
        with desk_of(hub, "BN03"):
            pass
        with closing(Desktop(home, CLOCK, HttpTransport(peer.url))) as desktop:
            desktop.start_sync(lambda state: None, every=0.05)
            assert asked.wait(PATIENCE)
            begun = time.monotonic()
            desktop.close()
            assert time.monotonic() - begun < 5


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
    for _ in range(7):
        desktop.client.once()
    assert desktop.client._chunk == 512 << 10
