# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the pods of a machine, and end them: by containerd, or without it where it does not answer.

The containers of other programs stay, also those in the same namespace of containerd. ctr is used and not crictl,
because it comes with containerd, and because containerd's CRI plugin would ask the pod network, which may be broken.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset import machine
from ansible_collections.podnet.kubernetes.plugins.module_utils._reset.bundles import (
    Bundle,
    processes_of,
    read_bundle,
    shims_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ansible.module_utils.basic import AnsibleModule

_CTR = ("ctr", "--namespace", "k8s.io", "--connect-timeout", "5s")
# The kubelet gives this label to all its containers.
_LABEL = 'labels."io.kubernetes.pod.uid"'
_BUNDLES = "run/containerd/io.containerd.runtime.v2.task/k8s.io"
_PAUSE = 0.5  # seconds between two attempts


def read_bundles() -> list[Bundle]:
    """Read the containers of pods that run, from the directories of containerd."""
    files = sorted((machine.ROOT / _BUNDLES).glob("*/config.json"))
    return [bundle for bundle in (read_bundle(path.parent.name, _text(path)) for path in files) if bundle]


def ask_containerd(module: AnsibleModule) -> list[str] | None:
    """Ask containerd for the containers of pods, also for those that ended. None when it does not answer."""
    code, output, _errors = machine.run(module, *_CTR, "containers", "list", "--quiet", _LABEL)
    return output.split() if code == 0 else None


def start_containerd(module: AnsibleModule, deadline: float) -> list[str] | None:
    """Start containerd, and ask it as ask_containerd() does."""
    if machine.run(module, "systemctl", "start", "containerd")[0] != 0:
        return None
    while (found := ask_containerd(module)) is None and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return found


def remove_containers(module: AnsibleModule, containers: list[str], deadline: float) -> None:
    """Have containerd end and forget containers. Its CRI plugin forgets them when it starts again.

    Raises:
        ClusterError: some are still there after the deadline of the monotonic clock
    """
    left, errors = containers, ""
    while left:
        machine.run(module, *_CTR, "tasks", "delete", "--force", *left)
        errors = machine.run(module, *_CTR, "containers", "delete", *left)[2]
        known = ask_containerd(module)
        left = left if known is None else [one for one in left if one in known]
        if left and time.monotonic() > deadline:
            raise ClusterError(f"containerd does not delete the containers {', '.join(left)}: {errors.strip()}")
        if left:
            time.sleep(_PAUSE)
    machine.must_run(module, "systemctl", "restart", "containerd")


def kill_pods(bundles: list[Bundle], deadline: float) -> None:
    """End the processes of pods, and then containerd's programs that keep them.

    Raises:
        ClusterError: some still run after the deadline of the monotonic clock
    """
    containers = [bundle.id for bundle in bundles]
    while left := find_processes(containers):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise ClusterError(f"the processes {', '.join(map(str, left))} of pods do not end: reboot the machine")
        time.sleep(_PAUSE)


def find_processes(containers: list[str]) -> list[int]:
    """Find the processes of containers, or when they have ended their shims."""
    processes = [path for path in (machine.ROOT / "proc").iterdir() if path.name.isdigit()]
    own = processes_of(containers, {int(path.name): _text(path / "cgroup") for path in processes})
    commands = {int(path.name): _text(path / "cmdline").split("\0") for path in processes}
    return own or shims_of(containers, commands)


def _text(path: Path) -> str:
    """Read a file. Empty when there is none, or when its process has ended."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


__all__ = [
    "ask_containerd",
    "find_processes",
    "kill_pods",
    "read_bundles",
    "remove_containers",
    "start_containerd",
]
