"""A place to listen at, taken before anything else is opened, so that a port in use is a clear error."""

import errno
import os
import socket

from bot.errors import RefusedError

BACKLOG = 64


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
        raise RefusedError(f"HTTP: nobody knows the host {host}. Correct PAPERROUND_HTTP__HOST.") from error
    except OSError as error:
        raise RefusedError(f"HTTP: {host} port {port} {_why(error)}") from error


def address_of(listening: socket.socket) -> str:
    """Return the web address of what listens there."""
    host, port, *_ = listening.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _why(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "is in use. Stop what listens there, or set PAPERROUND_HTTP__PORT to another port."
        case errno.EADDRNOTAVAIL:
            return "cannot be had: this machine has no such address. Correct PAPERROUND_HTTP__HOST."
        case errno.EACCES:
            return "is not for this user. Set PAPERROUND_HTTP__PORT to a port above 1023."
        case code:
            return f"cannot be had: {os.strerror(code or 0)}. Correct PAPERROUND_HTTP__HOST and PAPERROUND_HTTP__PORT."
