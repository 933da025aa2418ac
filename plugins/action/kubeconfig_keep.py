# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action kubeconfig_keep: it keeps a cluster's kubeconfig on the controller, and leaves one that a user changed.

It is an action and no module, because it works on the controller, where no Python for modules may be set.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import (
    ClusterError,
    InputError,
    PodnetError,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.kubeconfig import (
    Choice,
    KeptMark,
    ca_of,
    certificates_of,
    choose,
    digest,
    from_afar,
    read_mark,
)
from ansible_collections.podnet.kubernetes.plugins.plugin_utils.kubeconfigs import dump, parse, write

ARGUMENTS = {
    "found": {"type": "list", "elements": "dict", "required": True},
    "places": {"type": "list", "elements": "str", "required": True},
    "dest": {"type": "path", "required": True},
    "answers": {"type": "dict", "default": {}},
    "refusals": {"type": "dict", "default": {}},
}

# An error shows the reasons of so many hosts. They are often one reason.
SHOWN = 3


def fetched(one: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the text of a kubeconfig that leads from the controller to the API, and its content. Raises InputError."""
    name = f"{one['host']}:{one['path']}"
    try:
        text = base64.b64decode(one["content"]).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise InputError(f"kubeconfig {name}: it is no text") from None
    config = parse(text, name)
    moved = from_afar(config, name, one["address"])
    return (text, config) if moved is None else (dump(moved), moved)


def choose_source(
    found: Sequence[Mapping[str, Any]], places: Sequence[str], silent: Mapping[str, str]
) -> Mapping[str, Any]:
    """Choose the first kubeconfig that was found.

    Args:
        found: the results of kubeconfig_find
        places: where it looked
        silent: the hosts that ran nothing, with the reason of each

    Raises:
        ClusterError: there is none
        InputError: they belong to different clusters
    """
    there = [one for one in found if one.get("path")]
    unreadable = [f"{one['host']}:{place}" for one in found for place in one["unreadable"]]
    if not there and unreadable:
        raise ClusterError(f"{', '.join(unreadable)} may be read by root only: set ansible_become")
    if not there and silent:
        reasons = "; ".join(f"{host} {reason}" for host, reason in [*silent.items()][:SHOWN])
        reasons += f"; and {len(silent) - SHOWN} more hosts" if len(silent) > SHOWN else ""
        raise ClusterError(
            f"no kubeconfig was found: {reasons}: mend the connection to the control plane, or give "
            "connectivity_kubeconfig and network_policies_kubeconfig, the path of a kubeconfig on the controller"
        )
    if not there:
        hosts = ", ".join(one["host"] for one in found) or "any host"
        raise ClusterError(
            f"there is no kubeconfig on {hosts} (looked for {', '.join(places)}): put a control plane of the cluster "
            "into the group control_plane, add the path to cluster_access_places, or give connectivity_kubeconfig and "
            "network_policies_kubeconfig, the path of a kubeconfig on the controller"
        )
    first = there[0]
    for other in there[1:]:
        names = [f"{one['host']}:{one['path']}" for one in (first, other)]
        if ca_of(fetched(first)[1], names[0]) != ca_of(fetched(other)[1], names[1]):
            raise InputError(
                f"{names[0]} and {names[1]} belong to different clusters: give one of them alone the group "
                "control_plane, or name the hosts of one cluster with podnet_group"
            )
    return first


def silent_hosts(answers: Mapping[str, Any], refusals: Mapping[str, Any]) -> dict[str, str]:
    """Read why hosts ran nothing, from their results of a task.

    Args:
        answers: of hosts that were unreachable, of a task without become
        refusals: of hosts that were reached and did not look for a kubeconfig, of a task with become
    """
    unreachable = {
        host: f"does not answer: {_words(result.get('msg')).rstrip('.')}"
        for host, result in answers.items()
        if result and result.get("unreachable")
    }
    refused = {host: _refusal(result) for host, result in refusals.items() if result and not result.get("skipped")}
    return {**unreachable, **refused}


def _refusal(result: Mapping[str, Any]) -> str:
    if result.get("rc") == 0:
        return "runs no module: it needs Python, and ansible_python_interpreter names it"
    parts = (_words(result.get(name)) for name in ("msg", "stderr", "stdout"))
    said = next((part for part in parts if part and part != "non-zero return code"), "no reason")
    return f"runs nothing as root: {said.rstrip('.')} (see ansible_become and ansible_become_method)"


def _words(text: Any) -> str:
    return " ".join(str(text or "").split()).removeprefix("Task failed: ").replace(">>> Standard Error ", "")


def read_text(path: Path) -> str | None:
    """Read a file. None when it is not there. Raises InputError."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}: remove it, or choose another podnet_output_dir") from None


def belongs_to(existing: str | None, ca: str, path: Path) -> bool:
    """Whether a kubeconfig has this CA. A file that is no kubeconfig belongs to no cluster."""
    try:
        return existing is not None and ca_of(parse(existing, str(path)), str(path)) == ca
    except InputError:
        return False


def close(path: Path) -> None:
    """Let only its owner read a file. Raises InputError when the file is another user's, or cannot be changed."""
    try:
        path.chmod(0o600)
    except OSError as error:
        raise InputError(
            f"{path} grants all rights on the cluster, and others may read it: it cannot be closed ({error.strerror}): "
            f"run chmod 600 {path}, or set podnet_output_dir to a directory of your own"
        ) from None


def keep(dest: Path, text: str, config: Any, name: str, check_mode: bool) -> Choice:
    """Decide about the file on the controller, and write it unless in check mode. Raises InputError."""
    mark_path = dest.with_name(f"{dest.name}.mark")
    existing, certificates = read_text(dest), certificates_of(config, name)
    mark = read_mark(read_text(mark_path))
    choice = choose(existing, text, mark, certificates, belongs_to(existing, ca_of(config, name), dest))
    if check_mode:
        return choice
    if choice.keep_old:
        write(dest.with_name(f"{dest.name}.old"), str(existing))
    if choice.write:
        write(dest, text)
    elif dest.stat().st_mode & 0o077:
        close(dest)
    new = KeptMark(digest(text), certificates)
    if (choice.write or existing == text) and mark != new:
        write(mark_path, json.dumps(asdict(new)))
    return choice


class ActionModule(ActionBase):
    """The action, as Ansible finds it."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Choose a kubeconfig among those that were found, and keep it."""
        super().run(tmp, task_vars)
        _result, params = self.validate_argument_spec(argument_spec=ARGUMENTS)
        dest = Path(params["dest"])
        try:
            source = choose_source(
                params["found"], params["places"], silent_hosts(params["answers"], params["refusals"])
            )
            text, config = fetched(source)
            name = f"{source['host']}:{source['path']}"
            choice = keep(dest, text, config, name, self._task.check_mode)
        except PodnetError as error:
            raise AnsibleActionFail(str(error)) from error
        old = f" The old file is {dest}.old." if choice.keep_old else ""
        message = f"The kubeconfig {dest}, from {name}, {choice.reason}.{old}"
        return {"changed": choice.write, "host": source["host"], "msg": message}
