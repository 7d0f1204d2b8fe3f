"""What may stand at the other end of a desk's line, on this machine: peers that are no head office, proxies,
lines that fall silent or break, and certificates of every kind."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.sync.transport import TYPE

PATIENCE = 60.0

Answers = Callable[[socket.socket, threading.Event, bytes], None]
"""Gets a connection, what is set when the peer is to end, and what was asked: at least the whole head."""


def until(so: Callable[[], object], what: str) -> None:
    """Wait for a condition, not for a time."""
    end = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not so():
        assert time.monotonic() < end, what
        pause.wait(0.005)


class Peer:
    """Something on a port of this machine, each connection on a thread of its own. `over` is set when it is
    to end, and when it has tired of waiting for the other side to leave."""

    def __init__(self, answers: Answers, tls: ssl.SSLContext | None = None) -> None:
        self.over = threading.Event()
        self.connections = 0
        self._answers = answers
        self._tls = tls
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._attend, args=[line], daemon=True)
            self._threads.append(thread)
            thread.start()

    def _attend(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as closing:
            closing.enter_context(line)
            if self._tls:
                line = closing.enter_context(self._tls.wrap_socket(line, server_side=True))
            line.settimeout(PATIENCE)
            self._answers(line, self.over, head_of(line))

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(PATIENCE)


def head_of(line: socket.socket) -> bytes:
    """What is read until a head is there, or until the other side has ended."""
    asked = b""
    while b"\r\n\r\n" not in asked:
        part = line.recv(65536)
        if not part:
            break
        asked += part
    return asked


def whole(line: socket.socket, asked: bytes) -> bytes:
    """The body of a request with a length, of which `asked` is the beginning."""
    head, _, body = asked.partition(b"\r\n\r\n")
    length = next(int(at[15:]) for at in head.lower().split(b"\r\n") if at.startswith(b"content-length:"))
    while len(body) < length:
        body += line.recv(65536) or b"\0" * length
    return body


# -- answers ----------------------------------------------------------------------------------------------


def head(length: int | str, kind: str = TYPE, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n{more}\r\n".encode()


def page(status: str, more: str = "") -> Answers:
    """A page in HTML for people."""
    text = b"<html><body>Please sign in to the network</body></html>"
    return says(head(len(text), "text/html; charset=utf-8", status, more) + text)


def says(data: bytes) -> Answers:
    def answer(line: socket.socket, over: threading.Event, asked: bytes) -> None:
        line.sendall(data)

    return answer


def echoes(line: socket.socket, over: threading.Event, asked: bytes) -> None:
    """Every message back as it came, on one connection."""
    while asked:
        body = whole(line, asked)
        line.sendall(head(len(body)) + body)
        asked = head_of(line)


def goes_on(over: threading.Event, again: Callable[[], object]) -> None:
    """Until the peer is to end, or for so long that nobody has left it: then it ends by itself."""
    end = time.monotonic() + PATIENCE
    while not over.wait(0.02) and time.monotonic() < end:
        again()
    over.set()


def drips(before: bytes, drop: bytes) -> Answers:
    def answer(line: socket.socket, over: threading.Event, asked: bytes) -> None:
        line.sendall(before)
        goes_on(over, lambda: line.sendall(drop))

    return answer


def floods(before: bytes, part: bytes) -> Answers:
    def answer(line: socket.socket, over: threading.Event, asked: bytes) -> None:
        line.sendall(before)
        while not over.is_set():
            line.sendall(part)

    return answer


def deaf(line: socket.socket, over: threading.Event, asked: bytes) -> None:
    """Takes nothing beyond the head."""
    goes_on(over, lambda: None)


def sips(line: socket.socket, over: threading.Event, asked: bytes) -> None:
    """Takes the message byte by byte."""
    goes_on(over, lambda: line.recv(1))


def reset(line: socket.socket) -> None:
    """Close a connection as a router does that has forgotten it."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


# -- between a desk and a head office ---------------------------------------------------------------------


