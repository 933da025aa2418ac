# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""diagnose.yml judges a bundle on a machine that has no cluster in its inventory, and connects to no host."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from diagnosis_world import World, across
from playbook_runs import run_playbook

from ansible_collections.podnet.kubernetes.plugins.module_utils._bundle.bundle import BundleParts, pack_bundle
from ansible_collections.podnet.kubernetes.plugins.module_utils._diagnosis.registry import causes

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def world():
    """A cluster whose node1 does not forward."""
    world = World()
    world.nodes["node1"]["sysctls"]["net.ipv4.ip_forward"]["value"] = "0"
    world.fail(across("node1"))
    return world


@pytest.fixture
def judge(tmp_path, world):
    """A function that judges a bundle with an inventory, and returns the run and the findings, if there are any."""
    bundle = tmp_path / "bundle.tar.gz"
    bundle.write_bytes(pack_bundle(BundleParts(world.nodes, world.objects, world.report()), causes(), {}))

    def run(inventory, **variables):
        extra = {"diagnose_from": str(bundle), "podnet_output_dir": str(tmp_path / "out"), **variables}
        playbook = str(ROOT / "playbooks/diagnose.yml")
        options = ("--inventory", inventory, "--extra-vars", json.dumps(extra))
        done = run_playbook(playbook, *options, cwd=ROOT, ANSIBLE_CALLBACK_RESULT_FORMAT="yaml")
        path = tmp_path / "out/reports/diagnosis/findings.json"
        return done, json.loads(path.read_text()) if path.exists() else done.stdout + done.stderr

    return run


# The first inventory has no host at all, the second only hosts of other things, which nobody can reach.
@pytest.mark.parametrize("inventory", ["/dev/null", "web1.invalid,db1.invalid,", "localhost,"])
def test_a_bundle_is_judged_without_a_cluster(judge, world, inventory):
    done, found = judge(inventory)
    assert done.returncode == 2, done.stdout + done.stderr
    assert found["findings"] == world.diagnose()["findings"]
    assert "(forwarding_off; it explains " in done.stdout
    assert "unreachable=0" in done.stdout
    assert ".invalid" not in done.stdout


def test_a_bundle_of_a_bundle_is_made(judge, tmp_path):
    done, found = judge("/dev/null", diagnose_bundle=True, diagnose_fail=False)
    assert done.returncode == 0, done.stdout + done.stderr
    again, same = judge("/dev/null", diagnose_from=str(tmp_path / "out/reports/diagnosis/bundle.tar.gz"))
    assert again.returncode == 2
    assert same == found


def test_another_file_costs_a_sentence(judge, tmp_path):
    (tmp_path / "other").write_text("no bundle")
    done, output = judge("/dev/null", diagnose_from=str(tmp_path / "other"))
    assert done.returncode == 2
    assert f"the bundle {tmp_path}/other is refused: it is no archive in the form tar.gz" in output
    assert "Traceback" not in output
