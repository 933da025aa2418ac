# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._probing import kube_proxy
from ansible_collections.podnet.kubernetes.plugins.module_utils._probing.kube_proxy import is_settled, wait_for_rules

NAME = "kubeproxy_sync_proxy_rules_last"
HEAD = f"# HELP {NAME}_queued_timestamp_seconds [ALPHA] The last time a sync of proxy rules was queued\n"


def metrics(queued, synced, family="IPv4"):
    """What kube-proxy 1.36 writes. Prometheus has numbers in scientific notation too."""
    return (
        f'{HEAD}{NAME}_queued_timestamp_seconds{{ip_family="{family}"}} {queued:.16e}\n'
        f'{NAME}_timestamp_seconds{{ip_family="{family}"}} {synced:.16e}\nkubeproxy_sync_proxy_rules_total 7\n'
    )


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        (metrics(1000, 1001), True),
        (metrics(1002, 1001), False),  # a change waits
        (metrics(1000, 1009.8), False),  # it may still look through connection tracking
        (metrics(1000, 1001) + metrics(1003, 1002, "IPv6"), False),
        (metrics(1000, 1001) + metrics(1002, 1003, "IPv6"), True),
        (metrics(0, 0), True),  # a family that the cluster does not use
        ("", True),
        ("<html>", True),  # some other program
        (metrics(1000, 1001).replace("e+03", "e+O3"), True),
    ],
)
def test_when_kube_proxy_has_nothing_left_to_do(text, settled):
    assert is_settled(text, 1010.0) == settled


def test_the_probes_wait_for_kube_proxy():
    now = time.time()
    answers = [metrics(now, now - 60), metrics(now, now - 60), metrics(now - 9, now - 8)]
    assert wait_for_rules(read=lambda: answers.pop(0))
    assert answers == []


def test_the_wait_has_an_end():
    now, start = time.time(), time.monotonic()
    assert not wait_for_rules(0.2, read=lambda: metrics(now, now - 60))
    assert 0.2 <= time.monotonic() - start < 5


@contextmanager
def served(monkeypatch, answer):
    """Have a program that answers one request."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(kube_proxy, "_METRICS", server.getsockname())

        def work():
            connection, _peer = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=work)
        thread.start()
        yield
        thread.join(5)


def test_kube_proxy_is_asked_on_its_port(monkeypatch):
    now = time.time()
    body = metrics(now, now - 60).encode()
    with served(monkeypatch, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body):
        assert not wait_for_rules(0)


@pytest.mark.parametrize(
    "answer", [b"", b"220 mail.example.org\r\n", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"]
)
def test_another_program_on_the_port_holds_nothing_up(monkeypatch, answer):
    with served(monkeypatch, answer):
        assert wait_for_rules()


def test_without_kube_proxy_nothing_is_waited_for(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(kube_proxy, "_METRICS", server.getsockname())
    assert wait_for_rules()
