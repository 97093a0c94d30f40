"""Ports on loopback and their holders."""

import os
import socket

import pytest

from services.local.errors import PortInUseError
from services.local.ports import find_holder, free_base, free_port, require_free


def test_a_free_port_has_no_holder() -> None:
    assert find_holder(free_port()) is None


def test_the_holder_of_a_port_is_named_with_its_process_id() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        holder = find_holder(sock.getsockname()[1])
    assert holder is not None
    assert f"(pid {os.getpid()})" in holder


def test_a_held_port_is_refused_with_its_purpose_and_a_remedy() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        with pytest.raises(PortInUseError, match=rf"port {port} \(gateway\) is held by .*--port-base"):
            require_free(port, purpose="gateway")


def test_a_row_of_ports_begins_where_all_of_them_are_free() -> None:
    base = free_base()
    assert [find_holder(base + offset) for offset in range(10)] == [None] * 10
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", base + 10))
        sock.listen()
        assert base + 10 not in range(free_base(), free_base() + 11)
