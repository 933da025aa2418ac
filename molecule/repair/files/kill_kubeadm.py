"""Kill kubeadm on this node (SIGKILL) as soon as something exists: file PATH, or object KIND/NAME in kube-system.

The program fails when kubeadm does not run then, or when the file or object does not appear in time.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ADMIN_CONF = "/etc/kubernetes/admin.conf"
TIMEOUT = 240  # seconds


def exists(kind: str, name: str) -> bool:
    """Say whether the file or object exists."""
    if kind == "file":
        return Path(name).exists()
    command = ["kubectl", "--kubeconfig", ADMIN_CONF, "--request-timeout=2s", "--namespace=kube-system", "get", name]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def find_kubeadm() -> list[int]:
    """List the ids of all processes of kubeadm."""
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() == "kubeadm":
                found.append(int(path.parent.name))
        except OSError:
            pass  # the process has ended
    return found


def main() -> None:
    """Wait for the file or object, then kill."""
    deadline = time.monotonic() + TIMEOUT
    while not exists(sys.argv[1], sys.argv[2]):
        if time.monotonic() > deadline:
            sys.exit(f"{sys.argv[2]} was not made within {TIMEOUT} s")
        time.sleep(0.005)
    processes = find_kubeadm()
    for process in processes:
        os.kill(process, signal.SIGKILL)
    if not processes:
        sys.exit(f"kubeadm was no longer there when {sys.argv[2]} was seen")


if __name__ == "__main__":
    main()
