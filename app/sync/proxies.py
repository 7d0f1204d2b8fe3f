"""Through which proxy the head office is reached: as the environment or the system's settings say."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit


def proxy_to(url: str) -> str | None:
    """The proxy's address, with the name and password that it may hold; None where the way is straight.

    The environment (`https_proxy`, `all_proxy`, `no_proxy` …) goes before the settings of Windows or macOS.
    No proxy ever leads to this same PC.
    """
    from urllib.request import getproxies, proxy_bypass

    to = urlsplit(url)
    known = getproxies()
    proxy = known.get(to.scheme) or known.get("all")
    if not proxy or _exempt(to, known.get("no", "")) or proxy_bypass(to.netloc.rpartition("@")[2]):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def without_password(proxy: str) -> str:
    """A proxy's address as it may be shown."""
    before, at, after = proxy.rpartition("@")
    return f"{before.partition('://')[0]}://{after}" if at else proxy


def _exempt(to: SplitResult, exceptions: str) -> bool:
    """Whether a host is this PC, or in a network such as 10.0.0.0/8, which the standard library's own look
    at `exceptions` does not understand."""
    host = (to.hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or any(_within(address, text.strip()) for text in exceptions.split(","))


def _within(address: object, network: str) -> bool:
    try:
        return address in ip_network(network, strict=False)
    except ValueError:
        return False
