"""The tests' own promises."""

import socket

import pytest


def test_a_test_that_calls_out_is_stopped(stays_on_this_machine):
    from tests import loopback

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    assert loopback._attempts == ["192.0.2.1:80"]
    loopback._attempts.clear()


def test_names_outside_are_not_known():
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("mail.lampwright.example", 25)


def test_a_server_on_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
