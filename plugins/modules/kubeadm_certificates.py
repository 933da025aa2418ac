#!/usr/bin/python
# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module kubeadm_certificates: the certificates of a node, renewed before they end."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kubeadm_certificates
short_description: Renew the certificates of a node before they end
version_added: "0.1.0"
description:
  - Reads when the certificates of a node end, and renews those that end soon by C(kubeadm certs renew).
  - Then restarts the static pods that read them, one after the other, and waits each time until the API
    server of the node answers.
  - Also restarts a static pod that started before a certificate that it reads was written, as when a run was killed.
  - kubeadm renews no CA, and the kubelet renews its own certificate. The module warns when one of these ends soon.
extends_documentation_fragment:
  - podnet.kubernetes.kubeadm
  - podnet.kubernetes.attributes
attributes:
  idempotent:
    support: full
options:
  renew_before:
    description: How many days before its end a certificate is renewed.
    type: int
    default: 30
  timeout:
    description:
      - How long to wait for a kubeadm that still runs, and for each static pod after its restart, in seconds.
    type: int
    default: 120
seealso:
  - module: podnet.kubernetes.kubeadm_init
"""

EXAMPLES = r"""
- name: Renew the certificates that end within 60 days
  podnet.kubernetes.kubeadm_certificates:
    renew_before: 60
"""

RETURN = r"""
certificates:
  description: When each certificate ends, after the renewal. In check mode, before it.
  returned: success
  type: list
  elements: str
  sample: ["/etc/kubernetes/pki/apiserver.crt ends on 2027-11-28, in 364 days"]
renewed:
  description: The certificates that were renewed, or in check mode would be, by kubeadm's names for them.
  returned: success
  type: list
  elements: str
  sample: [apiserver]
restarted:
  description: The static pods that were restarted, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: [kube-apiserver]
"""

import os
import re
import signal
import time
from contextlib import suppress
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import (
    ClusterError,
    InputError,
    PodnetError,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._base.foreign_data import parse_base64
from ansible_collections.podnet.kubernetes.plugins.module_utils._gathering.certificates import read_certificates
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.expiry import (
    COMPONENTS,
    DAY,
    PLACES,
    Certificate,
    Renewal,
    describe,
    plan_renewal,
    read_start,
)
from ansible_collections.podnet.kubernetes.plugins.module_utils._kubeadm.node import only_kubeadm

ROOT = Path("/")
_DATA = re.compile(r"client-certificate-data:\s*(\S+)")
_LOOPBACK = "127.0.0.1"
_SECURE_PORT = re.compile(r"--secure-port=(\d{1,5})\b")
_BOOT = re.compile(r"^btime (\d+)$", re.MULTILINE)
# A static pod that cannot read its certificates ends within this time, in seconds.
_SETTLES = 3.0
_PAUSE = 0.5
# Seconds that a static pod has to end by itself. The API server would wait a minute for its watches, and the controller
# manager and the scheduler give up when the API does not answer for 10 s.
_GRACE = 4.0


def read_node() -> list[Certificate]:
    """Read the certificates of the node. A file that is not there, or holds none, is left out."""
    found = []
    for place in PLACES:
        path = ROOT / place.path[1:]
        with suppress(OSError, InputError):
            text = path.read_text(encoding="utf-8", errors="replace")
            data = _DATA.search(text)
            ends = [
                one["not_after"] for one in read_certificates(_decode(data[1]) if data else text) if "not_after" in one
            ]
            if ends:
                found.append(Certificate(place, min(ends), path.stat().st_mtime))
    return found


def _decode(data: str) -> str:
    return parse_base64(data).decode("ascii", errors="replace")


def find_components() -> dict[str, tuple[int, float]]:
    """Find the processes of the static pods, and when they started."""
    boot = _BOOT.search((ROOT / "proc/stat").read_text(encoding="utf-8"))
    found = {}
    for folder in (ROOT / "proc").iterdir():
        with suppress(OSError, InputError):
            program = (folder / "cmdline").read_text(encoding="utf-8", errors="replace").split("\0")[0]
            name = program.rpartition("/")[2]
            # Processes of the same name outside pods belong to somebody else.
            if name in COMPONENTS and "kubepods" in (folder / "cgroup").read_text(encoding="utf-8", errors="replace"):
                stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
                started = read_start(stat, float(boot[1]) if boot else 0.0, os.sysconf("SC_CLK_TCK"))
                found[name] = (int(folder.name), started)
    return found


def own_api() -> str:
    """The address of this node's API server. At the one of several control planes, another of them may answer."""
    manifest = ""
    with suppress(OSError):
        path = ROOT / "etc/kubernetes/manifests/kube-apiserver.yaml"
        manifest = path.read_text(encoding="utf-8", errors="replace")
    port = _SECURE_PORT.search(manifest)
    return f"https://{_LOOPBACK}:{port[1] if port else 6443}"


