# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line of its log with which a container of the system ended. Users' containers are not read."""

from __future__ import annotations

from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.kubelet import log_lines
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.reader import Reader

# The kubelet writes NAMESPACE_POD_UID/CONTAINER/NUMBER.log here, with a number for each start of the container.
_LOGS = "/var/log/pods"
_NAMESPACES = ("kube-system", "kube-flannel", "calico-system", "calico-apiserver", "tigera-operator", "cilium")
_PODS = ("kube-", "etcd-", "coredns-", "calico-", "canal-", "cilium-", "weave-net-")
_SIZE = 16_384  # bytes of a log
_OLD = 900  # seconds; the kubelet waits 300 s at most before it starts a container again


def read_last_words(reader: Reader) -> dict[str, str]:
    """Read why containers ended that were started more than once, and wrote something in the last 15 minutes.

    Returns:
        The last line about an error of each container, by "NAMESPACE/POD/CONTAINER"
    """
    found = {}
    for folder in reader.names(_LOGS) or []:
        namespace, _under, rest = folder.partition("_")
        pod = rest.rpartition("_")[0]
        if namespace in _NAMESPACES and pod.startswith(_PODS):
            for container in reader.names(f"{_LOGS}/{folder}") or []:
                line = _ended(reader, f"{_LOGS}/{folder}/{container}")
                if line:
                    found[f"{namespace}/{pod}/{container}"] = line
    return found


def _ended(reader: Reader, folder: str) -> str | None:
    """Return the last line about an error in the logs of a container; the newest log may be empty yet."""
    numbers = sorted(
        int(name[:-4]) for name in reader.names(folder) or [] if name.endswith(".log") and name[:-4].isdigit()
    )
    if not numbers or numbers[-1] == 0:
        return None
    for number in numbers[:-3:-1]:
        if (reader.age(f"{folder}/{number}.log") or 0) > _OLD:
            return None
        lines = log_lines(_messages(reader.end(f"{folder}/{number}.log", _SIZE) or ""), most=1)
        if lines:
            return lines[0]
    return None


def _messages(text: str) -> str:
    """Leave out what the runtime writes before each line: time, stream and a mark (format of CRI logs)."""
    return "\n".join(line.split(" ", 3)[-1] for line in text.splitlines())


__all__ = ["read_last_words"]
