"""The desk's end of the line: proxies, certificates, lines that break, and what is counted and told."""

from __future__ import annotations

import base64
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.errors import AppError
from app.failures import sentence
from app.sync.proxies import proxy_to, without_password
from app.sync.transport import PART, DirectTransport, HttpTransport
from app.sync.wire import MAX_PACKED
from app.words import LANGUAGES, Words
from tests.sync.peers import (
    Authority,
    Peer,
    ProxyServer,
    Relay,
    deaf,
    echoes,
    head,
    page,
    says,
    server_side,
    sips,
    until,
    whole,
)

MESSAGE = bytes(range(256)) * 1000


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def hub() -> Iterator[Peer]:
    """Something that answers every message with itself."""
    with closing(Peer(echoes)) as peer:
        yield peer


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def failure(way: HttpTransport, data: bytes = b"x") -> AppError:
    with pytest.raises(AppError) as refused:
        way.post("/v1/sync", data)
    for language in LANGUAGES:
        assert refused.value.code not in sentence(refused.value, Words(language))
        assert "secret" not in sentence(refused.value, Words(language))
    return refused.value


# -- which proxy ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "settings", "proxy"),
    [
        ("http://hub.vn:8765", {}, None),
        ("http://hub.vn:8765", {"http_proxy": "http://p:3128"}, "http://p:3128"),
        ("http://hub.vn:8765", {"HTTP_PROXY": "p:3128"}, "http://p:3128"),
        ("http://hub.vn:8765", {"https_proxy": "http://p:3128"}, None),
        ("https://hub.vn", {"https_proxy": "http://p:3128"}, "http://p:3128"),
        ("https://hub.vn", {"all_proxy": "http://p:3128"}, "http://p:3128"),
        ("https://hub.vn", {"all_proxy": "http://a:1", "https_proxy": "http://p:2"}, "http://p:2"),
        ("http://hub.vn:8765", {"http_proxy": ""}, None),
        ("http://hub.vn:8765", {"http_proxy": "http://p:3128", "no_proxy": "*"}, None),
        ("http://hub.vn:8765", {"http_proxy": "http://p:3128", "no_proxy": "x.vn, hub.vn"}, None),
        ("http://hub.vn:8765", {"http_proxy": "http://p:3128", "no_proxy": ".vn"}, None),
        ("http://hub.vn:8765", {"http_proxy": "http://p:3128", "no_proxy": "hub.vn:8765"}, None),
        ("http://hub.vn:8765", {"http_proxy": "http://p:3128", "no_proxy": "ub.vn"}, "http://p:3128"),
        ("http://10.0.0.5:8765", {"http_proxy": "http://p:3128"}, "http://p:3128"),
        ("http://10.0.0.5:8765", {"http_proxy": "http://p:3128", "no_proxy": "10.0.0.5"}, None),
        ("http://10.0.0.5:8765", {"http_proxy": "http://p:3128", "no_proxy": "a, 10.0.0.0/8"}, None),
        ("http://11.0.0.5:8765", {"http_proxy": "http://p:3128", "no_proxy": "10.0.0.0/8"}, "http://p:3128"),
        ("http://[fd00::5]:8765", {"http_proxy": "http://p:3128", "no_proxy": "fd00::/8"}, None),
        ("http://127.0.0.1:8765", {"http_proxy": "http://p:3128"}, None),
        ("http://127.9.9.9:8765", {"http_proxy": "http://p:3128"}, None),
        ("http://[::1]:8765", {"http_proxy": "http://p:3128"}, None),
        ("http://LOCALHOST.:8765", {"http_proxy": "http://p:3128"}, None),
        ("http://localhost.evil.vn:8765", {"http_proxy": "http://p:3128"}, "http://p:3128"),
    ],
)
def test_the_proxy_is_the_one_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, url: str, settings: dict[str, str], proxy: str | None
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert proxy_to(url) == proxy


def test_a_proxy_is_shown_without_its_password() -> None:
    assert without_password("http://an:p@ss@proxy:3128") == "http://proxy:3128"
    assert without_password("http://proxy:3128") == "http://proxy:3128"


# -- through a proxy --------------------------------------------------------------------------------------


