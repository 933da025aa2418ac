# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The containers of pods, as containerd's directories and the kernel show them without containerd. No I/O, no Ansible.

containerd keeps a bundle of the OCI runtime specification for each container that runs, and names it by the container's
id. Its CRI plugin writes annotations into it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    check_objects,
    parse_json,
    read_object,
    read_objects,
    read_optional_text,
)

_POD = re.compile(r"io\.kubernetes\.cri\.sandbox-(id|uid)")
_NAMESPACE_FILE = re.compile(r"(/var)?(/run/netns/[^/]+)")


@dataclass(frozen=True)
class Bundle:
    """The container of a pod.

    Attributes:
        id: the container's id
        namespace: the file of its network namespace; None when it shares the node's
    """

    id: str
    namespace: str | None = None


def read_bundle(identifier: str, text: str) -> Bundle | None:
    """Read the config.json of a bundle. None for a container of no pod, or a text that cannot be read."""
    try:
        found = check_objects([parse_json(text)])[0]
        annotations = read_object(found, "annotations")
        namespaces = read_objects(read_object(found, "linux"), "namespaces")
        paths = [read_optional_text(one, "path") for one in namespaces if one.get("type") == "network"]
    except InputError:
        return None
    if not any(_POD.fullmatch(name) for name in annotations):
        return None
    file = _NAMESPACE_FILE.fullmatch(paths[0] or "") if paths else None
    return Bundle(identifier, file[2] if file else None)


def processes_of(containers: Collection[str], cgroups: Mapping[int, str]) -> list[int]:
    """Find the processes of containers by their control groups.

    Args:
        containers: ids of containers, 64 hexadecimal digits
        cgroups: the text of /proc/PID/cgroup by PID
    """
    return sorted(pid for pid, text in cgroups.items() if any(one in text for one in containers))


def shims_of(containers: Collection[str], commands: Mapping[int, Iterable[str]]) -> list[int]:
    """Find the shims of containers: containerd's programs that keep them, one for each pod.

    Args:
        containers: ids of containers
        commands: the arguments of each process by PID
    """
    return sorted(pid for pid, words in commands.items() if _is_shim(list(words)) and set(words) & set(containers))


def _is_shim(words: list[str]) -> bool:
    return bool(words) and words[0].rpartition("/")[2].startswith("containerd-shim")


__all__ = ["Bundle", "processes_of", "read_bundle", "shims_of"]
