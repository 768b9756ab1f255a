"""The proxy that the environment names for an address: the libraries of platforms do not look, or not well."""

from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def proxy_for(url: str) -> str | None:
    """Return the proxy for an address, with its password; None for this machine's own, and for what NO_PROXY names.

    HTTPS_PROXY, HTTP_PROXY, else ALL_PROXY name one.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in LOOPBACK or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all") or None
