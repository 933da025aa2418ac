# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""diagnose.yml looks at all hosts where no API answers, and writes a bundle that judges alike."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from playbook_runs import run_playbook

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def play(tmp_path):
    """A function that plays diagnose.yml with an inventory, and returns the run and findings.json."""

    def run(inventory, **variables):
        extra = {"podnet_output_dir": str(tmp_path / "out"), **variables}
        if isinstance(inventory, dict):
            path = tmp_path / "hosts.yml"
            path.write_text(json.dumps(inventory))
            inventory = str(path)
        playbook = str(ROOT / "playbooks/diagnose.yml")
        options = ("--inventory", inventory, "--extra-vars", json.dumps(extra))
        done = run_playbook(playbook, *options, cwd=ROOT, ANSIBLE_CALLBACK_RESULT_FORMAT="yaml")
        return done, json.loads((tmp_path / "out/reports/diagnosis/findings.json").read_text())

    return run


def test_all_hosts_are_looked_at_and_put_into_a_bundle(play, tmp_path):
    # This machine stands for two hosts. Nothing on it is changed.
    local = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable}
    done, found = play("alpha,beta,", diagnose_bundle=True, diagnose_redact=True, diagnose_fail=False, **local)
    assert done.returncode == 0, done.stdout + done.stderr
    assert any(text.startswith("the API: there is no kubeconfig") for text in found["not_looked_at"])
    assert [text for text in found["not_looked_at"] if "did not answer" in text] == []
    bundle = tmp_path / "out/reports/diagnosis/bundle.tar.gz"
    assert f"{bundle} has everything that was gathered." in " ".join(done.stdout.split())
    again, judged = play("/dev/null", diagnose_from=str(bundle), diagnose_fail=False)
    assert again.returncode == 0, again.stdout + again.stderr
    assert [one["id"] for one in judged["findings"]] == [one["id"] for one in found["findings"]]
    assert len(judged["not_looked_at"]) == len(found["not_looked_at"])
    assert not any("alpha" in text or "beta" in text for text in judged["not_looked_at"])


def test_a_host_that_does_not_answer_is_named_and_the_others_are_looked_at(play):
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    dead = {"ansible_host": "127.0.0.1", "ansible_port": 1}  # nothing listens there
    hosts = {"alpha": local, "beta": local, "gamma": dead}
    done, found = play({"all": {"hosts": hosts}}, ansible_become=False, diagnose_fail=False)
    assert "gamma: it did not answer" in " ".join(found["not_looked_at"])
    assert not any(text.startswith(("alpha: it did not", "beta: it did not")) for text in found["not_looked_at"])
    assert "No host and no API answered" not in done.stdout


def test_nothing_that_answers_is_a_failure_with_the_reasons(play):
    dead = {"ansible_host": "127.0.0.1", "ansible_port": 1}
    done, found = play({"all": {"hosts": {"alpha": dead}}}, ansible_become=False, diagnose_fail=False)
    assert done.returncode != 0
    assert found["findings"] == []
    missing = " ".join(found["not_looked_at"])
    assert "alpha: it did not answer" in missing
    assert "the API: there is no kubeconfig" in missing
    assert "No host and no API answered. The reasons are listed above." in " ".join(done.stdout.split())
