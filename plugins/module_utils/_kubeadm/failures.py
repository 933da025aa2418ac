# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence for a kubeadm that failed: its own errors, and the errors of the programs it waited for. No I/O.

kubeadm often says only that the API did not come up. Then the journals of the kubelet and of containerd have the
reason, and the static pods show how far the control plane came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import (
    check_objects,
    parse_json,
    read_number,
    read_object,
    read_objects,
    read_text,
)

_STATIC_PODS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
_LONGEST = 300  # characters of a line from a journal
_LINES = 2  # of each journal

# klog's head of an error or a fatal line, such as "E1128 10:02:11.123456    1234 run.go:72] ".
_KLOG_ERROR = re.compile(r"^[EF]\d{4} [\d:.]+\s+\d+ \S+\] (?P<text>.+)$")
# The kubelet's last words before it ends.
_KUBELET_END = re.compile(r'^F\d{4} |"command failed"|[Ff]ailed to run [Kk]ubelet|^Error: ')
# Before kubeadm writes the configuration of the kubelet, the kubelet ends again and again. This explains nothing.
_NOT_CONFIGURED = re.compile(r"failed to load kubelet config file.*no such file or directory")
_CONTAINERD_ERROR = re.compile(r"\blevel=(?:error|fatal|panic) (?P<text>.+)$")
# The log of a container: /var/log/pods/NAMESPACE_POD_UID/CONTAINER/ATTEMPT.log.
_CONTAINER_LOG = re.compile(r"/kube-system_[^/]+/(?P<container>[^/]+)/(?P<attempt>\d+)\.log$")
_SECRETS = (
    (re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b"), "TOKEN"),  # a bootstrap token
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "TOKEN"),  # the token of a service account
    # The key of the certificates. Hashes and identities of containers, which look alike, have a prefix.
    (re.compile(r"(?<![0-9A-Za-z:/])[0-9a-f]{64}(?![0-9A-Za-z])"), "KEY"),
    (re.compile(r"(?i)\b(bearer|certificate-key)([ =]+)\S+"), r"\1\2SECRET"),
    (re.compile(r"(\w://)[^/\s@]+@"), r"\1SECRET@"),
)


@dataclass(frozen=True)
class NodeState:
    """What a node shows when kubeadm fails.

    Attributes:
        kubelet: the kubelet's journal since kubeadm began, oldest line first
        containerd: containerd's journal since then
        containers: the output of C(crictl ps --all --output json); empty without crictl
        logs: the paths of the containers' logs, which tell the attempts where crictl is missing
        manifests: the names of the static pods that kubeadm wrote
    """

    kubelet: str = ""
    containerd: str = ""
    containers: str = ""
    logs: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()


def explain_failure(command: str, output: str, state: NodeState | None = None) -> str:
    """Make a sentence from the output of kubeadm: the lines that it marks as errors, else its last lines.

    The state of the node follows. Words such as TOKEN replace secrets.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("[ERROR", "error:", "error execution"))]
    told = " | ".join(errors or lines[-5:]) or "it printed nothing"
    return hide_secrets("; ".join([f"{command} failed: {told}", *(describe_state(state) if state else ())]))


def describe_state(state: NodeState) -> list[str]:
    """Say what the kubelet and containerd complain of, and how far the static pods are: a part of a sentence each."""
    parts = [
        ("the kubelet says", _kubelet_errors(state.kubelet)),
        ("containerd says", _last(_errors(state.containerd, _CONTAINERD_ERROR))),
        ("static pods", _static_pods(state)),
    ]
    return [hide_secrets(f"{subject}: {' | '.join(found)}") for subject, found in parts if found]


def hide_secrets(text: str) -> str:
    """Replace tokens, keys and passwords in a text."""
    for secret, word in _SECRETS:
        text = secret.sub(word, text)
    return text


def _kubelet_errors(journal: str) -> list[str]:
    """The last reason why the kubelet ended, if it did, and its last other error."""
    journal = "\n".join(line for line in journal.splitlines() if not _NOT_CONFIGURED.search(line))
    ends = [line for line in journal.splitlines() if _KUBELET_END.search(line)]
    if ends:
        match = _KLOG_ERROR.match(ends[-1])
        return [_shorten(match["text"] if match else ends[-1])]
    return _last(_errors(journal, _KLOG_ERROR))


def _errors(journal: str, error: re.Pattern[str]) -> list[str]:
    return [match["text"] for match in map(error.search, journal.splitlines()) if match]


def _last(lines: Iterable[str]) -> list[str]:
    """The last different lines, in their order. A line that repeats counts where it stands last."""
    newest_first = dict.fromkeys(reversed([_shorten(line) for line in lines]))
    return list(newest_first)[:_LINES][::-1]


def _shorten(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _static_pods(state: NodeState) -> list[str]:
    """Say the state of each static pod of the control plane that has a manifest."""
    wanted = [name for name in _STATIC_PODS if name in state.manifests]
    found = _container_states(state.containers) or _attempts(state.logs)
    return [f"{name} {found.get(name, 'has not started')}" for name in wanted]


def _container_states(text: str) -> dict[str, str]:
    """Read the state of each container's last attempt in the output of crictl. Empty for any other text."""
    try:
        found = check_objects([parse_json(text)])[0]
        containers = [_container(one) for one in read_objects(found, "containers")]
    except InputError:
        return {}
    return {one.name: one.words for one in sorted(containers, key=lambda one: one.attempt)}


@dataclass(frozen=True)
class _Container:
    name: str
    state: str
    attempt: int

    @property
    def words(self) -> str:
        return f"is {self.state}" if not self.attempt else f"is {self.state} after {self.attempt + 1} starts"


def _container(fields: Mapping[str, Any]) -> _Container:
    """Read a container. Raises InputError."""
    metadata = read_object(fields, "metadata")
    state = read_text(fields, "state").replace("CONTAINER_", "").lower()
    return _Container(read_text(metadata, "name"), state, read_number(metadata, "attempt", 0))


def _attempts(logs: Iterable[str]) -> dict[str, str]:
    """Count the starts of each container by the names of its logs."""
    attempts: dict[str, int] = {}
    for match in filter(None, map(_CONTAINER_LOG.search, logs)):
        name = match["container"]
        attempts[name] = max(attempts.get(name, 0), int(match["attempt"]))
    return {name: "started once" if not last else f"started {last + 1} times" for name, last in attempts.items()}


__all__ = ["NodeState", "describe_state", "explain_failure", "hide_secrets"]
