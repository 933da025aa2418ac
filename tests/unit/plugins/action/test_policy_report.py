# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import stat
from types import SimpleNamespace

import pytest
from ansible.errors import AnsibleActionFail
from page_samples import sequence

from ansible_collections.podnet.kubernetes.plugins.action import policy_report


@pytest.fixture
def write(tmp_path):
    """Runs the action for a sequence whose reports are files, and returns its result."""
    steps, reports = sequence()
    for number, (step, report) in enumerate(zip(steps, reports)):
        step["report"] = str(tmp_path / f"step-{number}.json")
        (tmp_path / f"step-{number}.json").write_text(json.dumps(report))

    def run(check_mode=False, **options):
        options = {"name": "proof", "directory": str(tmp_path / "reports"), "steps": steps, **options}
        task = SimpleNamespace(args=options, check_mode=check_mode, async_val=0, action="report")
        nothing = dict.fromkeys(["play_context", "loader", "templar", "shared_loader_obj"])
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
        return policy_report.ActionModule(task, connection, **nothing).run(task_vars={})

    run.steps = steps
    return run


def test_the_steps_and_the_page_are_written_for_the_user_alone(write, tmp_path):
    folder = tmp_path / "reports/proof"
    assert write()["reports"] == {"json": str(folder / "sequence.json"), "html": str(folder / "index.html")}
    assert {path.name for path in folder.iterdir()} == {"sequence.json", "index.html"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    found = json.loads((folder / "sequence.json").read_text())
    assert found == [{key: value for key, value in step.items() if key != "definitions"} for step in write.steps]
    assert "All cells follow the policies" in (folder / "index.html").read_text()


def test_a_proof_of_the_end_leaves_the_page_of_the_sequence(write, tmp_path):
    write()
    before = (tmp_path / "reports/proof/index.html").read_bytes()
    assert write(file="end.json", steps=write.steps[1:])["reports"]["html"].endswith("end.html")
    assert (tmp_path / "reports/proof/index.html").read_bytes() == before


def test_without_a_step_there_is_no_page(write, tmp_path):
    assert list(write(steps=[])["reports"]) == ["json"]
    assert [path.name for path in (tmp_path / "reports/proof").iterdir()] == ["sequence.json"]


def test_check_mode_writes_nothing(write, tmp_path):
    write(check_mode=True)
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "../x"}, "name '../x' is not a name of a report"),
        (
            {"steps": [{"step": "web", "report": "/nowhere/report.json"}]},
            "/nowhere/report.json of step web cannot be read",
        ),
    ],
)
def test_a_wrong_option_is_named(write, options, words):
    with pytest.raises(AnsibleActionFail, match=words):
        write(**options)


def test_a_file_that_is_no_report_is_named(write, tmp_path):
    (tmp_path / "step-0.json").write_text("[]")
    with pytest.raises(AnsibleActionFail, match="is no report of a verification"):
        write()
