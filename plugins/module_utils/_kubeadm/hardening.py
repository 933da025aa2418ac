# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hardening of a cluster: what its kubelets need, which machines fit it, and the key of its Secrets. No I/O.

Sources: setupKernelTunables() in pkg/kubelet/cm/container_manager_linux.go; EncryptionConfiguration of
apiserver.config.k8s.io/v1.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

# A kubelet with protectKernelDefaults starts only where the kernel has these values.
KERNEL = {
    "vm.overcommit_memory": 1,
    "vm.panic_on_oom": 0,
    "kernel.panic": 10,
    "kernel.panic_on_oops": 1,
    "kernel.keys.root_maxkeys": 1000000,
    "kernel.keys.root_maxbytes": 25000000,
}
ENCRYPTION_OPTION = "--encryption-provider-config="
KEY_BYTES = 32  # secretbox


def is_hardened(manifest: str) -> bool:
    """Whether the manifest of an API server has the encryption that the role kubeadm_control_plane configures."""
    return f"{ENCRYPTION_OPTION}/etc/kubernetes/hardening/" in manifest


def find_kernel_faults(sysctls: Mapping[str, Any]) -> Iterator[str]:
    """Name the kernel parameters that would keep a hardened kubelet from starting.

    Args:
        sysctls: the parameters that the machine will have
    """
    for name, value in KERNEL.items():
        if str(sysctls.get(name, value)).strip() != str(value):
            yield (
                f"common_sysctls sets {name} to {sysctls[name]}, and with common_hardening the kubelet starts only "
                f"with {value}: remove it from common_sysctls, or set common_hardening to false"
            )


def find_hardening_faults(wishes: Mapping[str, bool], made: bool | None, control_plane: str) -> Iterator[str]:
    """Name the machines whose setting does not fit the cluster.

    Args:
        wishes: C(common_hardening) of each machine
        made: whether the cluster was made with it; None for a cluster that is not there yet, or not known
        control_plane: the machine whose setting counts for a new cluster
    """
    wanted = wishes.get(control_plane, next(iter(wishes.values()), False)) if made is None else made
    others = [name for name, wish in wishes.items() if wish != wanted]
    if others and made is None:
        yield (
            f"common_hardening is {_word(not wanted)} on {', '.join(others)}, and {_word(wanted)} on other machines: "
            "give all machines of a cluster the same"
        )
    elif others:
        yield (
            f"common_hardening is {_word(not wanted)} on {', '.join(others)}, and the cluster was made "
            f"{'with' if wanted else 'without'} it, which cannot change later: set it to {_word(wanted)} for all "
            "machines, or reset the cluster (playbooks/reset.yml) and make it again"
        )


def _word(value: bool) -> str:
    return str(value).lower()


def encryption_configuration(key: bytes) -> str:
    """Write the configuration by which the API server encrypts Secrets.

    It has no provider C(identity): the API server then reads no Secret that is not encrypted.
    """
    return f"""\
# Written by podnet.kubernetes.kubeadm_control_plane. Without this key the Secrets in etcd cannot be read: keep a copy.
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - secretbox:
          keys:
            - name: podnet1
              secret: {base64.b64encode(key).decode()}
"""


__all__ = [
    "ENCRYPTION_OPTION",
    "KEY_BYTES",
    "encryption_configuration",
    "find_hardening_faults",
    "find_kernel_faults",
    "is_hardened",
]
