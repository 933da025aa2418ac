# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A port of the controller that leads to an address as a host sees it, by the SSH connection that Ansible has to it."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.kept_process import (
    NoAnswerError,
    keep_process,
    ssh_command,
)

LOOPBACK = "127.0.0.1"
_HANDSHAKE = 5.0  # seconds for a handshake of TLS
_PAUSES = (0.0, 0.5, 1.0)  # seconds before each look for an answer: a restart of the API is short

# Options that win over those of ansible.cfg and of the inventory. A shared connection would keep the forward open for
# as long as it persists, after the end of Ansible.
_OPTIONS = ("-N", "-T", "-S", "none", "-o", "ExitOnForwardFailure=yes", "-o", "ServerAliveInterval=15")


@dataclass(frozen=True)
class Target:
    """An address and a port, as the host at the other end sees them."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Server:
    """The server that must answer behind a forwarded port.

    Attributes:
        tls: whether it speaks TLS
        name: the name or address that its certificate has
        ca: the certificate authority in PEM; None: not known
    """

    tls: bool
    name: str = ""
    ca: str | None = None


def open_forward(connection: Any, host: str, targets: Sequence[Target], server: Server, file: Path) -> int:
    """Forward a port of the controller until Ansible ends, and return it.

    Args:
        connection: Ansible's connection to the host
        host: the host's name in the inventory
        targets: are tried in this order; the first one counts that answers with the server's certificate, else the
            first one that answers
        server: the server that must answer there
        file: is removed when Ansible ends

    Raises:
        InputError: the connection is none of SSH
        ClusterError: the host refuses, or no target answers
    """
    if getattr(connection, "transport", None) != "ssh":
        raise InputError(
            f"podnet_api_through is control_plane, and {host} is reached by the connection "
            f"{getattr(connection, 'transport', None)}: set ansible_connection to ssh there, or podnet_api_through to "
            "controller"
        )
    ports = free_ports(len(targets))
    forwards = [part for pair in zip(ports, targets) for part in ("-L", f"{LOOPBACK}:{pair[0]}:{pair[1]}")]
    command = ssh_command(connection, [*_OPTIONS, *forwards])
    try:
        return keep_process(connection, command, file, lambda keeper, seconds: _wait(keeper, ports, server, seconds))
    except NoAnswerError as error:
        raise ClusterError(_refusal(host, targets, str(error))) from None


def free_ports(number: int) -> list[int]:
    """Choose ports of the loopback address that are free now. ssh fails if another program takes one in between."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server((LOOPBACK, 0))) for _number in range(number)]
        return [int(one.getsockname()[1]) for one in sockets]


def answer(port: int, server: Server) -> int:
    """How well a server answers behind a forwarded port: 0 not at all, 1 somehow, 2 with the certificate of the server.

    ssh closes a connection that it cannot forward. A gateway on the way may answer in place of an address that is not
    there. Only the client of the API decides about the certificate.
    """
    if not server.tls:
        return 2 * _gets_an_answer(port)
    try:
        context = ssl.create_default_context(cadata=server.ca)
        return 2 if _shakes_hands(port, context, server.name) else 0
    except ssl.SSLCertVerificationError:
        return 1
    except (ssl.SSLError, ValueError):  # no certificate in the CA, or a server with old settings
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with contextlib.suppress(ssl.SSLError):
            return int(_shakes_hands(port, context, server.name))
        return 0


def _shakes_hands(port: int, context: ssl.SSLContext, name: str) -> bool:
    """Whether a server speaks TLS. Raises ssl.SSLError when the handshake fails."""
    try:
        with socket.create_connection((LOOPBACK, port), _HANDSHAKE) as plain:
            context.wrap_socket(plain, server_hostname=name or None).close()
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):  # ssh closed the connection
        return False
    except ssl.SSLError:
        raise
    except OSError:
        return False
    return True


def _gets_an_answer(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), _HANDSHAKE) as plain:
            plain.sendall(b"GET /version HTTP/1.0\r\n\r\n")
            return bool(plain.recv(1))
    except OSError:
        return False


def _wait(keeper: subprocess.Popen[bytes], ports: Sequence[int], server: Server, seconds: float) -> int:
    """Wait until one of the ports answers, and return it. Raises TimeoutError when none does, or ssh has ended."""
    end = time.monotonic() + seconds
    while keeper.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection((LOOPBACK, ports[0]), _HANDSHAKE).close()
        except OSError:
            time.sleep(0.05)
        else:
            return _best(ports, server)  # when one forward listens, all do
    raise TimeoutError


def _best(ports: Sequence[int], server: Server) -> int:
    """Return the port behind which the right server answers, else the first one with an answer. Raises TimeoutError."""
    for pause in _PAUSES:
        time.sleep(pause)
        answered = []
        for port in ports:
            quality = answer(port, server)
            if quality == 2:
                return port
            answered += [port] * quality
        if answered:
            return answered[0]
    raise TimeoutError


def _refusal(host: str, targets: Sequence[Target], errors: str) -> str:
    """Say why there is no way through the host."""
    there = " and ".join(dict.fromkeys(map(str, targets)))
    if "administratively prohibited" in errors:
        return (
            f"{host} does not forward ports (podnet_api_through is control_plane): set AllowTcpForwarding to yes in "
            "its sshd_config, or podnet_api_through to controller"
        )
    reasons = re.findall(r"open failed: connect failed: ([^\r\n]+)", errors)
    if reasons:
        return f"{host} does not reach the API at {there} either: {reasons[0]}: check the API server there"
    lines = [line for line in errors.splitlines() if line.strip() and not line.startswith("debug")]
    reason = lines[-1].strip() if lines else f"nothing answers at {there}"
    return f"the API is not reached through {host} (podnet_api_through is control_plane): {reason}"


__all__ = ["Server", "Target", "open_forward"]
