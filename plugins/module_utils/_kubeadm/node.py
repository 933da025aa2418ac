# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kubeadm and kubectl on the node of the module. answers.py reads their output."""

from __future__ import annotations

import fcntl
import json
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import ClusterError, InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.answers import (
    INIT_OBJECTS,
    INIT_TRACES,
    JOIN_TRACES,
    Credentials,
    InitProgress,
    ignored_errors,
    is_refused,
    is_unanswered,
    missing_objects,
    parse_join_command,
    read_endpoint,
    with_token,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.certificates import (
    ca_pins,
    kubeconfig_ca_pins,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.failures import (
    NodeState,
    describe_state,
    explain_failure,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.membership import (
    explain_moved_control_plane,
    find_foreign_ca,
    read_node_ip,
    with_node_ip,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ansible.module_utils.basic import AnsibleModule

ADMIN_CONF = Path("/etc/kubernetes/admin.conf")
KUBELET_CONF = Path("/etc/kubernetes/kubelet.conf")
API_SERVER_MANIFEST = Path("/etc/kubernetes/manifests/kube-apiserver.yaml")
CA = Path("/etc/kubernetes/pki/ca.crt")
# kubeadm writes the kubelet's options into this file.
KUBELET_FLAGS = Path("/var/lib/kubelet/kubeadm-flags.env")
_POD_LOGS = Path("/var/log/pods")
_CONTAINERD = "unix:///run/containerd/containerd.sock"
# Not in /run/lock, where any user can create a file or a link of this name.
_LOCK = Path("/run/podnet-kubeadm.lock")
_PAUSE = 0.5  # seconds between two attempts


@contextmanager
def only_kubeadm(timeout: float) -> Iterator[int]:
    """Hold the lock for kubeadm, and yield its file descriptor. kubeadm inherits the descriptor.

    So a kubeadm that outlives its Ansible run keeps the lock. This function waits for it, at most C(timeout) seconds.

    Raises:
        ClusterError: the other kubeadm still runs then, or the lock file cannot be opened
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


def _ask_api(module: AnsibleModule, kubeconfig: Path, arguments: list[str]) -> tuple[int, str, str]:
    """Run kubectl, with a timeout of five seconds, and return its exit code, output and errors."""
    command = ["kubectl", "--kubeconfig", str(kubeconfig), "--request-timeout=5s", *arguments]
    return module.run_command(command)  # type: ignore[no-any-return]


def ask_while(
    is_passing: Callable[[str], bool], module: AnsibleModule, kubeconfig: Path, arguments: list[str], deadline: float
) -> tuple[int, str, str]:
    """Repeat _ask_api() while its errors can pass, until C(deadline) of the monotonic clock. Return the last answer."""
    while True:
        answer = _ask_api(module, kubeconfig, arguments)
        if answer[0] == 0 or not is_passing(answer[2]) or time.monotonic() > deadline:
            return answer
        time.sleep(_PAUSE)


def find_progress(module: AnsibleModule, timeout: float) -> InitProgress:
    """Find out how far C(kubeadm init) came.

    With a manifest of the API server on the node, the API may be starting. Wait for it, at most C(timeout) seconds.

    Raises:
        ClusterError: the API rejects the credentials in admin.conf
    """
    everything = InitProgress(missing_objects(""), "", CA.exists())
    if not (ADMIN_CONF.exists() and API_SERVER_MANIFEST.exists()):
        return everything
    deadline = time.monotonic() + timeout
    question = ["get", "--raw=/readyz"]
    code, _output, errors = ask_while(lambda text: not is_refused(text), module, ADMIN_CONF, question, deadline)
    if code != 0 and is_refused(errors):
        raise ClusterError(f"the API rejects the credentials in {ADMIN_CONF}: {errors.strip()}")
    if code != 0:
        return everything
    found = ""
    for namespace in {namespace for namespace, _name in INIT_OBJECTS}:
        names = [name for where, name in INIT_OBJECTS if where == namespace]
        question = ["get", "-n", namespace, "--ignore-not-found", "-o", "name", *names]
        output = ask_while(is_unanswered, module, ADMIN_CONF, question, deadline)[1]
        found += "".join(f"{namespace} {name}\n" for name in output.split())
    question = ["get", "-n", "kube-system", "--ignore-not-found", "-o", "jsonpath={.data.ClusterConfiguration}"]
    configuration = ask_while(is_unanswered, module, ADMIN_CONF, [*question, "configmap/kubeadm-config"], deadline)[1]
    return InitProgress(missing_objects(found, configuration), read_endpoint(configuration), True)


def initialise(module: AnsibleModule, lock: int) -> None:
    """Run C(kubeadm init), also over an unfinished run. Raises ClusterError when kubeadm fails."""
    begun = ADMIN_CONF.parent.joinpath("pki").exists()
    ignored = ignored_errors(module.params["ignore_preflight_errors"], INIT_TRACES, begun)
    command = ["kubeadm", "init", f"--config={module.params['config']}", "--skip-token-print"]
    run_kubeadm(module, lock, [*command, f"--ignore-preflight-errors={ignored}"], "kubeadm init")


def has_joined(module: AnsibleModule, name: str, timeout: float) -> bool:
    """Whether the cluster knows this node by C(name), asked with the kubelet's credentials (Node authorization).

    An API that does not answer may be starting. Ask it again, at most C(timeout) seconds.
    """
    if not KUBELET_CONF.exists():
        return False
    deadline = time.monotonic() + timeout
    return ask_while(is_unanswered, module, KUBELET_CONF, ["get", "node", name, "-o", "name"], deadline)[0] == 0


def read_ca_pins() -> dict[str, tuple[str, ...]]:
    """Read the pins of the CA in each file of this node that holds one, by the file's path.

    Raises:
        ClusterError: a file holds a certificate that cannot be read
    """
    pins = {}
    for path, read in ((CA, ca_pins), (KUBELET_CONF, kubeconfig_ca_pins)):
        try:
            pins[str(path)] = read(path.read_text(encoding="utf-8", errors="replace"))
        except FileNotFoundError:
            continue
        except (InputError, OSError) as error:
            raise ClusterError(f"{path} {error}: remove the file, or reset this node by playbooks/reset.yml") from None
    return pins


def check_ca(name: str, configuration: dict[str, Any]) -> None:
    """Refuse a node that has another CA than the pinned one. Without pins every CA is good.

    kubeadm join would keep the old files and end well, and the kubelet would never reach the new API.

    Raises:
        ClusterError: the node belongs to another cluster
    """
    wanted = configuration.get("discovery", {}).get("bootstrapToken", {}).get("caCertHashes", [])
    foreign = find_foreign_ca(name, read_ca_pins(), wanted) if wanted else None
    if foreign is not None:
        raise ClusterError(foreign)


def join(module: AnsibleModule, lock: int) -> None:
    """Run C(kubeadm join), also over an unfinished run, and wait until the API knows the node.

    The token and the certificate key go through standard input, never into a file.

    Raises:
        InputError: the configuration or the token is missing
        ClusterError: the node belongs to another cluster, kubeadm fails, or the API does not know the node in time
    """
    planes = module.params["control_plane"]
    for option in ("configuration", "token", *(["certificate_key"] if planes else [])):
        if not module.params[option]:
            raise InputError(f"{option} is missing: {module.params['name']} needs it to join the cluster")
    check_ca(module.params["name"], module.params["configuration"])
    key = module.params["certificate_key"] if planes else None
    configuration = with_token(module.params["configuration"], module.params["token"], key)
    begun = KUBELET_CONF.parent.joinpath("pki").exists()
    traces = (*JOIN_TRACES, *(INIT_TRACES if planes else ()))
    ignored = ignored_errors(module.params["ignore_preflight_errors"], traces, begun)
    command = ["kubeadm", "join", "--config=/dev/stdin", f"--ignore-preflight-errors={ignored}"]
    began = time.time()
    run_kubeadm(module, lock, command, "kubeadm join", json.dumps(configuration))
    _await_node(module, began)


def _await_node(module: AnsibleModule, began: float) -> None:
    """Wait until the API knows the node. kubeadm itself waits for the kubelet's credentials only.

    Raises:
        ClusterError: the API rejects the kubelet's credentials, or does not know the node in time
    """
    name, timeout = module.params["name"], module.params["timeout"]
    question = ["get", "node", name, "-o", "name"]
    deadline = time.monotonic() + timeout
    answer = ask_while(lambda text: not is_refused(text), module, KUBELET_CONF, question, deadline)
    if answer[0] != 0:
        told = "; ".join([answer[2].strip(), *describe_state(_read_state(module, began))])
        raise ClusterError(f"kubeadm join ended well, and yet the API does not know {name} after {timeout} s: {told}")


def find_old_node_ip(addresses: list[str]) -> tuple[str, ...]:
    """Read the addresses that the kubelet announces by C(--node-ip). Empty when they are right, or not set.

    After a move that was killed or failed, these are the addresses before it.
    """
    try:
        announced = read_node_ip(KUBELET_FLAGS.read_text(encoding="utf-8", errors="surrogateescape"))
    except FileNotFoundError:
        return ()
    if announced != tuple(addresses):
        return announced if addresses else ()
    try:
        return tuple(_moving().read_text(encoding="utf-8").split(","))
    except FileNotFoundError:
        return ()


def _moving() -> Path:
    """The file with the old addresses of a node, from the begin of its move to the end."""
    return KUBELET_FLAGS.with_name(f"{KUBELET_FLAGS.name}.moving")


def move_node(module: AnsibleModule, old: tuple[str, ...]) -> None:
    """Let the kubelet announce the node's new addresses, and wait until the API shows them.

    Raises:
        ClusterError: the node is a control plane, the kubelet does not start, or the API keeps the old address
    """
    name, addresses = module.params["name"], module.params["node_ip"]
    if API_SERVER_MANIFEST.exists():
        raise ClusterError(explain_moved_control_plane(name, old, addresses))
    if module.check_mode:
        return
    began = time.time()
    _moving().write_text(",".join(old), encoding="utf-8")
    new = KUBELET_FLAGS.with_name(f"{KUBELET_FLAGS.name}.new")
    flags = KUBELET_FLAGS.read_text(encoding="utf-8", errors="surrogateescape")  # bytes that are no text stay
    new.write_text(with_node_ip(flags, addresses), encoding="utf-8", errors="surrogateescape")
    new.replace(KUBELET_FLAGS)
    code, _output, errors = module.run_command(["systemctl", "restart", "kubelet"])
    if code != 0:
        raise ClusterError(
            f"the kubelet of {name} does not start with --node-ip={','.join(addresses)}: {errors.strip()}"
        )
    question = ["get", "node", name, "-o", "jsonpath={.status.addresses[*].address}"]
    deadline = time.monotonic() + module.params["timeout"]
    while not set(addresses) <= set((answer := _ask_api(module, KUBELET_CONF, question))[1].split()):
        if time.monotonic() > deadline:
            shown = answer[2].strip() or f"it shows {answer[1]}"
            told = "; ".join([shown, *describe_state(_read_state(module, began))])
            raise ClusterError(f"the API does not show the new address {' and '.join(addresses)} of {name}: {told}")
        time.sleep(_PAUSE)
    _moving().unlink()


def create_credentials(module: AnsibleModule) -> Credentials:
    """Make a bootstrap token that expires. Raises ClusterError when kubeadm fails."""
    options = [f"--kubeconfig={ADMIN_CONF}", f"--ttl={module.params['ttl']}", "--print-join-command"]
    code, output, errors = module.run_command(["kubeadm", "token", "create", *options])
    if code != 0:
        raise ClusterError(explain_failure("kubeadm token create", errors))
    return parse_join_command(output)


def run_kubeadm(module: AnsibleModule, lock: int, command: list[str], name: str, data: str | None = None) -> None:
    began = time.time()
    code, output, errors = module.run_command(command, data=data, pass_fds=[lock])
    if code != 0:
        raise ClusterError(explain_failure(name, output + errors, _read_state(module, began)))


def _read_state(module: AnsibleModule, began: float) -> NodeState:
    """Read what the node shows since kubeadm began. A part that cannot be read stays empty."""

    def read(*command: str) -> str:
        try:
            return str(module.run_command(list(command), handle_exceptions=False)[1])
        except OSError:
            return ""

    journal = ["journalctl", "--no-pager", "--output=cat", "--lines=400", f"--since=@{int(began)}"]
    return NodeState(
        kubelet=read(*journal, "--unit=kubelet"),
        containerd=read(*journal, "--unit=containerd"),
        containers=read("crictl", "--runtime-endpoint", _CONTAINERD, "ps", "--all", "--output", "json"),
        logs=tuple(str(path) for path in _POD_LOGS.glob("kube-system_*/*/*.log")),
        manifests=tuple(path.stem for path in API_SERVER_MANIFEST.parent.glob("*.yaml")),
    )


__all__ = [
    "ask_while",
    "create_credentials",
    "find_old_node_ip",
    "find_progress",
    "has_joined",
    "initialise",
    "join",
    "move_node",
    "only_kubeadm",
    "run_kubeadm",
]
