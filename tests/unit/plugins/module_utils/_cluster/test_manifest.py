# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.podnet.kubernetes.plugins.module_utils._base.errors import InputError
from ansible_collections.podnet.kubernetes.plugins.module_utils._cluster.manifest import (
    build_kustomization,
    read_patches,
)

MANIFEST = "kind: DaemonSet\nreadinessProbe: {}\n"
OPERATIONS = [{"op": "add", "path": "/spec/replicas", "value": 1}]
TARGET = {"kind": "DaemonSet", "name": "one"}


def built(patches=(), images=(), registry=None):
    return build_kustomization("manifest.yml", MANIFEST, images, registry, read_patches(patches))


def test_without_changes_it_names_the_manifest():
    assert built() == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["manifest.yml"],
        "images": [],
        "patches": [],
    }


@pytest.mark.parametrize("registry", ["registry.example.com", "registry.example.com/mirror"])
def test_images_come_from_the_registry(registry):
    assert built(images=["ghcr.io/flannel-io/flannel"], registry=registry)["images"] == [
        {"name": "ghcr.io/flannel-io/flannel", "newName": f"{registry}/flannel-io/flannel"}
    ]


def test_images_stay_without_a_registry():
    assert built(images=["ghcr.io/flannel-io/flannel"])["images"] == []


def test_patches_are_texts_in_their_order():
    part = {"kind": "DaemonSet", "spec": {"env": ({"name": "A", "valueFrom": None},)}}
    found = built([{"patch": OPERATIONS, "target": TARGET}, {"patch": part}])["patches"]
    assert [one.get("target") for one in found] == [TARGET, None]
    assert [json.loads(one["patch"]) for one in found] == [
        OPERATIONS,
        {"kind": "DaemonSet", "spec": {"env": [{"name": "A", "valueFrom": None}]}},
    ]


@pytest.mark.parametrize(
    ("patch", "kept"),
    [
        ({"patch": OPERATIONS, "only_where": "readinessProbe:"}, True),
        ({"patch": OPERATIONS, "only_where": "livenessProbe:"}, False),
        ({"patch": []}, False),
    ],
)
def test_a_patch_for_another_release_and_an_empty_one_are_left_out(patch, kept):
    assert bool(built([patch])["patches"]) is kept


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        (
            {"patch": OPERATIONS, "when": "always"},
            "patches[0].when is unknown: patches[0] has patch, target, only_where",
        ),
        ({"target": TARGET}, "patches[0] has no patch: give operations, or a part of the object"),
        ("patch", "patches[0] is 'patch', not an object with patch, target, only_where"),
    ],
)
def test_bad_input(patch, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read_patches([patch])