def end(name: str, process: tuple[int, float]) -> None:
    """End the process of a static pod."""
    with suppress(ProcessLookupError):
        os.kill(process[0], signal.SIGTERM)
    deadline = time.monotonic() + _GRACE
    while find_components().get(name) == process:
        if time.monotonic() > deadline:
            with suppress(ProcessLookupError):
                os.kill(process[0], signal.SIGKILL)
            return
        time.sleep(_PAUSE / 5)


def restart(module: AnsibleModule, name: str, written: float) -> None:
    """Have a static pod read its certificates: end its process, which the kubelet starts again, and wait for the API.

    The API of this node is not ready as long as its etcd is not.

    A process that started after the certificates were written may go on. One that does not run is waited for: without
    the API, the controller manager and the scheduler end by themselves.

    Raises:
        ClusterError: it does not start, or the API does not answer in time
    """
    old = find_components().get(name)
    # The time of the boot has no fractions of a second.
    if old is not None and old[1] <= written + 1:
        end(name, old)
    else:
        old = None
    deadline = time.monotonic() + module.params["timeout"]
    # kubeadm puts this name into each certificate of an API server.
    access = ["--kubeconfig=/etc/kubernetes/admin.conf", f"--server={own_api()}", "--tls-server-name=kubernetes"]
    ready = ["kubectl", *access, "--request-timeout=5s", "get", "--raw=/readyz"]
    while True:
        new = find_components().get(name)
        if new and new != old:
            time.sleep(_SETTLES)
            if find_components().get(name) == new and module.run_command(ready)[0] == 0:
                return
        if time.monotonic() > deadline:
            raise ClusterError(
                f"{name} or the API is not ready {module.params['timeout']} s after its restart: read /var/log/pods"
            )
        time.sleep(_PAUSE)


def renew(module: AnsibleModule, plan: Renewal) -> None:
    """Renew certificates, then restart what reads them. Raises ClusterError."""
    for name in plan.renew:
        code, output, errors = module.run_command(["kubeadm", "certs", "renew", name])
        if code != 0:
            raise ClusterError(f"kubeadm certs renew {name} ended with {code}: {errors.strip() or output.strip()}")
    if not plan.restart:
        return
    written = dict.fromkeys(plan.restart, 0.0)
    for one in read_node():
        if one.place.component in written:
            written[one.place.component] = max(written[one.place.component], one.written)
    for name in plan.restart:
        restart(module, name, written[name])


def keep(module: AnsibleModule) -> tuple[Renewal, list[str]]:
    """Renew what ends soon, unless in check mode. Return what was to do, and the certificates in words."""
    now = time.time()
    started = {name: found[1] for name, found in find_components().items()}
    plan = plan_renewal(read_node(), started, now, module.params["renew_before"] * DAY)
    for sentence in plan.ending:
        module.warn(sentence)
    if not module.check_mode:
        renew(module, plan)
    return plan, [describe(one, now) for one in read_node()]


def main() -> None:
    arguments = {"renew_before": {"type": "int", "default": 30}, "timeout": {"type": "int", "default": 120}}
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    try:
        with only_kubeadm(module.params["timeout"]):
            plan, certificates = keep(module)
    except PodnetError as error:
        module.fail_json(msg=str(error))
    done = {"renewed": list(plan.renew), "restarted": list(plan.restart)}
    module.exit_json(changed=bool(plan.renew or plan.restart), certificates=certificates, **done)


if __name__ == "__main__":
    main()
