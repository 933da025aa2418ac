# Copyright (c) 2026, podnet.kubernetes developers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timeouts of a user, for slow machines, reach the configuration of kubeadm."""

from __future__ import annotations


def test_the_timeouts_of_init(render):
    given = {"controlPlaneComponentHealthCheck": "10m", "kubernetesAPICall": "2m"}
    found = render(kubeadm_control_plane_timeouts=given)["InitConfiguration"]
    assert (found["apiVersion"], found["timeouts"]) == ("kubeadm.k8s.io/v1beta4", given)


def test_without_timeouts_kubeadm_has_its_own(render):
    assert "timeouts" not in render()["InitConfiguration"]
