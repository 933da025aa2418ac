# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mirror on loopback that misbehaves: it answers 500, cuts downloads, is slow or sends other bytes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<html>Please log in</html>"  # of a portal that stands in the way


@dataclass
class Mirror:
    """What the mirror sends, and what it was asked.

    Attributes:
        content: the right bytes
        faults: for each request in turn: status, cut, slow, other, or good; the last one stays
        right: bytes of paths that have no faults; None: the path is not there
        asked: the paths of the requests
        url: of the mirror
    """

    content: bytes
    faults: list[str]
    right: Mapping[str, bytes | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def next_fault(self) -> str:
        """Return the fault of the request that comes now."""
        return self.faults.pop(0) if len(self.faults) > 1 else self.faults[0]


@contextmanager
def misbehaving(content: bytes, *faults: str, right: Mapping[str, bytes | None] | None = None) -> Iterator[Mirror]:
    """Run a mirror for the block."""
    mirror = Mirror(content, list(faults), right or {})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mirror.asked.append(self.path)
            is_right = self.path in mirror.right
            fault = "good" if is_right else mirror.next_fault()
            given = mirror.right[self.path] if is_right else mirror.content
            if fault == "status" or given is None:
                self.send_error(404 if given is None else 500)
                return
            data = PAGE if fault == "other" else given
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if fault == "slow":
                self._trickle(data)
            else:
                self.wfile.write(data[: len(data) // 2] if fault == "cut" else data)

        def _trickle(self, data: bytes) -> None:
            """Send a byte now and then, for longer than any test waits, or until the client has enough of it."""
            for number in range(600):
                self.wfile.write(data[number : number + 1] or b" ")
                time.sleep(0.1)

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    mirror.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()
