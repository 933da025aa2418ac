"""Two runs at once: the second says that the first is running, and changes nothing."""

from __future__ import annotations

import subprocess
import time

import pytest
from machines import ROOT

# A play that holds the lock of the cluster for a while.
HOLDS = "molecule/lifecycle/hold.yml"


@pytest.fixture
def first(inventory, on):
    """The first run, which has the lock."""
    command = ["ansible-playbook", "--inventory", str(inventory.path), HOLDS]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 120
            while "@podnet.kubernetes" not in on("master").check_output("cat /proc/net/unix"):
                assert time.monotonic() < end
                time.sleep(0.2)
            yield process
        finally:
            process.kill()


def test_the_second_run_names_the_first_and_the_lock_ends_with_it(first, play, on):
    refused = play("playbooks/cluster.yml")
    said = " ".join(refused.stdout.split())
    assert refused.returncode == 2
    assert "another run works on this cluster: " in said
    assert f"with hold.yml (process {first.pid} there), since 2" in said
    assert "changed=0" in refused.stdout
    first.kill()
    end = time.monotonic() + 60
    while "@podnet.kubernetes" in on("master").check_output("cat /proc/net/unix"):
        assert time.monotonic() < end
        time.sleep(0.2)
