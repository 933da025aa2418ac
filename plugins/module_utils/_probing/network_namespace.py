# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enter network namespaces with this thread. Needs root (CAP_SYS_ADMIN).

A socket stays in the namespace in which it was opened. So one thread opens sockets in many namespaces and serves them
all.
"""

from __future__ import annotations

import ctypes
import errno
import os
from types import TracebackType

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError

_CLONE_NEWNET = 0x40000000


def _setns(descriptor: int) -> None:
    """Move this thread into the namespace behind a file descriptor."""
    if hasattr(os, "setns"):  # Python 3.12
        os.setns(descriptor, _CLONE_NEWNET)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class Namespaces:
    """The network namespaces that this thread enters. After the C(with) block the thread is back in its own."""

    def __init__(self) -> None:
        self._descriptors: dict[str, int] = {}
        self._current = ""

    def __enter__(self) -> Namespaces:
        self._descriptors[""] = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.enter("")
        finally:
            for descriptor in self._descriptors.values():
                os.close(descriptor)
            self._descriptors.clear()

    def enter(self, path: str) -> None:
        """Enter the namespace at a path such as /proc/PID/ns/net. An empty path is this thread's own namespace.

        The object keeps each namespace open, so that the thread can enter it again after its process has ended.

        Raises:
            ClusterError: the namespace is gone, or this process may not enter it
        """
        if path == self._current:
            return
        try:
            if path not in self._descriptors:
                self._descriptors[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            _setns(self._descriptors[path])
        except OSError as error:
            hint = " (root is needed)" if error.errno == errno.EPERM else ""
            raise ClusterError(
                f"cannot enter the network namespace {path or 'of this process'}: {error.strerror}{hint}"
            ) from None
        self._current = path


__all__ = ["Namespaces"]