def test_through_a_proxy_with_and_without_a_password(hub: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://hub.example:{hub.port}"
    word = base64.b64encode(b"an:top secret")
    with closing(ProxyServer(word)) as proxy, closing(HttpTransport(url)) as way:
        monkeypatch.setenv("http_proxy", proxy.url)
        wants = failure(way)
        assert wants.code == "sync.proxy_password"
        assert wants.params["proxy"] == proxy.url
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//an:wrong%20secret@"))
        assert failure(way).code == "sync.proxy_password"
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", "//an:top%20secret@"))
        assert way.post("/v1/sync", MESSAGE) == MESSAGE  # the settings are read anew after a failure
        assert set(proxy.asked) == {f"POST {url}/v1/sync HTTP/1.1".encode()}
    monkeypatch.delenv("http_proxy")


def test_tls_goes_through_a_proxy_unread(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    word = base64.b64encode(b"an:top secret")
    with ExitStack() as stack:
        proxy = stack.enter_context(closing(ProxyServer(word)))
        hub = stack.enter_context(closing(Peer(echoes, server_side(authority.issue("hub.example")))))
        way = HttpTransport(f"https://hub.example:{hub.port}", ca=authority.path)
        stack.callback(way.close)
        monkeypatch.setenv("https_proxy", proxy.url)
        assert failure(way).code == "sync.proxy_password"
        monkeypatch.setenv("https_proxy", proxy.url.replace("//", "//an:top%20secret@"))
        assert way.post("/v1/sync", MESSAGE) == MESSAGE
        assert way.post("/v1/sync", b"again") == b"again"
        assert proxy.asked == [f"CONNECT hub.example:{hub.port} HTTP/1.1".encode()] * 2


@pytest.mark.parametrize(
    ("scheme", "answer", "code"),
    [
        ("http", page("200 OK"), "sync.nonsense"),
        ("http", page("302 Found", "location: http://proxy.example/login\r\n"), "sync.nonsense"),
        ("http", page("511 Network Authentication Required"), "sync.nonsense"),
        ("http", page("403 Forbidden"), "sync.proxy"),
        ("http", page("502 Bad Gateway"), "sync.offline"),
        ("http", page("504 Gateway Timeout"), "sync.offline"),
        ("http", page("500 Internal Server Error"), "sync.hub_trouble"),
        ("http", says(b""), "sync.offline"),
        ("https", page("200 OK"), "sync.offline"),
        ("https", page("302 Found", "location: http://proxy.example/login\r\n"), "sync.proxy"),
        ("https", page("403 Forbidden"), "sync.proxy"),
        ("https", page("502 Bad Gateway"), "sync.offline"),
        ("https", page("503 Service Unavailable"), "sync.offline"),
        ("https", says(b"HTTP/1.1 200 OK\r\n\r\n"), "sync.offline"),
        ("https", says(b"noise\r\n\r\n"), "sync.nonsense"),
    ],
)
def test_a_proxy_that_does_not_let_through_is_named(
    monkeypatch: pytest.MonkeyPatch, scheme: str, answer: Callable[..., None], code: str
) -> None:
    with closing(ProxyServer(refuses=answer)) as proxy:
        monkeypatch.setenv("all_proxy", proxy.url)
        with closing(HttpTransport(f"{scheme}://hub.example:8765", timeout=2.0)) as way:
            told = failure(way)
            assert told.code == code
            assert told.params["url"] == f"{scheme}://hub.example:8765"
            if code in ("sync.proxy", "sync.offline"):
                assert proxy.url in sentence(told, Words("vi"))


@pytest.mark.parametrize(
    ("proxy", "code"),
    [
        ("socks5://127.0.0.1:1080", "sync.proxy"),
        ("ftp://127.0.0.1:1", "sync.proxy"),
        ("http://127.0.0.1:port", "sync.proxy"),
        ("http://", "sync.proxy"),
        ("http://127.0.0.1:9", "sync.offline"),
    ],
)
def test_a_proxy_that_is_none(monkeypatch: pytest.MonkeyPatch, proxy: str, code: str) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    with closing(HttpTransport("http://hub.example", timeout=2.0)) as way:
        assert failure(way).code == code


def test_the_way_to_this_same_pc_takes_no_proxy(hub: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:9")
    for host in ("127.0.0.1", "localhost"):
        with closing(HttpTransport(f"http://{host}:{hub.port}")) as way:
            assert way.post("/v1/sync", b"x") == b"x"


# -- certificates -----------------------------------------------------------------------------------------


def test_certificates_that_prove_something(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Peer(echoes, server_side(authority.issue("127.0.0.1")))) as hub:
        with closing(HttpTransport(hub.url, ca=authority.path)) as way:
            assert way.post("/v1/sync", MESSAGE) == MESSAGE
        with closing(HttpTransport(hub.url)) as way:
            assert failure(way).code == "sync.certificate"
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))  # the system's own, of now
            assert way.post("/v1/sync", MESSAGE) == MESSAGE


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("hub.example", {}),
        ("127.0.0.2", {}),
        ("127.0.0.1", {"valid": timedelta(days=-1)}),
        ("127.0.0.1", {"by_itself": True}),
    ],
    ids=["another name", "another address", "expired", "self-signed"],
)
def test_certificates_that_prove_nothing(authority: Authority, name: str, how: dict[str, timedelta]) -> None:
    certificate = authority.issue(name, **how)  # type: ignore[arg-type]
    heard: list[bytes] = []

    def listens(line: object, over: threading.Event, asked: bytes) -> None:
        heard.append(asked)

    with ExitStack() as stack:
        hub = stack.enter_context(closing(Peer(listens, server_side(certificate))))
        way = stack.enter_context(closing(HttpTransport(hub.url, ca=authority.path)))
        assert failure(way).code == "sync.certificate"
    assert heard == []


