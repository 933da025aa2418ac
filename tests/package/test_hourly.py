"""The units of systemd in examples/hourly fit the project beside them, the roles and the files of a report."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import installed
import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.action.connectivity_assert import FILES

FOLDER = installed.ROOT / "examples" / "hourly"


def unit(name: str) -> RawConfigParser:
    """Read a unit. Its keys may stand more than once; the last one counts here."""
    found = RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(FOLDER / name)
    return found


def test_the_service_sets_variables_of_the_role_to_values_that_it_takes():
    specs = yaml.safe_load((installed.ROOT / "roles/connectivity/meta/argument_specs.yml").read_text())
    options = specs["argument_specs"]["main"]["options"]
    command = unit("podnet-verify.service")["Service"]["ExecStart"]
    variables = dict(re.findall(r"-e (\w+)=(\S+)", command))
    assert set(variables) == {"connectivity_name", "connectivity_compare_with", "connectivity_fail_on"}
    assert set(variables) <= set(options)
    assert variables["connectivity_fail_on"] in options["connectivity_fail_on"]["choices"]
    assert (installed.ROOT / "playbooks/verify.yml").is_file()
    assert " podnet.kubernetes.verify " in command


def test_the_service_copies_a_file_that_a_run_writes():
    lines = (FOLDER / "podnet-verify.service").read_text()
    (source, copied) = re.findall(r"install -m 0644 (\S+) (\S+)", lines)[0]
    assert source == f"inventory/.podnet/reports/hourly/{FILES['openmetrics']}"
    # node_exporter reads *.prom only, so it never reads the copy before it is complete.
    assert not copied.endswith(".prom")
    assert re.search(rf"mv {re.escape(copied)} \S+\.prom$", lines, re.MULTILINE)


def test_the_timer_starts_the_service():
    assert unit("podnet-verify.timer")["Timer"]["OnCalendar"] == "hourly"
    assert (FOLDER / "podnet-verify.timer").with_suffix(".service").is_file()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_understands_the_units(tmp_path: Path):
    for name in ("podnet-verify.service", "podnet-verify.timer"):
        text = (FOLDER / name).read_text()
        # A machine of a developer has no such project.
        (tmp_path / name).write_text(re.sub(r"^(ExecStart=)\S+", r"\1/bin/true", text, flags=re.MULTILINE))
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
