# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that runs ssh as long as another process lives: [--beat] PID FILE COMMAND…

The process is Ansible's. Its end may be a kill, so nothing in it can end the ssh. The program removes the file at the
end, such as a kubeconfig that leads to a port of the ssh. With --beat it writes a line to the command now and then, by
which the far end knows that this machine lives.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
BEAT = 10.0  # seconds between two lines


def end_with_parent() -> None:
    """Have the kernel end this process when its parent is killed. Only Linux can."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def watch(pid: int) -> Callable[[float], bool]:
    """Return a function that waits up to some seconds, and says whether the process still lives.

    Raises:
        ProcessLookupError: it has ended already
    """
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    except (AttributeError, OSError):  # neither Python nor each kernel and container runtime has it
        pass
    else:
        return lambda seconds: not select.select([descriptor], [], [], seconds)[0]

    def lives(seconds: float) -> bool:
        time.sleep(seconds)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True

    os.kill(pid, 0)
    return lives


def keep(pid: int, command: list[str], beat: bool = False) -> int:
    """Run the command until it ends or the process does. Return the command's status."""
    try:
        lives = watch(pid)
    except ProcessLookupError:
        return 0
    # A command may need more descriptors, such as the one with the password for sshpass.
    stdin = subprocess.PIPE if beat else subprocess.DEVNULL
    with subprocess.Popen(command, stdin=stdin, close_fds=False, preexec_fn=end_with_parent) as child:
        try:
            last = time.monotonic()
            while child.poll() is None and lives(0.2):
                if child.stdin and time.monotonic() - last > BEAT:
                    os.write(child.stdin.fileno(), b"\n")
                    last = time.monotonic()
        except BrokenPipeError:  # the command is ending
            pass
        finally:
            if child.poll() is None:
                child.terminate()
        return child.wait()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(1))
    arguments = sys.argv[1:]
    beat = arguments[0] == "--beat"
    pid, file, *command = arguments[beat:]
    try:
        return keep(int(pid), command, beat)
    finally:
        Path(file).unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
