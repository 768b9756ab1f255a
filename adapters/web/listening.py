"""A place to listen at, taken before anything else is opened, so that a port in use is a clear error."""

import errno
import os
import socket

from bot.errors import RefusedError

BACKLOG = 64

_CORRECT = "Correct PAPERROUND_HTTP__HOST and PAPERROUND_HTTP__PORT."
_WHY = {
    errno.EADDRINUSE: ("is in use.", "Stop what listens there, or set PAPERROUND_HTTP__PORT to another port."),
    errno.EADDRNOTAVAIL: ("is no address of this machine.", "Correct PAPERROUND_HTTP__HOST."),
    errno.EACCES: ("is not for this user.", "Set PAPERROUND_HTTP__PORT to a port above 1023."),
}
"""What is wrong and what to do, by the system's code."""


def listen_at(host: str, port: int) -> socket.socket:
    """Take a port, 0 for any free one; the caller closes the socket.

    Raises:
        RefusedError: it cannot be had; the message says why and what to set instead.
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
    """Return the web address of what listens there."""
    host, port, *_ = listening.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
