"""Finds the proxy for an address from the environment, because the platforms' SDKs do not, or only in part."""

from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
"""Host names of this machine."""


def proxy_for(url: str) -> str | None:
    """Return the proxy's address, which may contain a password, from HTTPS_PROXY or HTTP_PROXY, else ALL_PROXY.

    None for this machine, for hosts that NO_PROXY names, and where no proxy is set.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in LOOPBACK or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all") or None
