# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest of our own pods and Services fits any names of nodes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

TEMPLATE = Path(__file__).parents[4] / "roles" / "connectivity" / "templates" / "own_pods.yaml.j2"
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")  # RFC 1123
NODES = ["node1", "web.1", "web-1", "n" * 63, "n" * 62 + "m", "node1.a-long-name-of-a-place.example.org", "10.0.0.7"]


@pytest.fixture(scope="module")
def render(tmp_path_factory):
    """A function that renders the manifest, and gives its objects."""

    def run(**variables):
        folder = tmp_path_factory.mktemp("own_pods")
        copy = {
            "content": f"{{{{ lookup('ansible.builtin.template', '{TEMPLATE}') }}}}",
            "dest": str(folder / "out.yaml"),
        }
        known = {
            "__connectivity_own_nodes": [{"metadata": {"name": name}, "status": {}} for name in NODES],
            "__connectivity_own_port": 8080,
            "connectivity_namespace": "podnet-connectivity",
            "__connectivity_own_count": 2,
            "connectivity_node_port": True,
            "connectivity_pod_image": None,
            "ansible_python_interpreter": sys.executable,
        }
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.copy": copy}]}
        (folder / "play.yml").write_text(json.dumps([play]))
        command = ["ansible-playbook", "-i", "localhost,", "-c", "local", str(folder / "play.yml")]
        done = subprocess.run(
            [*command, "-e", json.dumps({**known, **variables})], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return list(yaml.safe_load_all((folder / "out.yaml").read_text()))

    return run


@pytest.fixture(scope="module")
def objects(render):
    """The objects with the default variables."""
    return render()


def test_names_and_labels_are_ones_that_kubernetes_takes_and_none_is_there_twice(objects):
    for kind, number in (("Pod", 2 * len(NODES)), ("Service", len(NODES))):
        metadata = [one["metadata"] for one in objects if one["kind"] == kind]
        names = [one["name"] for one in metadata]
        assert len(set(names)) == len(names) == number
        assert [name for name in names if not LABEL.fullmatch(name)] == []
        labels = [value for one in metadata for value in one.get("labels", {}).values()]
        assert [value for value in labels if not LABEL.fullmatch(value)] == []


def test_each_service_leads_to_a_pod_of_its_own_on_its_node(objects):
    pods = {one["metadata"]["labels"]["podnet.kubernetes/pod"]: one for one in objects if one["kind"] == "Pod"}
    behind = [pods[one["spec"]["selector"]["podnet.kubernetes/pod"]] for one in objects if one["kind"] == "Service"]
    assert [one["spec"]["nodeName"] for one in behind] == NODES


def test_one_service_has_a_node_port_unless_nobody_wants_it(objects, render):
    def types(found):
        return [one["spec"]["type"] for one in found if one["kind"] == "Service"]

    assert types(objects) == ["NodePort", *["ClusterIP"] * (len(NODES) - 1)]
    assert set(types(render(connectivity_node_port=False))) == {"ClusterIP"}
