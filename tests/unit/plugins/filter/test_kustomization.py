# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.podnet.kubernetes.plugins.filter.kustomization import FilterModule

kustomization = FilterModule().filters()["kustomization"]


def test_a_kustomization():
    description = {
        "url": "https://example.com/one.yml",
        "images": ["ghcr.io/flannel-io/flannel"],
        "registry": "registry.example.com",
        "patches": [{"patch": {"kind": "DaemonSet"}}],
    }
    assert kustomization(description, "kind: DaemonSet\n") == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["manifest.yml"],
        "images": [{"name": "ghcr.io/flannel-io/flannel", "newName": "registry.example.com/flannel-io/flannel"}],
        "patches": [{"patch": '{"kind": "DaemonSet"}'}],
    }
    assert kustomization({"patches": None}, "", "other.yml")["resources"] == ["other.yml"]
    with pytest.raises(AnsibleFilterError, match=r"^kustomization: patches\[0\] has no patch"):
        kustomization({"patches": [{}]}, "")
