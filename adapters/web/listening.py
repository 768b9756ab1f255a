"""Opens the listening socket. The service does this before anything else, so that a port in use is a clear error."""

import errno
import os
import socket

from bot.errors import RefusedError

BACKLOG = 64
"""Connections that the system keeps waiting until they are accepted."""

_CORRECT = "Correct PAPERROUND_HTTP__HOST and PAPERROUND_HTTP__PORT."
_WHY = {
    errno.EADDRINUSE: ("is in use.", "Stop what listens there, or set PAPERROUND_HTTP__PORT to another port."),
    errno.EADDRNOTAVAIL: ("is no address of this machine.", "Correct PAPERROUND_HTTP__HOST."),
    errno.EACCES: ("is not for this user.", "Set PAPERROUND_HTTP__PORT to a port above 1023."),
}
"""For each error code of the system: what is wrong, and what to do."""


def listen_at(host: str, port: int) -> socket.socket:
    """Return a socket that listens at a port, 0 for any free one; the caller closes it.

    Raises:
        RefusedError: the port cannot be used; the message says why, and what to set instead.
    """
    try:
        place, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = place
        return socket.create_server(address, family=family, backlog=BACKLOG)
    except socket.gaierror as error:
        raise RefusedError(f"HTTP: nobody knows the host {host}.", hint="Correct PAPERROUND_HTTP__HOST.") from error
    except OSError as error:
        why, hint = _WHY.get(error.errno or 0, (f"cannot be had: {os.strerror(error.errno or 0)}.", _CORRECT))
        raise RefusedError(f"HTTP: {host} port {port} {why}", hint=hint) from error


def address_of(listening: socket.socket) -> str:
    """Return the web address of a listening socket, with its real port."""
    host, port, *_ = listening.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
