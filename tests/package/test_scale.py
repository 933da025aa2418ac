"""docs/scale.md says which playbooks take a part of the hosts; an execution environment has what they need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/scale.md").read_text()


def steps(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the plays and tasks of a file, also those inside blocks."""
    for step in value:
        yield step
        for part in ("tasks", "block", "rescue", "always"):
            yield from steps(step.get(part, []))


def needs(playbook: Path) -> str | None:
    """The hosts that a playbook needs; None for one that is only a part of others."""
    found = [step.get("vars", {}).get("__podnet_needs") for step in steps(yaml.safe_load(playbook.read_text()))]
    return next((one for one in found if one is not None), None)


def test_the_page_says_which_playbooks_take_a_part_of_the_hosts():
    found = {path.name: needs(path) for path in ROOT.glob("playbooks/*.yml")}
    answers = {"no": "all", "with a control plane": "control_plane", "yes": "any"}
    lines = re.findall(rf"^\| (`.*`) \| ({'|'.join(answers)}) \|", PAGE, re.MULTILINE)
    told = {name: answers[answer] for names, answer in lines for name in re.findall(r"`([\w.]+)`", names)}
    assert told == {name: need for name, need in found.items() if need is not None}


def test_the_page_says_which_roles_refuse_serial():
    refusing = set()
    for path in ROOT.glob("roles/*/tasks/*.yml"):
        for step in steps(yaml.safe_load(path.read_text())):
            if "podnet.kubernetes.check_role" in step and (step["podnet.kubernetes.check_role"] or {}).get(
                "all_hosts", True
            ):
                refusing.add(path.parts[-3])
    sentence = re.search(r"These roles refuse it,(.*?)\. The other roles", PAGE, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", sentence.group(1))) == refusing


def test_an_execution_environment_has_the_packages_of_a_controller():
    meta = yaml.safe_load((ROOT / "meta/execution-environment.yml").read_text())
    packages = (ROOT / meta["dependencies"]["python"]).read_text().split()
    by_hand = re.search(r"pip install ansible (.*?) &&", (ROOT / "examples/README.md").read_text()).group(1)
    assert sorted(packages) == sorted(by_hand.split())


def test_an_execution_environment_has_this_collection_and_a_core_that_it_runs_on():
    image = yaml.safe_load((ROOT / "examples/execution-environment.yml").read_text())
    collection = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    archive = f"{collection['namespace']}-{collection['name']}-{collection['version']}.tar.gz"
    (build_file,) = image["additional_build_files"]
    (given,) = image["dependencies"]["galaxy"]["collections"]
    assert (build_file["src"], given["name"]) == (archive, f"{build_file['dest']}/{archive}")
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    core = image["dependencies"]["ansible_core"]["package_pip"]
    assert f"{core}.0" == f"ansible-core{runtime['requires_ansible']}"
