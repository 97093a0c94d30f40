"""Ports on loopback: which are free, and who holds one that we need."""

import os
import socket
from contextlib import ExitStack, closing

import psutil

from services.kit.settings import PORT_ORDER
from services.local.errors import PortInUseError


def free_port() -> int:
    """A port that nobody listens on right now."""
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def free_base(count: int = len(PORT_ORDER)) -> int:
    """The first of `count` ports in a row (as many as one launcher wants) that nobody listens on right now.

    Raises:
        PortInUseError: there is no such row.
    """
    # processes that were started together begin far from each other
    for base in range(20_000 + os.getpid() * 37 % 1000 * count, 32_000, count):
        with ExitStack() as held:
            try:
                for offset in range(count):
                    sock = held.enter_context(closing(socket.socket()))
                    sock.bind(("127.0.0.1", base + offset))
            except OSError:
                continue
        return base
    raise PortInUseError(f"no {count} free ports in a row between 20000 and 32000")


def find_holder(port: int) -> str | None:
    """Who listens on `port`: `name (pid 12)`; `another process` when the system will not tell; None if it is free."""
    with closing(socket.socket()) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            pass
        else:
            return None
    try:
        for connection in psutil.net_connections("tcp"):
            local = connection.laddr
            if connection.status == psutil.CONN_LISTEN and local and local.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        return "another process"
    return "another process"


def require_free(port: int, *, purpose: str) -> None:
    """Checks a port before anything is started.

    Raises:
        PortInUseError: names the port, its purpose, who holds it and what to do.
    """
    holder = find_holder(port)
    if holder is not None:
        raise PortInUseError(
            f"port {port} ({purpose}) is held by {holder}. End that process, or choose other ports with --port-base."
        )