def test_tls_where_there_is_none_and_none_where_there_is(authority: Authority) -> None:
    secure = server_side(authority.issue("127.0.0.1"))
    for scheme, other, tls in (("https", "http", None), ("http", "https", secure)):
        with closing(Peer(page("400 Bad Request"), tls)) as peer:
            assert peer.url.startswith(other)
            url = peer.url.replace(other, scheme, 1)
            with closing(HttpTransport(url, timeout=2.0)) as way:
                assert failure(way).code in ("sync.nonsense", "sync.offline")


def test_a_file_of_certificates_that_is_none(authority: Authority, tmp_path: Path) -> None:
    text = tmp_path / "ca.pem"
    with ExitStack() as stack:
        hub = stack.enter_context(closing(Peer(echoes, server_side(authority.issue("127.0.0.1")))))
        way = stack.enter_context(closing(HttpTransport(hub.url, ca=text)))
        assert failure(way).code == "sync.ca_file"
        text.write_text("no certificate", "utf-8")
        told = failure(way)
        assert told.code == "sync.ca_file"
        assert str(text) in sentence(told, Words("en"))
        text.write_bytes(authority.path.read_bytes())
        assert way.post("/v1/sync", b"x") == b"x"


# -- lines ------------------------------------------------------------------------------------------------


def test_one_connection_serves_many_messages_and_a_new_one_replaces_it(hub: Peer) -> None:
    with closing(HttpTransport(hub.url)) as way:
        for at in range(20):
            assert way.post("/v1/sync", bytes([at]) * 100) == bytes([at]) * 100
        assert hub.connections == 1
    assert failure(way).code == "sync.offline"


@pytest.mark.parametrize("what", ["reset", "silence"])
def test_a_line_that_breaks_is_left_for_another(hub: Peer, what: str) -> None:
    with closing(Relay(hub.port, 2, what)) as relay, closing(HttpTransport(relay.url, timeout=1.0)) as way:
        assert way.post("/v1/sync", b"one") == b"one"
        assert failure(way).code == "sync.offline"
        assert not relay.over.is_set()
        assert way.post("/v1/sync", b"three") == b"three"
        assert relay.connections == 2


@pytest.mark.parametrize("takes", [deaf, sips])
def test_a_peer_that_does_not_take_a_message_is_left(takes: Callable[..., None]) -> None:
    with closing(Peer(takes)) as peer, closing(HttpTransport(peer.url, timeout=5.0, deadline=1.0)) as way:
        assert failure(way, bytes(MAX_PACKED)).code == "sync.offline"
        assert not peer.over.is_set()


def test_a_message_that_nobody_would_take_is_not_sent(hub: Peer) -> None:
    with closing(HttpTransport(hub.url)) as way:
        assert failure(way, bytes(MAX_PACKED + 1)).code == "sync.too_large"
    assert hub.connections == 0


def test_closing_ends_a_message_under_way() -> None:
    with closing(Peer(deaf)) as peer:
        way = HttpTransport(peer.url)
        codes: list[str] = []
        sending = threading.Thread(target=lambda: codes.append(failure(way).code))
        sending.start()
        until(lambda: peer.connections, "connected")
        way.close()
        sending.join(10)
        assert codes == ["sync.offline"]


# -- what is counted and told ------------------------------------------------------------------------------


def test_bytes_are_counted() -> None:
    answer = bytes(3 * PART + 7)
    data = bytes(5 * PART + 1)

    def answers(line: socket.socket, over: threading.Event, asked: bytes) -> None:
        whole(line, asked)
        line.sendall(head(len(answer)) + answer)

    with closing(Peer(answers)) as peer, closing(HttpTransport(peer.url)) as way:
        assert way.post("/v1/sync", data) == answer
        assert (way.sent_bytes, way.received_bytes) == (len(data), len(answer))


def test_an_answer_of_a_length_that_was_not_told() -> None:
    said = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-daumoi\r\ntransfer-encoding: chunked\r\n\r\n"
    said += b"3\r\nabc\r\n0\r\n\r\n"
    with closing(Peer(says(said))) as peer, closing(HttpTransport(peer.url)) as way:
        assert way.post("/v1/sync", b"x") == b"abc"
        assert way.received_bytes == 3


def test_within_one_program_bytes_are_counted_too() -> None:
    way = DirectTransport(lambda path, data: data + data)
    assert way.post("/v1/sync", b"abc") == b"abcabc"
    assert (way.sent_bytes, way.received_bytes) == (3, 6)
