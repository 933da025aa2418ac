# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action with a manifest on disk and the real kustomize."""

from __future__ import annotations

import hashlib
import re
from types import SimpleNamespace

import pytest
import yaml

from ansible_collections.podnet.kubernetes.plugins.action import manifest

TEXT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: one}
spec: {template: {spec: {containers: [{name: a, image: "ghcr.io/acme/one:v1", args: [--run]}]}}}
"""
PATCH = {
    "target": {"kind": "DaemonSet", "name": "one"},
    "patch": [{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": "--iface=enp0s8"}],
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the action for a manifest, and return its result."""
    monkeypatch.setattr("ansible.constants.DEFAULT_LOCAL_TMP", str(tmp_path / "local"))
    (tmp_path / "local").mkdir()
    file = tmp_path / "upstream.yml"
    file.write_text(TEXT)

    def run(**options):
        pinned = {"url": file.as_uri(), "checksum": f"sha256:{hashlib.sha256(TEXT.encode()).hexdigest()}"}
        task = SimpleNamespace(args={**pinned, **options}, check_mode=False, async_val=0, action="manifest")
        nothing = dict.fromkeys(["play_context", "loader", "templar", "shared_loader_obj"])
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
        try:
            return manifest.ActionModule(task, connection, **nothing).run(task_vars={})
        finally:
            assert list((tmp_path / "local").iterdir()) == []

    return run


def test_images_and_patches_change_the_manifest(run):
    result = run(images=["ghcr.io/acme/one"], registry="mirror.example.org", patches=[PATCH])
    (container,) = yaml.safe_load(result["manifest"])["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "mirror.example.org/acme/one:v1"
    assert container["args"] == ["--run", "--iface=enp0s8"]
    assert result["changed"] is False


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"checksum": f"sha256:{'0' * 64}"}, f"its sha256 did not match {'0' * 64}; it was [0-9a-f]{{64}}$"),
        ({"patches": [{**PATCH, "patch": [{"op": "remove", "path": "/nothing"}]}]}, "(?s)'.*' ended with 1: .*nothing"),
        ({"patches": [{"target": {"kind": "DaemonSet"}}]}, r"patches\[0\] has no patch"),
    ],
)
def test_a_failure_is_a_result_with_its_reason(run, options, reason):
    result = run(**options)
    assert result["failed"] is True
    assert re.match(reason, result["msg"])


def test_a_controller_without_kustomize_is_named(run, monkeypatch):
    monkeypatch.setattr(manifest, "which", lambda _program, path: None)
    assert run()["msg"] == "the controller has neither kustomize nor kubectl: install one of them"
