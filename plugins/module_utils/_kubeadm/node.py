# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs kubeadm on the node that the module runs on, and asks the API about it. The thinking is in _kubeadm.py."""

from __future__ import annotations

import fcntl
import json
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.answers import (
    INIT_OBJECTS,
    INIT_TRACES,
    JOIN_TRACES,
    Credentials,
    explain_failure,
    ignored_errors,
    is_refused,
    is_unanswered,
    missing_objects,
    parse_join_command,
    with_token,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ansible.module_utils.basic import AnsibleModule

ADMIN_CONF = Path("/etc/kubernetes/admin.conf")
KUBELET_CONF = Path("/etc/kubernetes/kubelet.conf")
API_SERVER_MANIFEST = Path("/etc/kubernetes/manifests/kube-apiserver.yaml")
# Not in /run/lock, where every user can put a file or a link of that name.
_LOCK = Path("/run/podnet-kubeadm.lock")
_PAUSE = 0.5  # seconds between two attempts


@contextmanager
def only_kubeadm(timeout: float) -> Iterator[int]:
    """Hold the lock under which kubeadm runs, and yield its file descriptor for kubeadm to inherit.

    A kubeadm that outlived the Ansible that started it holds the lock on: it is waited for, C(timeout) seconds.
    Raises ClusterError when it still runs then, and when the lock cannot be had at all.
    """
    try:
        lock = _LOCK.open("w")
    except OSError as error:
        raise ClusterError(f"{_LOCK} cannot be opened ({error.strerror}): kubeadm needs root, set become") from None
    with lock:
        deadline = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ClusterError(f"another kubeadm has been running on this node for {timeout:.0f} s") from None
                time.sleep(_PAUSE)
        yield lock.fileno()


def ask_api(module: AnsibleModule, kubeconfig: Path, arguments: list[str]) -> tuple[int, str, str]:
    """Return exit code, output and errors of one question by kubectl, which gives up after five seconds."""
    command = ["kubectl", "--kubeconfig", str(kubeconfig), "--request-timeout=5s", *arguments]
    return module.run_command(command)  # type: ignore[no-any-return]


def _ask_while(
    is_passing: Callable[[str], bool], module: AnsibleModule, kubeconfig: Path, arguments: list[str], deadline: float
) -> tuple[int, str, str]:
    """Return what C(ask_api) returns, asked again until C(deadline), of the monotonic clock, while its errors pass."""
    while True:
        answer = ask_api(module, kubeconfig, arguments)
        if answer[0] == 0 or not is_passing(answer[2]) or time.monotonic() > deadline:
            return answer
        time.sleep(_PAUSE)


def find_missing(module: AnsibleModule, timeout: float) -> tuple[str, ...]:
    """Return what C(kubeadm init) has yet to make on this node, empty when it came to its end.

    Where the API server's manifest is there the API may be starting: it is waited for, C(timeout) seconds.
    """
    everything = missing_objects("")
    if not (ADMIN_CONF.exists() and API_SERVER_MANIFEST.exists()):
        return everything
    deadline = time.monotonic() + timeout
    question = ["get", "--raw=/readyz"]
    code, _output, errors = _ask_while(lambda text: not is_refused(text), module, ADMIN_CONF, question, deadline)
    if code != 0 and is_refused(errors):
        raise ClusterError(f"the API does not take {ADMIN_CONF}: {errors.strip()}")
    if code != 0:
        return everything
    found = ""
    for namespace in {namespace for namespace, _name in INIT_OBJECTS}:
        names = [name for where, name in INIT_OBJECTS if where == namespace]
        question = ["get", "-n", namespace, "--ignore-not-found", "-o", "name", *names]
        output = _ask_while(is_unanswered, module, ADMIN_CONF, question, deadline)[1]
        found += "".join(f"{namespace} {name}\n" for name in output.split())
    question = ["get", "-n", "kube-system", "--ignore-not-found", "-o", "jsonpath={.data.ClusterConfiguration}"]
    configuration = _ask_while(is_unanswered, module, ADMIN_CONF, [*question, "configmap/kubeadm-config"], deadline)[1]
    return missing_objects(found, configuration)


def initialise(module: AnsibleModule, lock: int) -> None:
    """Run C(kubeadm init), over the traces of an earlier one if there are any. Raises ClusterError when it fails."""
    begun = ADMIN_CONF.parent.joinpath("pki").exists()
    ignored = ignored_errors(module.params["ignore_preflight_errors"], INIT_TRACES, begun)
    command = ["kubeadm", "init", f"--config={module.params['config']}", "--skip-token-print"]
    _run(module, lock, [*command, f"--ignore-preflight-errors={ignored}"], "kubeadm init")


def has_joined(module: AnsibleModule, name: str, timeout: float) -> bool:
    """Return whether this node is known to the cluster by C(name), as its kubelet sees it (Node authorization).

    An API that gives no answer is asked again, C(timeout) seconds: it may be starting.
    """
    if not KUBELET_CONF.exists():
        return False
    deadline = time.monotonic() + timeout
    return _ask_while(is_unanswered, module, KUBELET_CONF, ["get", "node", name, "-o", "name"], deadline)[0] == 0


def join(module: AnsibleModule, lock: int) -> None:
    """Run C(kubeadm join) over whatever an earlier one left. Raises ClusterError when it fails.

    The token goes through standard input, never into a file or an argument.
    """
    for option in ("configuration", "token"):
        if not module.params[option]:
            raise InputError(f"{module.params['name']} has not joined its cluster: {option} is needed to do so")
    configuration = with_token(module.params["configuration"], module.params["token"])
    begun = KUBELET_CONF.parent.joinpath("pki").exists()
    ignored = ignored_errors(module.params["ignore_preflight_errors"], JOIN_TRACES, begun)
    command = ["kubeadm", "join", "--config=/dev/stdin", f"--ignore-preflight-errors={ignored}"]
    _run(module, lock, command, "kubeadm join", json.dumps(configuration))


def create_credentials(module: AnsibleModule) -> Credentials:
    """Make a bootstrap token that ends by itself. Raises ClusterError when kubeadm fails."""
    options = [f"--kubeconfig={ADMIN_CONF}", f"--ttl={module.params['ttl']}", "--print-join-command"]
    code, output, errors = module.run_command(["kubeadm", "token", "create", *options])
    if code != 0:
        raise ClusterError(explain_failure("kubeadm token create", errors))
    return parse_join_command(output)


def _run(module: AnsibleModule, lock: int, command: list[str], name: str, data: str | None = None) -> None:
    code, output, errors = module.run_command(command, data=data, pass_fds=[lock])
    if code != 0:
        raise ClusterError(explain_failure(name, output + errors))


__all__ = [
    "ask_api",
    "create_credentials",
    "find_missing",
    "has_joined",
    "initialise",
    "join",
    "only_kubeadm",
]
