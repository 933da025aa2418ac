# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that holds a lock on a machine as long as its standard input is open and speaks: NAME RUN WHO PATIENCE.

The lock is a socket in the abstract namespace of Linux (unix(7)). No file is left, root is not needed, and the kernel
takes the lock away when the program ends. Another run asks the socket who holds the lock, and since when. The program
writes the answer as one line of JSON: null when this run holds the lock, or who holds it.

The machine may have any Python 3, and nothing of this collection. So this file imports the standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import sys
import time
from typing import Any

_TRIES = 20  # the other run may end, or not listen yet, between two calls


def ask(name: str) -> Any:
    """Ask the run that holds the lock for itself. Raises OSError when there is none."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(name)
        parts = iter(lambda: client.recv(4096), b"")
        answer = json.loads(b"".join(parts).decode())
    if not isinstance(answer, dict):
        raise ValueError("another program has the name of the lock")
    return answer


def take(name: str) -> tuple[socket.socket | None, Any]:
    """Take the lock, or ask who holds it. Returns the socket or the answer; the other one is None."""
    for _try in range(_TRIES):
        lock = socket.socket(socket.AF_UNIX)
        try:
            lock.bind(name)
            lock.listen(8)
            return lock, None
        except OSError:
            lock.close()
        try:
            return None, ask(name)
        except (OSError, ValueError):
            time.sleep(0.1)
    return None, {"run": "", "who": "a program that does not answer", "since": "an unknown time"}


def hold(lock: socket.socket, answer: bytes, patience: float) -> None:
    """Tell others who holds the lock, until the input ends or is silent for too long."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        ready = select.select([lock, sys.stdin], [], [], max(0, deadline - time.monotonic()))[0]
        if sys.stdin in ready:
            if not os.read(sys.stdin.fileno(), 4096):
                return
            deadline = time.monotonic() + patience
        if lock in ready:
            client = lock.accept()[0]
            with client:
                client.settimeout(1)
                with contextlib.suppress(OSError):
                    client.sendall(answer)


def main() -> None:
    name, run, who, patience = sys.argv[1:5]
    lock, other = take("\0" + name)
    if lock is None and other.get("run") != run:
        print(json.dumps(other), flush=True)
        return
    print("null", flush=True)
    if lock is not None:
        since = time.strftime("%Y-%m-%d %H:%M:%S %Z")
        hold(lock, json.dumps({"run": run, "who": who, "since": since}).encode(), float(patience))


if __name__ == "__main__":
    main()