def joined(one: socket.socket, other: socket.socket, over: threading.Event) -> None:
    """Carry bytes both ways until one side ends."""
    way = {one: other, other: one}
    while not over.is_set():
        for line in select.select([one, other], [], [], 0.05)[0]:
            if isinstance(line, ssl.SSLSocket):
                raise ValueError("select does not see what TLS has read")
            part = line.recv(65536)
            if not part:
                return
            way[line].sendall(part)


class ProxyServer(Peer):
    """A proxy of HTTP that leads every name to this machine. `word`: the name and password that it wants;
    `asked`: the first line of every head that came."""

    def __init__(self, word: bytes = b"", refuses: Answers | None = None) -> None:
        self.asked: list[bytes] = []
        self._word = word
        self._refuses = refuses
        super().__init__(self._proxy)

    def _proxy(self, line: socket.socket, over: threading.Event, asked: bytes) -> None:
        while asked:
            self.asked.append(asked.partition(b"\r\n")[0])
            if self._word and b"proxy-authorization: basic " + self._word not in asked.replace(
                b"Proxy-Authorization: Basic", b"proxy-authorization: basic"
            ):
                page("407 Proxy Authentication Required", 'proxy-authenticate: Basic realm="x"\r\n')(
                    line, over, asked
                )
                return
            if self._refuses:
                self._refuses(line, over, asked)
                return
            method, target, _ = self.asked[-1].split()
            place = target if method == b"CONNECT" else target.split(b"/")[2]
            with socket.create_connection(("127.0.0.1", int(place.rpartition(b":")[2]))) as beyond:
                if method == b"CONNECT":
                    line.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    joined(line, beyond, over)
                    return
                beyond.sendall(asked.replace(target, b"/" + target.split(b"/", 3)[3], 1))
                joined(line, beyond, over)
                return


class Relay(Peer):
    """A line to a port of this machine on which something can happen to the answer number `at`:
    "reset" (it is lost and the connection with it) or "silence" (nothing comes through any more)."""

    def __init__(self, port: int, at: int, what: str) -> None:
        self._beyond = port
        self._at = at
        self._what = what
        super().__init__(self._carry)

    def _carry(self, line: socket.socket, over: threading.Event, asked: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self._beyond)) as beyond:
            while asked:
                beyond.sendall(asked.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + whole(line, asked))
                answer = head_of(beyond)
                body = whole(beyond, answer)
                self._at -= 1
                if not self._at and self._what == "reset":
                    reset(line)
                    return
                if not self._at:
                    goes_on(over, lambda: None)
                    return
                line.sendall(answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body)
                asked = head_of(line)


# -- certificates -----------------------------------------------------------------------------------------


class Authority:
    """A utility's own certificate authority; its certificate is the file `path`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("Công ty Cấp nước Thử Nghiệm")
        self.path = folder / "ca.pem"
        certificate = (
            self._begun(self._name, self._key.public_key(), timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.path.write_bytes(certificate.public_bytes(Encoding.PEM))

    def issue(self, name: str, *, valid: timedelta = timedelta(days=1), by_itself: bool = False) -> Path:
        """A file with a certificate for a name or an address, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        place: x509.GeneralName = x509.DNSName(name)
        with contextlib.suppress(ValueError):
            place = x509.IPAddress(ip_address(name))
        builder = self._begun(_named(name), key.public_key(), valid, by_itself=by_itself)
        certificate = (
            builder.add_extension(x509.SubjectAlternativeName([place]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .sign(key if by_itself else self._key, hashes.SHA256())
        )
        path = self._folder / f"{x509.random_serial_number()}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
        return path

    def _begun(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, valid: timedelta, *, by_itself: bool = False
    ) -> x509.CertificateBuilder:
        own = self._key.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name if by_itself else self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=2))
            .not_valid_after(datetime.now(UTC) + valid)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key if by_itself else own), critical=False
            )
        )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def server_side(certificate: Path) -> ssl.SSLContext:
    """TLS of a server with a certificate and key in one file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
